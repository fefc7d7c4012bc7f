import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, vi } from 'vitest'
import { temporaryFolder } from '../../support/cli.ts'
import { KEY } from '../../support/pty.ts'
import { watchForLeaks } from '../../support/secrets.ts'
import { NEW, OLD, type Sitting, test, THREE } from '../../support/sitting.ts'
import { documentOf, sentence, urls } from '../../support/trial.ts'

watchForLeaks()
vi.setConfig({ maxConcurrency: 4, testTimeout: 60_000 })

/** All three moved, by a run of which the journal holds the first four lines only: one applied, one in flight. */
async function dieIn(trial: Sitting): Promise<string> {
  const { run } = documentOf<{ run: { id: string } }>(await trial.call(['--yes', '--json']))
  const file = join(trial.journal, `${run.id}.jsonl`)
  const lines = (await readFile(file, 'utf8')).split('\n')
  await writeFile(file, `${lines.slice(0, 4).join('\n')}\n`)
  trial.sandbox.edit('id-postgres', { url: OLD('postgres') })
  return run.id
}

const everywhere = (place: (name: string) => string) => ({
  'id-fetch': place('fetch'),
  'id-n8n': place('n8n'),
  'id-postgres': place('postgres'),
})

describe.concurrent('a run that did not finish is offered', () => {
  test('to finish', async ({ sit }) => {
    const trial = await sit()
    const run = await dieIn(trial)
    const session = trial.start()
    await session.waitFor(`Run ${run}`)
    await session.waitFor('2 of 3 servers changed, 1 not changed.')
    await session.waitFor('What should happen to it?')
    session.answer('f')
    await session.waitFor('Change 1 server')
    session.answer('y')
    await session.waitFor('3 of 3 servers changed.')
    expect(await session.exit()).toBe(0)
    expect(urls(trial.sandbox.rows())).toEqual(everywhere(NEW))
  })

  test('to take back', async ({ sit }) => {
    const trial = await sit()
    await dieIn(trial)
    const session = trial.start()
    await session.waitFor('What should happen to it?')
    session.answer('r')
    await session.waitFor('Take back 2 servers')
    session.answer('y')
    await session.waitFor('is marked as ended in the journal now.')
    expect(await session.exit()).toBe(0)
    expect(urls(trial.sandbox.rows())).toEqual(everywhere(OLD))
  })

  test('to leave, which is the default: nothing else is begun, and it is offered again', async ({ sit }) => {
    const trial = await sit()
    const run = await dieIn(trial)
    const session = trial.start()
    await session.waitFor('What should happen to it?')
    session.press(KEY.enter)
    await session.waitFor('Left as it is; nothing was written.')
    await session.waitFor('npx mcp-url-migrate --unfinished finish --url')
    expect(await session.exit()).toBe(3)
    const again = trial.start()
    await again.waitFor(`Run ${run}`)
    await again.waitFor('What should happen to it?')
    again.press(KEY.ctrlC)
    expect(await again.exit()).toBe(130)
  })
})

describe.concurrent('a server that somebody changed meanwhile', () => {
  const ELSEWHERE = 'http://elsewhere/n8n'

  test('is left alone by default, with the three states shown: exit 4', async ({ sit }) => {
    const trial = await sit()
    const session = trial.start()
    await session.waitFor('Change 3 servers')
    trial.sandbox.edit('id-n8n', { url: ELSEWHERE })
    session.answer('y')
    await session.waitFor('n8n was changed by somebody else:')
    await session.waitFor(`url before ${OLD('n8n')} ours ${NEW('n8n')} now ${ELSEWHERE}`)
    await session.waitFor('n8n: what now?')
    session.press(KEY.enter)
    expect(await session.exit()).toBe(4)
    expect(urls(trial.sandbox.rows())['id-n8n']).toBe(ELSEWHERE)
  })

  test('is written over when that is chosen, and taking that back restores the edit', async ({ sit }) => {
    const trial = await sit()
    const session = trial.start()
    await session.waitFor('Change 3 servers')
    trial.sandbox.edit('id-n8n', { url: ELSEWHERE, mcp_access_groups: ['theirs'] })
    session.answer('y')
    await session.waitFor('mcp_access_groups before, and ours (hidden) now ["theirs"]')
    await session.waitFor('n8n: what now?')
    session.answer('w')
    await session.waitFor('Change 1 server')
    session.answer('y')
    await session.waitFor('1 of 1 server changed.')
    expect(await session.exit()).toBe(0)
    expect(urls(trial.sandbox.rows())).toEqual(everywhere(NEW))
    const row = () => trial.sandbox.rows().find(({ server_id }) => server_id === 'id-n8n')
    expect(row()).toMatchObject({ mcp_access_groups: ['theirs'] })
    // No migration makes that edit: a changed journal would look the same, but for its head.
    const blind = await trial.call(['--revert', '--yes', '--json'])
    expect([blind.code, documentOf(blind)]).toMatchObject([1, { code: 'journal-damaged' }])
    const [, head = ''] = /--expect-head([\da-f]{64})/.exec(session.text.replaceAll(/\s+/g, '')) ?? []
    expect((await trial.call(['--revert', '--yes', '--expect-head', head])).code).toBe(0)
    expect(row()).toMatchObject({ url: ELSEWHERE, mcp_access_groups: ['theirs'] })
    const again = await trial.call(['--revert', '--dry-run'])
    expect(sentence(again.stdout)).toContain('no migration makes this')
  })

  test('of two, one is written over: exit 4, for something was written and one was left', async ({ sit }) => {
    const trial = await sit({ servers: [...THREE].slice(0, 2) })
    const session = trial.start()
    await session.waitFor('Change 2 servers')
    for (const name of ['fetch', 'n8n']) trial.sandbox.edit(`id-${name}`, { url: `http://elsewhere/${name}` })
    session.answer('y')
    await session.waitFor('fetch: what now?')
    session.answer('w')
    await session.waitFor('n8n: what now?')
    session.press(KEY.enter)
    await session.waitFor('Change 1 server')
    session.answer('y')
    await session.waitFor('1 of 1 server changed.')
    expect(await session.exit()).toBe(4)
    expect(urls(trial.sandbox.rows())).toEqual({ 'id-fetch': NEW('fetch'), 'id-n8n': ELSEWHERE })
  })

  test('does not hide another that was deleted meanwhile: exit 4', async ({ sit }) => {
    const trial = await sit()
    const session = trial.start()
    await session.waitFor('Change 3 servers')
    trial.sandbox.edit('id-n8n', { url: ELSEWHERE })
    const headers = { authorization: `Bearer ${trial.sandbox.masterKey}` }
    await fetch(`${trial.sandbox.url}/v1/mcp/server/id-postgres`, { method: 'DELETE', headers })
    session.answer('y')
    await session.waitFor('n8n: what now?')
    session.answer('w')
    await session.waitFor('Change 1 server')
    session.answer('y')
    await session.waitFor('1 of 1 server changed.')
    expect(await session.exit()).toBe(4)
    expect(urls(trial.sandbox.rows())).toEqual({ 'id-fetch': NEW('fetch'), 'id-n8n': NEW('n8n') })
  })

  test('before a revert: the table, and the choice after it', async ({ sit }) => {
    const trial = await sit({ servers: [...THREE].slice(0, 2) })
    await trial.setUp(['--yes'])
    trial.sandbox.edit('id-n8n', { url: ELSEWHERE })
    const session = trial.start({ args: ['--revert'] })
    await session.waitFor('n8n [drifted]')
    await session.waitFor(`before ${OLD('n8n')} ours ${NEW('n8n')} now ${ELSEWHERE}`)
    await session.waitFor('Take back 1 server')
    session.answer('y')
    await session.waitFor('n8n: what now?')
    session.answer('w')
    await session.waitFor('Take back 1 server')
    session.answer('y')
    await session.waitFor('1 of 1 server taken back.')
    expect(await session.exit()).toBe(0)
    expect(urls(trial.sandbox.rows())).toEqual({ 'id-fetch': OLD('fetch'), 'id-n8n': OLD('n8n') })
  })
})

describe.concurrent('while somebody sits at the question', () => {
  test('another run from this machine is refused, told who and since when: exit 3; a dry run is not', async ({
    sit,
  }) => {
    const trial = await sit()
    const session = trial.start()
    await session.waitFor('Change 3 servers')
    for (const args of [['--yes'], ['--revert', '--yes']]) {
      const { code, stderr } = await trial.call([...args, '--journal', `${trial.folder}/another`])
      expect([code, sentence(stderr)]).toEqual([
        3,
        expect.stringMatching(
          new RegExp(
            `Another run against this gateway is under way: .* on .* \\(process ${session.pid}\\), migrating since \\d{4}-`,
          ),
        ),
      ])
    }
    expect((await trial.call(['--dry-run'])).code).toBe(0)
    session.answer('y')
    expect(await session.exit()).toBe(0)
    expect((await trial.call(['--revert', '--yes'])).code).toBe(0)
  })

  test('Ctrl-C releases the lock', async ({ sit }) => {
    const trial = await sit()
    const session = trial.start()
    await session.waitFor('Change 3 servers')
    session.press(KEY.ctrlC)
    expect(await session.exit()).toBe(130)
    const left = await readdir(join(trial.folder, 'locks'), { recursive: true })
    expect(left.filter((name) => name.endsWith('.lock'))).toEqual([])
  })

  test('a run from another machine goes on, and the first one leaves alone what it finds: exit 3', async ({
    sit,
  }) => {
    const trial = await sit()
    const session = trial.start({ args: ['--only', 'fetch', '--only', 'n8n'] })
    await session.waitFor('Change 2 servers')
    const elsewhere = await temporaryFolder()
    const env = { MCP_URL_MIGRATE_LOCKS: elsewhere, MCP_URL_MIGRATE_JOURNAL: join(elsewhere, 'journal') }
    expect(
      (await trial.call(['--from', 'http://localhost:8585', '--to', 'http://theirs', '--yes'], { env })).code,
    ).toBe(0)
    session.answer('y')
    await session.waitFor('0 of 2 servers changed, 2 drifted.')
    await session.waitFor('fetch: what now?')
    session.press(KEY.enter)
    await session.waitFor('n8n: what now?')
    session.press(KEY.enter)
    expect(await session.exit()).toBe(3)
    expect(urls(trial.sandbox.rows())['id-n8n']).toBe('http://theirs/servers/n8n/sse')
  })
})

describe.concurrent('a canary that is being tried', () => {
  test('is tried no longer after Ctrl-C: 130, and no word of its not working', async ({ sit }) => {
    const servers = [
      { ...THREE[0], url: 'http://localhost:8585/servers/nowhere/sse' },
      ...[...THREE].slice(1),
    ]
    const trial = await sit({ servers })
    const session = trial.start({ args: ['--yes', '--canary', '--patience', '60'] })
    await session.waitFor('trying it through the gateway')
    session.press(KEY.ctrlC)
    await session.waitFor('Stopped by Ctrl-C.')
    expect(await session.exit()).toBe(130)
    expect(session.text).not.toContain('does not work through the gateway')
    const [first, ...rest] = Object.values(urls(trial.sandbox.rows()))
    expect([first, ...rest]).toEqual([NEW('nowhere'), OLD('n8n'), OLD('postgres')])
  })
})
