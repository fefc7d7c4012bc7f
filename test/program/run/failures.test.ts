import { describe, expect, vi } from 'vitest'
import { watchForLeaks } from '../../support/secrets.ts'
import { documentOf, sentence, test, type Trial, TWO, urls, writes } from '../../support/trial.ts'

watchForLeaks()
vi.setConfig({ maxConcurrency: 4, testTimeout: 60_000 })

const BUG = 'new TypeError(\'no such thing as "hunter2hunter2"\')'

/** An environment in which the program fails as soon as it prints a text: in that moment, or right after it. */
function failing(stream: 'stdout' | 'stderr', text: string, when: 'now' | 'later' = 'now') {
  const fail = when === 'now' ? `throw ${BUG}` : `setImmediate(() => { throw ${BUG} })`
  const script = `
    const write = process.${stream}.write.bind(process.${stream})
    let done = false
    process.${stream}.write = (what, ...rest) => {
      if (!done && String(what).includes(${JSON.stringify(text)})) { done = true; ${fail} }
      return write(what, ...rest)
    }`
  return { NODE_OPTIONS: `--import "data:text/javascript,${encodeURIComponent(script)}"` }
}

const moved = (trial: Trial): number =>
  Object.values(urls(trial.sandbox.rows())).filter((url) => String(url).includes('mcp-proxy-sse')).length

const WROTE = 'Something was written, or may have been. See what: npx mcp-url-migrate history'

describe.concurrent('a failure of the program itself', () => {
  test('before anything was written: 1, by its kind and place, and nothing is said to be written', async ({
    open,
  }) => {
    const trial = await open({ servers: [...TWO] })
    const { code, stderr } = await trial.run(['--yes'], { env: failing('stdout', 'Migration ') })
    expect([code, writes(trial.sandbox)]).toEqual([1, 0])
    expect(sentence(stderr)).toMatch(
      /Something went wrong that should not have \(TypeError at \w+\.js:\d+\) Please report it, with the trace that --verbose shows\.$/,
    )
  })

  test('while the report is printed: 4, and the command that shows what was written', async ({ open }) => {
    const trial = await open({ servers: [...TWO] })
    const env = failing('stdout', 'servers changed')
    const { code, stderr } = await trial.run(['--yes', '--journal', trial.journal], { env })
    expect([code, moved(trial)]).toEqual([4, 2])
    expect(sentence(stderr)).toContain(
      `Something was written, and the journal holds what became of it: npx mcp-url-migrate history --journal ${trial.journal} To take it back: npx mcp-url-migrate --revert `,
    )
    expect(stderr).not.toContain('    at ')
  })

  test('in the middle of a run, where nobody waits for it: 4, and the run can be finished', async ({
    open,
  }) => {
    const trial = await open({ servers: [...TWO] })
    const env = failing('stderr', 'fetch: changed', 'later')
    const { code, stderr } = await trial.run(['--yes', '--verbose'], { env })
    expect(code).toBe(4)
    expect(sentence(stderr)).toContain(WROTE)
    // Its trace is told, without what the error quotes.
    expect(stderr).toMatch(/TypeError: no such thing as "…"\n {2}at Immediate/)
    expect(stderr).not.toContain('hunter2')
    expect((await trial.call(['--unfinished', 'finish', '--yes'])).code).toBe(0)
    expect(moved(trial)).toBe(2)
  })

  test('while it tells of its progress: the run goes on to its end, whose report says so: 4', async ({
    open,
  }) => {
    const trial = await open({ servers: [...TWO] })
    const env = failing('stderr', 'fetch: changed')
    const finished = await trial.run(['--yes', '--verbose'], { env })
    expect([finished.code, moved(trial)]).toEqual([4, 2])
    expect(sentence(finished.stdout)).toContain('2 of 2 servers changed.')
    expect(sentence(finished.stdout)).toContain('Something went wrong that should not have (TypeError at')
    expect(finished.stderr).toContain('TypeError: no such thing as "…"\n  at ')
  })

  test('in the look at the moved servers: what was written is reported all the same: 4', async ({ open }) => {
    const trial = await open({ servers: [...TWO] })
    const broken = { env: { NODE_OPTIONS: brokenCheck() }, preflight: true }
    const finished = await trial.run(['--yes', '--json', '--accept', 'unreachable'], broken)
    expect([finished.code, moved(trial)]).toEqual([4, 2])
    const { changes, trouble, undo } = documentOf(finished)
    expect(changes).toMatchObject([{ outcome: 'applied' }, { outcome: 'applied' }])
    expect(trouble).toMatch(/^Something went wrong that should not have \(TypeError/)
    expect(undo).toContain('--revert')
  })
})

/** An environment in which the look at moved servers fails as soon as it keeps what it found. */
function brokenCheck(): string {
  const script = `
    const set = Map.prototype.set
    // Put together, as this script is in its own stack.
    const place = ['check', 'Moved'].join('')
    Map.prototype.set = function (key, value) {
      if (value?.evidence !== undefined && new Error().stack.includes(place)) throw ${BUG}
      return set.call(this, key, value)
    }`
  return `--import "data:text/javascript,${encodeURIComponent(script)}"`
}
