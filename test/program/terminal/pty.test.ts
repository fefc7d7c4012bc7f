import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, vi } from 'vitest'
import { KEY } from '../../support/pty.ts'
import { secret, watchForLeaks } from '../../support/secrets.ts'
import { expectCursorShown, expectNothingWritten, NEW, OLD, test, THREE } from '../../support/sitting.ts'
import { documentOf, guideServer, sentence, type Trial, urls, writes } from '../../support/trial.ts'

watchForLeaks()
vi.setConfig({ maxConcurrency: 4, testTimeout: 60_000 })

const ORIGINAL = { 'id-fetch': OLD('fetch'), 'id-n8n': OLD('n8n'), 'id-postgres': OLD('postgres') }
const question = ({ sandbox }: Trial, n = 3): string => `Change ${n} servers on ${sandbox.url}? [n]`

/** The one run in the journal, with the outcomes of its changes. */
async function recorded(trial: Trial): Promise<{ halted: string | null; outcomes: string[] }> {
  const list = documentOf<{ runs: { id: string }[] }>(await trial.call(['history', '--json']))
  expect(list.runs).toHaveLength(1)
  const { runs } = documentOf<{ runs: { halted: string | null; changes: { outcome: string }[] }[] }>(
    await trial.call(['history', list.runs[0]?.id ?? '', '--json']),
  )
  return { halted: runs[0]?.halted ?? null, outcomes: (runs[0]?.changes ?? []).map(({ outcome }) => outcome) }
}

describe.concurrent('at the question', () => {
  test('all: every server is changed, and the end says how to undo it', async ({ sit }) => {
    const trial = await sit()
    const session = trial.start()
    await session.waitFor(question(trial))
    session.answer('y')
    await session.waitFor('3 of 3 servers changed.')
    // The counter stood for each of them.
    expect(session.text).not.toContain('fetch: changed')
    await session.waitFor('npx mcp-url-migrate --revert')
    expect(await session.exit()).toBe(0)
    expectCursorShown(session)
    expect(urls(trial.sandbox.rows())).toEqual({
      'id-fetch': NEW('fetch'),
      'id-n8n': NEW('n8n'),
      'id-postgres': NEW('postgres'),
    })
  })

  test('a line that was meant for another window chooses nothing, nor does Enter alone: 130', async ({
    sit,
  }) => {
    const trial = await sit()
    const session = trial.start()
    await session.waitFor(question(trial))
    session.answer('clear')
    await session.waitFor('That is no answer here. Type y, n, s, o, d or ?, and Enter.')
    await session.waitFor(question(trial))
    session.press(KEY.enter)
    await session.waitFor('Cancelled. Nothing was written.')
    expect(await session.exit()).toBe(130)
    await expectNothingWritten(trial)
  })

  test('choose, and mark none: that is said, and Esc goes back to the question', async ({ sit }) => {
    const trial = await sit()
    const session = trial.start()
    await session.waitFor(question(trial))
    session.answer('s')
    await session.waitFor('0 of 3 marked')
    session.press(KEY.enter)
    await session.waitFor('Nothing is marked yet')
    session.press(KEY.escape)
    await session.waitFor(question(trial))
    session.answer('n')
    await session.waitFor('Cancelled. Nothing was written.')
    expect(await session.exit()).toBe(130)
    await expectNothingWritten(trial)
  })

  test('one by one: the whole record, yes, no, stop; what was chosen is asked about once more', async ({
    sit,
  }) => {
    const trial = await sit({
      servers: [guideServer('fetch', { env: { TOKEN: secret('geheim-im-env') } }), ...THREE.slice(1)],
    })
    const session = trial.start()
    await session.waitFor(question(trial))
    session.answer('o')
    await session.waitFor('Change fetch? (1/3) [n]')
    session.answer('d')
    await session.waitFor('"server_id": "id-fetch"')
    await session.waitFor('Change fetch? (1/3) [n]')
    session.answer('y')
    await session.waitFor('Change n8n? (2/3) [n]')
    session.press(KEY.enter)
    await session.waitFor('Change postgres? (3/3) [n]')
    session.answer('q')
    await session.waitFor('Change the 1 chosen? [n]')
    session.answer('y')
    await session.waitFor('1 of 3 servers changed, 2 left as you chose.')
    expect(await session.exit()).toBe(0)
    expect(urls(trial.sandbox.rows())).toEqual({ ...ORIGINAL, 'id-fetch': NEW('fetch') })
  })

  test('one by one: yes, back, no, then yes and all the rest', async ({ sit }) => {
    const trial = await sit()
    const session = trial.start()
    await session.waitFor(question(trial))
    session.answer('o')
    await session.waitFor('Change fetch? (1/3) [n]')
    session.answer('y')
    await session.waitFor('Change n8n? (2/3) [n]')
    session.answer('k')
    await session.waitFor('Change fetch? (1/3) [n]')
    session.answer('n')
    await session.waitFor('Change n8n? (2/3) [n]')
    session.answer('a')
    await session.waitFor('2 of 3 servers changed, 1 left as you chose.')
    expect(await session.exit()).toBe(0)
    expect(urls(trial.sandbox.rows())).toEqual({
      'id-fetch': OLD('fetch'),
      'id-n8n': NEW('n8n'),
      'id-postgres': NEW('postgres'),
    })
  })

  test('a revert asks the same way', async ({ sit }) => {
    const trial = await sit()
    expect((await trial.call(['--yes'])).code).toBe(0)
    const session = trial.start({ args: ['--revert'] })
    await session.waitFor(`Take back 3 servers on ${trial.sandbox.url}? [n]`)
    session.answer('y')
    await session.waitFor('3 of 3 servers taken back.')
    expect(await session.exit()).toBe(0)
    expect(urls(trial.sandbox.rows())).toEqual(ORIGINAL)
  })
})

describe.concurrent('interrupted', () => {
  test('Ctrl-C during the inventory: 130 at once, nothing was written', async ({ sit }) => {
    const trial = await sit({ probeDelayMs: 20_000 })
    const session = trial.start()
    await session.waitFor('Reading 3 records')
    session.press(KEY.ctrlC)
    await session.waitFor('Nothing was written.')
    expect(await session.exit()).toBe(130)
    expectCursorShown(session)
    await expectNothingWritten(trial)
  })

  test('Ctrl-C during the apply: the write in flight is finished, what was and was not written is said, and --revert works', async ({
    sit,
  }) => {
    const put = { method: 'PUT', path: '/v1/mcp/server' }
    const trial = await sit({ quirks: [{ on: { ...put, nth: 2 }, do: { delayMs: 1500 } }] })
    const session = trial.start({ args: ['--yes'] })
    await session.waitFor('2/3 n8n: writing')
    session.press(KEY.ctrlC)
    await session.waitFor('Stopping after what is under way; a second signal ends at once.')
    await session.waitFor('2 of 3 servers changed, 1 not tried.')
    await session.waitFor('postgres: not tried')
    await session.waitFor('Stopped by Ctrl-C.')
    expect(await session.exit()).toBe(130)
    expectCursorShown(session)
    expect(urls(trial.sandbox.rows())).toEqual({
      'id-fetch': NEW('fetch'),
      'id-n8n': NEW('n8n'),
      'id-postgres': OLD('postgres'),
    })
    expect(await recorded(trial)).toEqual({
      halted: 'SIGINT',
      outcomes: ['applied', 'applied', 'not-applied'],
    })
    expect((await trial.call(['--revert', '--yes'])).code).toBe(0)
    expect(urls(trial.sandbox.rows())).toEqual(ORIGINAL)
  })

  test('a second Ctrl-C ends at once; the journal knows what was begun, and --unfinished settles it', async ({
    sit,
  }) => {
    const put = { method: 'PUT', path: '/v1/mcp/server' }
    const trial = await sit({ quirks: [{ on: { ...put, nth: 2 }, do: 'hang' }] })
    const session = trial.start({ args: ['--yes'] })
    await session.waitFor('2/3 n8n: writing')
    session.press(KEY.ctrlC)
    await session.waitFor('Stopping after what is under way; a second signal ends at once.')
    session.press(KEY.ctrlC)
    await session.waitFor('Ended at once, perhaps in the middle of a write.')
    expect(await session.exit()).toBe(130)
    expectCursorShown(session)
    expect(await recorded(trial)).toEqual({
      halted: null,
      outcomes: ['applied', 'unsettled', 'not-applied'],
    })
    expect((await trial.call(['--unfinished', 'revert', '--yes', '--patience', '1'])).code).toBe(0)
    expect(urls(trial.sandbox.rows())).toEqual(ORIGINAL)
  })

  test('SIGTERM during the apply: the write in flight is finished: 143', async ({ sit }) => {
    const put = { method: 'PUT', path: '/v1/mcp/server' }
    const trial = await sit({ quirks: [{ on: { ...put, nth: 1 }, do: { delayMs: 1500 } }] })
    const session = trial.start({ args: ['--yes'] })
    await session.waitFor('1/3 fetch: writing')
    session.kill('SIGTERM')
    await session.waitFor('Stopped by SIGTERM.')
    expect(await session.exit()).toBe(143)
    expect(urls(trial.sandbox.rows())).toEqual({ ...ORIGINAL, 'id-fetch': NEW('fetch') })
    expect(await recorded(trial)).toEqual({
      halted: 'SIGTERM',
      outcomes: ['applied', 'not-applied', 'not-applied'],
    })
  })
})

// One after the other: a program that is started meanwhile holds the terminal open.
describe('a terminal that is closed', () => {
  test('during the apply: the write in flight is finished and recorded: 129', async ({ sit }) => {
    const put = { method: 'PUT', path: '/v1/mcp/server' }
    const trial = await sit({ quirks: [{ on: { ...put, nth: 1 }, do: { delayMs: 1500 } }] })
    const session = trial.start({ args: ['--yes'] })
    await session.waitFor('1/3 fetch: writing')
    session.hangUp()
    expect(await session.exit()).toBe(129)
    expect(await recorded(trial)).toEqual({
      halted: 'SIGHUP',
      outcomes: ['applied', 'not-applied', 'not-applied'],
    })
  })

  test('at the question: nothing was written: 129', async ({ sit }) => {
    const trial = await sit()
    const session = trial.start()
    await session.waitFor(question(trial))
    session.hangUp()
    expect(await session.exit()).toBe(129)
    await expectNothingWritten(trial)
  })

  test('at a question in plain lines, and at a hidden one: nothing was written: 129', async ({ sit }) => {
    const trial = await sit()
    for (const [env, asked] of [
      [{ TERM: 'dumb' }, question(trial)],
      [{ LITELLM_PROXY_API_KEY: '', UI_USERNAME: 'admin' }, 'Password (hidden):'],
    ] as const) {
      const session = trial.start({ env })
      await session.waitFor(asked)
      session.hangUp()
      expect([asked, await session.exit()]).toEqual([asked, 129])
    }
    await expectNothingWritten(trial)
  })

  test('more than once during the apply is no impatience, and it is named in the report', async ({ sit }) => {
    const put = { method: 'PUT', path: '/v1/mcp/server' }
    const trial = await sit({ quirks: [{ on: { ...put, nth: 1 }, do: { delayMs: 1500 } }] })
    const session = trial.start({ args: ['--yes'] })
    await session.waitFor('1/3 fetch: writing')
    session.kill('SIGHUP')
    await session.waitFor('Stopping after what is under way')
    session.kill('SIGHUP')
    await session.waitFor('Stopped by SIGHUP, as when the terminal is closed.')
    expect(await session.exit()).toBe(129)
    expect(await recorded(trial)).toEqual({
      halted: 'SIGHUP',
      outcomes: ['applied', 'not-applied', 'not-applied'],
    })
  })
})

describe.concurrent('the terminal', () => {
  test('may be 40 columns wide, and change its size at the question', async ({ sit }) => {
    const trial = await sit()
    const session = trial.start({ columns: 40, rows: 24 })
    await session.waitFor(question(trial))
    session.resize(60, 30)
    session.answer('y')
    await session.waitFor('3 of 3 servers changed.')
    expect(await session.exit()).toBe(0)
    expect(writes(trial.sandbox)).toBe(3)
  })

  test('may be 0 columns wide, as that of many a CI is: it counts as 80, and SIGTERM ends it', async ({
    sit,
  }) => {
    const trial = await sit()
    const shell = 'stty cols 0 rows 0; eval "exec $TOOL --no-preflight"'
    const session = trial.start({ shell })
    await session.waitFor(question(trial))
    session.press('y')
    session.kill('SIGTERM')
    expect(await session.exit()).toBe(143)
    expect(session.raw.length).toBeLessThan(20_000)
    expectCursorShown(session)
    await expectNothingWritten(trial)
  })

  test('asks for the gateway where nobody named one, and for user name and password', async ({ sit }) => {
    const trial = await sit()
    const session = trial.start({ env: { LITELLM_PROXY_URL: '', LITELLM_PROXY_API_KEY: '' } })
    await session.waitFor('LiteLLM gateway')
    session.answer(trial.sandbox.url)
    await session.waitFor('Sign in to the gateway with [k]')
    session.answer('p')
    await session.waitFor('User name')
    session.press(KEY.enter)
    await session.waitFor('Password (hidden)')
    session.answer(trial.sandbox.password)
    await session.waitFor('1.106.2 at')
    await session.waitFor('user admin')
    await session.waitFor(question(trial))
    session.press(KEY.enter)
    expect(await session.exit()).toBe(130)
    await expectNothingWritten(trial)
  })

  test('what is answered without a scheme is told with the URL to use: 64', async ({ sit }) => {
    const trial = await sit()
    const session = trial.start({ env: { LITELLM_PROXY_URL: '' } })
    await session.waitFor('LiteLLM gateway')
    session.answer('127.0.0.1:4000')
    expect(await session.exit()).toBe(64)
    expect(sentence(session.text)).toContain(
      'The URL has no scheme: it must begin with http:// or https:// Use http://127.0.0.1:4000',
    )
  })

  for (const [option, what] of [
    ['--key-file', 'key'],
    ['--password-file', 'password'],
  ] as const) {
    test(`is no place to type a ${what} for ${option} -, where it would be seen: 64`, async ({ sit }) => {
      const trial = await sit()
      const env = { LITELLM_PROXY_API_KEY: '', UI_USERNAME: 'admin' }
      const session = trial.start({ args: [option, '-'], env })
      expect(await session.exit()).toBe(64)
      expect(sentence(session.text)).toContain(
        `Standard input is a terminal, where the ${what} would be seen as it is typed It is asked for, hidden, without ${option} -.`,
      )
    })
  }

  test('is asked nothing with --json, neither for a gateway nor for a key', async ({ sit }) => {
    const trial = await sit()
    const keyless = { LITELLM_PROXY_API_KEY: '' }
    const session = trial.start({ args: ['--json', '--yes'], env: keyless })
    expect(await session.exit()).toBe(64)
    expect(sentence(session.text)).toContain('There is no admin key to sign in with')
    const nameless = trial.start({
      args: ['--json', '--dry-run'],
      env: { ...keyless, LITELLM_PROXY_URL: '' },
    })
    expect(await nameless.exit()).toBeGreaterThan(0)
    expect(nameless.text).toContain('mcp-url-migrate/error/1')
    for (const { text } of [session, nameless])
      expect(text).not.toMatch(/(LiteLLM gateway|Sign in to the gateway with) \[/)
  })

  test('gets questions and progress on standard error: standard output may be a file', async ({ sit }) => {
    const trial = await sit()
    const file = join(trial.folder, 'out')
    const session = trial.start({ shell: `eval "$TOOL" > ${file}` })
    await session.waitFor(question(trial))
    session.answer('y')
    expect(await session.exit()).toBe(0)
    const out = await readFile(file, 'utf8')
    expect(out).not.toContain('\u001b')
    expect(out).not.toContain('Change 3 servers on')
    expect(out).not.toContain('Connecting')
    expect(out).toContain('3 of 3 servers changed.')
    expect(session.text).not.toContain('3 of 3 servers changed.')
  })

  test('that is stopped (Ctrl-S) holds up what is printed, and neither the program nor its end by a signal', async ({
    sit,
  }) => {
    const trial = await sit()
    const session = trial.start({ shell: 'stty -ixany; echo ready; read -r _; eval "exec $TOOL --dry-run"' })
    await session.waitFor('ready')
    session.press('\u0013', KEY.enter)
    await vi.waitFor(() => expect(trial.sandbox.requests.length).toBeGreaterThan(3), { timeout: 20_000 })
    expect(session.text).not.toContain('Connecting')
    session.kill('SIGTERM')
    // By that signal itself where the system was busy with a file in that moment.
    expect([143, 15]).toContain(await session.exit())
  })

  test('is no terminal when standard input is a pipe: nothing is asked: 64', async ({ sit }) => {
    const trial = await sit()
    const session = trial.start({ shell: 'echo y | eval "$TOOL"' })
    await session.waitFor('Add --yes to write without a question')
    expect(await session.exit()).toBe(64)
    expect(trial.sandbox.requests).toEqual([])
  })

  test('shows no colours with NO_COLOR', async ({ sit }) => {
    const trial = await sit()
    const session = trial.start({ args: ['--dry-run'], env: { NO_COLOR: '1' } })
    expect(await session.exit()).toBe(0)
    // oxlint-disable-next-line no-control-regex
    expect(session.raw).not.toMatch(/\u001b\[[\d;]*m/)
  })

  test('shows the part of the URL that changes in colour', async ({ sit }) => {
    const trial = await sit()
    const session = trial.start({ args: ['--dry-run', '--diff'] })
    expect(await session.exit()).toBe(0)
    expect(session.raw).toMatch(/\u001b\[1m\S*mcp-proxy-sse/)
    expect(session.text).toContain('+url: http://mcp-proxy-sse:8080/servers/fetch/sse')
  })
})

describe.concurrent('--sandbox', () => {
  test('asks, migrates, and offers to take it back before it ends', async ({ sit }) => {
    const trial = await sit()
    const session = trial.start({
      args: ['--sandbox'],
      env: { LITELLM_PROXY_URL: '', LITELLM_PROXY_API_KEY: '' },
    })
    await session.waitFor('Change 7 servers on')
    session.answer('y')
    await session.waitFor('7 of 7 servers changed.')
    await session.waitFor('The sandbox ends now.')
    await session.waitFor('Take the run back first, to see how that goes? [n]')
    session.answer('y')
    await session.waitFor('Taking back run')
    await session.waitFor('7 of 7 servers taken back.')
    await session.waitFor('On your own gateway, look first; this writes nothing:')
    expect(await session.exit()).toBe(0)
    expect(await trial.journalFiles()).toEqual([])
  })

  test('leaves nothing behind when a signal ends it', async ({ sit }) => {
    const trial = await sit()
    const TMPDIR = join(trial.folder, 'temporary')
    await mkdir(TMPDIR)
    for (const [signal, code] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
      ['SIGHUP', 129],
    ] as const) {
      const session = trial.start({ args: ['--sandbox'], env: { TMPDIR } })
      await session.waitFor('Change 7 servers on')
      expect(await readdir(TMPDIR)).toHaveLength(1)
      session.kill(signal)
      expect([signal, await session.exit()]).toEqual([signal, code])
      expect([signal, await readdir(TMPDIR)]).toEqual([signal, []])
    }
  })
})
