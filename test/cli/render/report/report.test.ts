import { describe, expect, test } from 'vitest'
import type { Look } from '../../../../src/cli/render/layout.ts'
import { renderByHand, renderReport, type Telling } from '../../../../src/cli/render/report/report.ts'
import type { Tried } from '../../../../src/core/reach/reach.ts'
import { type AppliedChange, type Outcome, settledAs } from '../../../../src/core/run/outcome.ts'
import type { RunReport } from '../../../../src/core/run/report.ts'
import { changeOf } from '../../../core/plan/samples.ts'

const LOOK: Look = { width: 80, paint: (_, text) => text, colour: false, verbose: false }

const GUIDE = ['fetch', 'filesystem', 'monitoring', 'n8n', 'playwright', 'postgres', 'timescaledb']

const reached: Tried = {
  outcome: 'reached',
  kind: 'tools',
  tools: 2,
  evidence: 'LiteLLM lists 2 tools',
  hint: null,
}

const failing: Tried = {
  outcome: 'failed',
  kind: 'refused',
  tools: null,
  evidence: 'LiteLLM: the server is unreachable',
  hint: 'Start the MCP proxy:\ndocker start mcp-proxy-sse',
}

/** A change of a server, and what became of it. */
const change = (name: string, outcome: Outcome, more: Partial<AppliedChange> = {}): AppliedChange => ({
  ...settledAs(changeOf(name, { migration: 'a-migration' }), outcome),
  ...more,
})

const done = (name: string): AppliedChange => change(name, 'applied', { check: reached })

function reportOf(changes: AppliedChange[], more: Partial<RunReport> = {}): RunReport {
  const run = { id: 'RUN', startedAt: '', finishedAt: '', reverts: more.reverts ?? null, head: 'HEAD' }
  return {
    run: { ...run, kept: true, ended: true },
    gateway: { url: 'http://gateway', version: '1.106.2', account: 'master key' },
    reverts: null,
    changes,
    skipped: [],
    notes: [],
    halted: null,
    trouble: null,
    preflight: {},
    restart: 'no',
    propagation: null,
    ...more,
  }
}

const TELLING: Telling = { look: LOOK, quiet: false, own: (...words) => words.join(' '), again: null }

/** The report on a screen of 80 columns. */
const shown = (report: RunReport, more: Partial<Telling> = {}): string =>
  `\n${renderReport(report, { ...TELLING, ...more })}\n`

const quietly = (report: RunReport): string => renderReport(report, { ...TELLING, quiet: true })

describe('the report of a run in which', () => {
  test('all went well is the result, the check, and what is next', () => {
    const report = reportOf(GUIDE.map(done))
    expect(shown(report)).toMatchInlineSnapshot(`
      "
      7 of 7 servers changed.
      Checked through the gateway: 7 of 7 list their tools.
      Every field that the API shows was compared again; it hides credentials.

      Next, prove that the old addresses are closed and the new ones work:
        verify --migration a-migration

      Run RUN
      Journal head HEAD
      "
    `)
    expect(quietly(report)).toBe('7 of 7 servers changed, run RUN.')
  })

  test('all was taken back has the same shape, in its own words', () => {
    expect(shown(reportOf(GUIDE.map(done), { reverts: 'FIRST' }))).toMatchInlineSnapshot(`
      "
      7 of 7 servers taken back.
      Checked through the gateway: 7 of 7 list their tools.
      Every field that the API shows was compared again; it hides credentials.

      Next, see where the servers are now:
        status

      Run RUN
      Journal head HEAD
      "
    `)
  })

  test('a revert was taken back says whose changes are in force again', () => {
    const report = reportOf(GUIDE.map(done), { reverts: 'SECOND' })
    expect(shown(report, { again: 'FIRST' })).toContain('\nWhat run FIRST changed is changed again.\n')
  })

  test('some were left says which, and whose choice that was', () => {
    const declined = ['n8n', 'postgres'].map((name) => change(name, 'not-applied', { reason: 'declined' }))
    const waiting = change('signed', 'not-applied', { reason: 'awaiting', awaiting: ['reauthorization'] })
    const report = reportOf([done('fetch'), ...declined, waiting])
    expect(shown(report)).toMatchInlineSnapshot(`
      "
      1 of 4 servers changed, 1 waits for a consent, 2 left as you chose.
      ! 1 server waits for a consent (--accept reauthorization): signed
      2 left as you chose: n8n, postgres
      Checked through the gateway: 1 of 1 lists its tools.
      Every field that the API shows was compared again; it hides credentials.

      Next, prove that the old addresses are closed and the new ones work:
        verify --migration a-migration

      Run RUN
      Journal head HEAD
      "
    `)
    expect(quietly(report)).toMatchInlineSnapshot(`
      "1 of 4 servers changed, 1 waits for a consent, 2 left as you chose, run RUN.
      ! 1 server waits for a consent (--accept reauthorization): signed"
    `)
  })

  test('a write was refused says why, what was not tried, and how to go on', () => {
    const refused = change('monitoring', 'failed', { error: 'HTTP 400: database is locked' })
    const untried = GUIDE.slice(3).map((name) => change(name, 'not-applied', { reason: 'stopped' }))
    const report = reportOf([...GUIDE.slice(0, 2).map(done), refused, ...untried], { halted: 'failure' })
    expect(shown(report)).toMatchInlineSnapshot(`
      "
      2 of 7 servers changed, 1 refused, 4 not tried.
        ✗ monitoring: refused, not written (HTTP 400: database is locked)
        · n8n, playwright, postgres, timescaledb: not tried
      The run stopped at the first failure; the rest was not tried.
      Checked through the gateway: 2 of 2 list their tools.
      Every field that the API shows was compared again; it hides credentials.

      Next, when what failed is mended, go on with the rest:
        migrate --migration a-migration

      Run RUN
      Journal head HEAD
      "
    `)
    expect(quietly(report)).toMatchInlineSnapshot(`
      "2 of 7 servers changed, 1 refused, 4 not tried, run RUN.
        ✗ monitoring: refused, not written (HTTP 400: database is locked)
        · n8n, playwright, postgres, timescaledb: not tried
      The run stopped at the first failure; the rest was not tried."
    `)
    const back = shown({ ...report, reverts: 'FIRST' })
    expect(back).toContain('go on with the rest:\n  revert FIRST\n')
  })

  test('moved servers do not work says so once, and what mends it', () => {
    const broken = ['n8n', 'postgres'].map((name) => change(name, 'applied', { check: failing }))
    expect(shown(reportOf([done('fetch'), ...broken]))).toMatchInlineSnapshot(`
      "
      3 of 3 servers changed.
        ✗ n8n, postgres: changed, and does not work through the gateway: LiteLLM: the
          server is unreachable
      Checked through the gateway: 1 of 3 list their tools, 2 do not work.
      To mend them: Start the MCP proxy:
        docker start mcp-proxy-sse
      Every field that the API shows was compared again; it hides credentials.

      Next, when what does not work is mended, prove it:
        verify --migration a-migration

      Run RUN
      Journal head HEAD
      "
    `)
  })

  test('many do not work names the first of them, and counts the rest', () => {
    const names = Array.from({ length: 25 }, (_, i) => `s${i}`)
    const other = { ...failing, hint: 'Give it back its name.' }
    const broken = [
      ...names.map((name) => change(name, 'applied', { check: failing })),
      change('n8n', 'applied', { check: other }),
    ]
    const text = shown(reportOf(broken)).replaceAll(/\s+/g, ' ')
    expect(text).toContain(
      ' s19 and 5 more: Start the MCP proxy: docker start mcp-proxy-sse To mend n8n: Give',
    )
  })

  test('what does not work was known not to is no reason to mend anything', () => {
    const dead = change('n8n', 'applied', { check: failing })
    const report = reportOf([dead], { reverts: 'FIRST', preflight: { [dead.id]: failing } })
    const text = shown(report)
    expect(text).toContain('  ! n8n: taken back, and does not work through the gateway: LiteLLM: the server')
    expect(text).toContain('(as was found beforehand)')
    expect(text).not.toContain('To mend')
  })

  test('nothing was written says that in the first line', () => {
    const report = reportOf([change('n8n', 'failed', { error: 'HTTP 422: no' })])
    expect(shown(report)).toMatch(/^\n0 of 1 server changed, 1 refused\. Nothing was written\.\n/)
    expect(shown(report)).not.toContain('verify')
  })

  test('another field changed with the URL shows both of its values, quietly too', () => {
    const collateral = [{ field: 'allow_all_keys', before: false, after: true, repaired: false }]
    const report = reportOf([change('n8n', 'applied', { collateral })], { halted: 'security' })
    for (const text of [shown(report), quietly(report)]) {
      expect(text).toContain('    ! SECURITY: allow_all_keys changed with it: false → true; NOT PUT BACK\n')
      expect(text).toMatch(/Look at this before\s+anything else\.$/m)
    }
    expect(shown(report)).not.toContain('Next')
  })

  test('somebody else wrote shows what differs, quietly too', () => {
    const drift = [
      { field: 'url', before: 'http://old:1/n8n', ours: 'http://new:2/n8n', now: 'http://third/' },
    ]
    const report = reportOf([change('n8n', 'drifted', { drift })])
    for (const text of [shown(report), quietly(report)]) {
      expect(text).toContain('  ! n8n: left alone, it was changed by somebody else\n')
      expect(text).toMatch(/now +http:\/\/third\/$/m)
    }
  })

  test('a restart is needed says so before the proof, quietly too', () => {
    const report = reportOf([done('n8n')], { restart: 'required' })
    for (const text of [shown(report), quietly(report)])
      expect(text).toMatch(/Next: restart LiteLLM\.[\s\S]* Then\s+run:\n {2}verify --migration a-migration/)
    expect(shown(report).match(/Next/g)).toHaveLength(1)
  })
})

test('a trial names no commands: what they would be about is gone', () => {
  const text = shown(reportOf([done('n8n')], { restart: 'required' }), { own: null })
  expect(text).toContain('Next: restart LiteLLM.')
  expect(text).not.toContain('verify')
})

test('of many servers with one fate twenty are named, and all of them in full', () => {
  const many = Array.from({ length: 200 }, (_, n) => change(`s${n}`, 'not-applied', { reason: 'stopped' }))
  const report = reportOf([done('fetch'), ...many], { halted: 'SIGINT' })
  expect(shown(report).split('\n').length).toBeLessThan(16)
  expect(shown(report)).toContain('s18, s19 and 180 more: not tried')
  const full = shown(reportOf(many.map((each) => ({ ...each, outcome: 'failed', reason: null }))), {
    look: { ...LOOK, verbose: true },
  })
  for (const { server } of many) expect(full).toContain(`  ✗ ${server.name}: refused, not written\n`)
})

test('no name is the end of its line, whatever it holds', () => {
  const name = 'a\u001b[31m\nTo take this back:\u202e'
  const text = shown(reportOf([change(name, 'failed', { error: 'x\ny' })]))
  expect(text).toContain('  ✗ a\\x1b[31m\\x0aTo take this back:\\u202e: refused, not written (x\\x0ay)\n')
})

test('the URLs of before are told where the journal is lost, of servers whose settings alone were put back, too', () => {
  const moved = change('one', 'applied')
  const puttingBack = { ...moved, edits: [], landed: moved.edits }
  for (const each of [moved, puttingBack])
    expect(renderByHand(reportOf([each]), LOOK)).toContain('\n  one: url http://old/servers/one/sse')
})
