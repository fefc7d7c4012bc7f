import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, vi } from 'vitest'
import { rechained } from '../../support/old-journals.ts'
import { watchForLeaks } from '../../support/secrets.ts'
import { documentOf, sentence, test, TWO, type Trial, urls } from '../../support/trial.ts'

watchForLeaks()
vi.setConfig({ maxConcurrency: 4, testTimeout: 60_000 })

const HOUR = 3_600_000

/** An environment in which the clock is so many hours ahead, or behind, and goes back by so much whenever it is read. */
function clockBy(hours: number, backwards = 0): Record<string, string> {
  const script = `const Real = Date
let off = ${hours * HOUR}
const now = () => Real.now() + (off -= ${backwards * HOUR})
globalThis.Date = class extends Real {
  constructor(...given) { given.length > 0 ? super(...given) : super(now()) }
  static now() { return now() }
}`
  return { NODE_OPTIONS: `--import "data:text/javascript,${encodeURIComponent(script)}"` }
}

interface RunDocument {
  run: { id: string; reverts: string | null } | null
  notes: { code: string; message: string }[]
}

/** Does something by another clock, and returns what it came to. */
async function doneBy(trial: Trial, hours: number, args: readonly string[]): Promise<RunDocument> {
  const { code, stdout, stderr } = await trial.run([...args, '--yes', '--json', '--no-wait'], {
    env: clockBy(hours),
  })
  expect([code, stderr]).toEqual([0, expect.any(String)])
  return JSON.parse(stdout) as RunDocument
}

const idOf = ({ run }: RunDocument): string => run?.id ?? ''

/** Leaves of a run only its first lines, as a crash does. */
async function cutShort({ journal }: Trial, id: string, lines: number): Promise<void> {
  const file = join(journal, `${id}.jsonl`)
  const text = await readFile(file, 'utf8')
  await writeFile(file, `${text.split('\n').slice(0, lines).join('\n')}\n`)
}

describe.concurrent('with a clock that was set back,', () => {
  test('--revert takes the run that came last, and history has it first', async ({ open }) => {
    const trial = await open({ servers: [...TWO] })
    const first = idOf(await doneBy(trial, 0, ['--only', 'fetch']))
    const second = idOf(await doneBy(trial, -24, ['--only', 'n8n']))
    const shown = await trial.call(['history'])
    expect(shown.stdout.indexOf(second)).toBeLessThan(shown.stdout.indexOf(first))
    const back = await doneBy(trial, -24, ['--revert'])
    expect(back.run?.reverts).toBe(second)
    expect(urls(trial.sandbox.rows())).toMatchObject({ 'id-n8n': TWO[1]?.['url'] })
    // Now the newest is that revert, and taking it back does the second run again.
    const again = await doneBy(trial, -48, ['--revert'])
    expect(again.run?.reverts).toBe(idOf(back))
    const { runs } = documentOf<{ runs: { id: string; revertedBy: string | null }[] }>(
      await trial.call(['history', '--json']),
    )
    expect(runs.map(({ id, revertedBy }) => [id, revertedBy])).toEqual([
      [first, null],
      [second, idOf(back)],
      [idOf(back), idOf(again)],
      [idOf(again), null],
    ])
  })

  test('a run that is still to come is pointed out, in history and where it is taken back', async ({
    open,
  }) => {
    const trial = await open({ servers: [...TWO] })
    const ahead = idOf(await doneBy(trial, 24, ['--only', 'fetch']))
    const { notes } = documentOf<RunDocument>(await trial.call(['status', '--json']))
    expect(notes.map(({ code }) => code)).toContain('clock-ahead')
    const now = idOf(await doneBy(trial, 0, ['--only', 'n8n']))
    const said = `Run ${ahead} began at`
    const history = await trial.call(['history'])
    expect(sentence(history.stdout)).toContain(said)
    expect(sentence(history.stdout)).not.toContain(`Run ${now} began at`)
    const { runs } = documentOf<{ runs: { aheadOfClock: boolean }[] }>(
      await trial.call(['history', '--json']),
    )
    expect(runs.map(({ aheadOfClock }) => aheadOfClock)).toEqual([true, false])
    const checked = await trial.call(['history', '--check'])
    expect([checked.code, sentence(checked.stdout)]).toEqual([
      0,
      expect.stringContaining(`${ahead}: intact; it began in the future by this machine's clock`),
    ])
    const dry = await trial.call(['--revert', ahead, '--dry-run', '--json'])
    expect(documentOf<RunDocument>(dry).notes).toContainEqual({
      code: 'clock-ahead',
      server: null,
      field: null,
      message: expect.stringContaining(said) as string,
    })
    expect(sentence((await trial.call(['--revert', ahead, '--dry-run'])).stdout)).toContain(said)
  })

  test('a run that was cut short in the future is pointed out, and finished without waiting for that day', async ({
    open,
  }) => {
    const trial = await open({ servers: [...TWO] })
    const ahead = idOf(await doneBy(trial, 24, []))
    await cutShort(trial, ahead, 4)
    trial.sandbox.edit('id-n8n', { url: TWO[1]?.['url'] })
    const refused = await trial.call(['--yes'])
    expect([refused.code, sentence(refused.stderr)]).toEqual([
      3,
      expect.stringContaining(`Run ${ahead} began at`),
    ])
    const args = ['--unfinished', 'finish', '--yes', '--patience', '1', '--no-wait']
    const finished = await trial.call(args)
    expect(finished.code).toBe(0)
    expect(sentence(finished.stderr)).toContain(`Run ${ahead} began at`)
    expect(urls(trial.sandbox.rows())['id-n8n']).not.toBe(TWO[1]?.['url'])
  })
})

test('--revert takes the run that came last, also where an earlier version of this program made it', async ({
  open,
}) => {
  const trial = await open({ servers: [...TWO] })
  const first = idOf(await doneBy(trial, 0, []))
  const second = idOf(await doneBy(trial, 0, ['--revert']))
  const file = join(trial.journal, `${second}.jsonl`)
  const text = await readFile(file, 'utf8')
  const earlier = rechained(text, (line) => line.replace(/"ordinal":\d+,/, ''))
  expect([text, earlier].map((each) => each.includes('"ordinal"'))).toEqual([true, false])
  await writeFile(file, earlier)
  const third = await doneBy(trial, 0, ['--revert'])
  expect(third.run?.reverts).toBe(second)
  const { runs } = documentOf<{ runs: { id: string }[] }>(await trial.call(['history', '--json']))
  expect(runs.map(({ id }) => id)).toEqual([first, second, idOf(third)])
})

test('a clock that goes back all the time holds up no wait', async ({ open }) => {
  const trial = await open({ servers: [...TWO] })
  const backwards = { env: clockBy(0, 1) }
  // The whole way: the question whether all workers know of it, too.
  expect((await trial.run(['--yes', '--only', 'fetch'], backwards)).code).toBe(0)
  const { run } = documentOf<RunDocument>(await trial.run(['--yes', '--json', '--no-wait']))
  await cutShort(trial, run?.id ?? '', 2)
  trial.sandbox.edit('id-n8n', { url: TWO[1]?.['url'] })
  const args = ['--unfinished', 'finish', '--yes', '--patience', '1']
  expect((await trial.run(args, backwards)).code).toBe(0)
  expect(urls(trial.sandbox.rows())['id-n8n']).not.toBe(TWO[1]?.['url'])
})
