import { describe, expect, test } from 'vitest'
import { invoke } from '../../prove/kill-recovery.ts'
import { bareEnvironment, temporaryFolder } from '../../support/cli.ts'
import { watchForLeaks } from '../../support/secrets.ts'
import { documentOf, sentence } from '../../support/trial.ts'

watchForLeaks()

/** A sandbox's one run, as a script has it. */
async function play(...args: string[]) {
  const { code, output, stdout } = await invoke({ env: bareEnvironment(), preflight: true }, [
    '--sandbox',
    '--yes',
    ...args,
  ])
  return { code, output: sentence(output), stdout }
}

interface Told {
  run: { id: string } | null
  changes: { server: { name: string }; outcome: string; reason: string | null }[]
  summary: Record<string, number>
}

/** The same as a document: its exit code, what became of how many servers, and of those that were not simply changed. */
async function told(...args: string[]) {
  const { code, output, stdout } = await play('--json', ...args)
  const { summary, changes } = documentOf<Told>({ code, stdout, stderr: '' })
  const counts = Object.fromEntries(Object.entries(summary).filter(([, count]) => count > 0))
  const others = changes
    .filter(({ outcome }) => outcome !== 'applied')
    .map(({ server, outcome, reason }) => [server.name, outcome, reason])
  return { code, output, counts, others }
}

describe('the scenario', () => {
  test('guide: all seven are changed', async () => {
    expect(await told('--scenario', 'guide')).toMatchObject({ code: 0, counts: { applied: 7 }, others: [] })
  })

  test('unreachable: n8n waits for a consent, and the others are changed', async () => {
    expect(await told('--scenario', 'unreachable')).toMatchObject({
      code: 4,
      counts: { applied: 6, notApplied: 1 },
      others: [['n8n', 'not-applied', 'awaiting']],
    })
  })

  test('unreachable, with that consent: n8n is changed, and does not work', async () => {
    const { code, output } = await play('--scenario', 'unreachable', '--accept', 'unreachable')
    expect(code).toBe(0)
    expect(output).toContain('it returned HTTP 404')
    expect(output).toContain('7 of 7 servers changed')
  })

  test('drift: postgres is left as somebody else made it meanwhile', async () => {
    expect(await told('--scenario', 'drift')).toMatchObject({
      code: 4,
      counts: { applied: 6, drifted: 1 },
      others: [['postgres', 'drifted', null]],
    })
    const { output } = await play('--scenario', 'drift')
    expect(output).toContain('now http://pg-mcp:9000/sse')
  })

  test('crash: a run is left that nobody ended, and nothing is done beside it', async () => {
    const { code, output } = await play('--scenario', 'crash')
    expect(code).toBe(3)
    expect(output).toContain('did not finish, so nothing else is started')
    expect(output).toContain('--unfinished finish --yes --sandbox --scenario crash')
    expect(output).toContain('--unfinished revert --yes --sandbox --scenario crash')
  })

  test('crash: that run is completed under its own id, the write with the lost answer too', async () => {
    expect(await told('--scenario', 'crash', '--unfinished', 'finish')).toMatchObject({
      code: 0,
      counts: { applied: 7 },
      others: [],
    })
  })

  test('crash: that run is taken back, as far as it had got', async () => {
    expect(await told('--scenario', 'crash', '--unfinished', 'revert')).toMatchObject({
      code: 0,
      counts: { applied: 3 },
      others: [],
    })
  })

  test('drift, of an old release: the same', async () => {
    expect(await told('--scenario', 'drift', '--release', '1.81.14')).toMatchObject({
      code: 4,
      counts: { applied: 6, drifted: 1 },
    })
  })
})

test('with nothing unfinished --unfinished is ignored on a sandbox, too', async () => {
  expect(await told('--unfinished', 'revert')).toMatchObject({ code: 0, counts: { applied: 7 } })
})

describe('refused with exit code 64:', () => {
  test.each([
    ['--release', '1.106.3', '--release: 1.106.3 is not known to the sandbox; nearest: 1.106.2'],
    ['--release', 'newest', '--release: must be a release of LiteLLM such as 1.81.14'],
    ['--scenario', 'flood', '--scenario: takes guide, unreachable, drift or crash'],
  ])('%s %s', async (option, value, said) => {
    expect(await play(option, value)).toEqual({ code: 64, output: said, stdout: '' })
    const { code, output } = await invoke({ env: {} }, ['sandbox', option, value])
    expect([code, sentence(output)]).toEqual([64, said])
  })

  test('a scenario for a world of its own', async () => {
    const world = `${await temporaryFolder()}/world.json`
    const { code, output } = await invoke({ env: {} }, ['sandbox', '--world', world, '--scenario', 'drift'])
    expect([code, sentence(output)]).toEqual([64, '--world and --scenario exclude each other'])
  })
})
