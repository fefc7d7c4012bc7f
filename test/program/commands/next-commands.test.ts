import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, vi } from 'vitest'
import type { SandboxOptions } from '../../../src/sandbox/index.ts'
import { invoke } from '../../prove/kill-recovery.ts'
import { bareEnvironment, type Finished } from '../../support/cli.ts'
import { freePort } from '../../support/free-port.ts'
import { watchForLeaks } from '../../support/secrets.ts'
import { argumentsIn } from '../../support/shell-words.ts'
import { guideServer, newestFile, sentence, test, type Trial, TWO, urls } from '../../support/trial.ts'

watchForLeaks()
vi.setConfig({ maxConcurrency: 4, testTimeout: 60_000 })

const NEW = 'http://mcp.example.com'
const NO_DOCKER = { DOCKER_HOST: 'unix:///there-is-none.sock' }
const PRINTED = /^ *(npx mcp-url-migrate .*)$/gm

/** The commands that a program printed, in their order. */
const printedBy = ({ stdout, stderr }: Finished): string[] =>
  [...`${stderr}\n${stdout}`.matchAll(PRINTED)].map(([, command = '']) => command)

/** The one among them that holds these words. */
function commandWith(words: string, finished: Finished): string {
  const found = printedBy(finished).filter((command) => command.includes(words))
  expect(found, `${words} in:\n${finished.stderr}${finished.stdout}`).toHaveLength(1)
  return found[0] ?? ''
}

/**
 * Pastes a command into a shell that has the admin key and nothing else. `also`: what the person adds. The shell is a true
 * one; what it makes of the line is called without a process of its own.
 */
async function paste(command: string, { sandbox, folder }: Trial, also = ''): Promise<Finished> {
  const env = bareEnvironment({
    LITELLM_PROXY_API_KEY: sandbox.masterKey,
    MCP_URL_MIGRATE_LOCKS: join(folder, 'locks'),
    ...NO_DOCKER,
  })
  return invoke({ env, preflight: true }, await argumentsIn(`${command} ${also}`, env))
}

/** A trial with servers at an old address, by default one that nobody listens at, and the rule that moves them. */
async function movable(
  open: (options: SandboxOptions) => Promise<Trial>,
  { names = ['fetch'], at, ...options }: SandboxOptions & { names?: string[]; at?: string } = {},
) {
  const old = at ?? `http://127.0.0.1:${await freePort()}`
  const servers = names.map((name) => guideServer(name, { url: `${old}/servers/${name}/sse` }))
  const trial = await open({ servers, ...options })
  const journal = join(trial.folder, "a journal's folder")
  const rule = ['--from', old, '--to', NEW, '--journal', journal]
  return { trial, old, rule, journal, at: () => urls(trial.sandbox.rows())['id-fetch'] }
}

/** Takes so many lines off the end of the newest run, as a crash does. */
async function cutShort(journal: string, lines: number): Promise<void> {
  const file = await newestFile({ journal })
  const text = (await readFile(file, 'utf8')).trimEnd()
  await writeFile(file, `${text.split('\n').slice(0, -lines).join('\n')}\n`)
}

describe.concurrent('a command that is printed, pasted into a shell:', () => {
  test('verify after a run judges the address that the run moved to, and the undo takes it back', async ({
    open,
  }) => {
    const { trial, old, rule, at } = await movable(open, { version: '1.77.7' })
    const run = await trial.call(['--yes', ...rule])
    trial.sandbox.restart()
    const proof = await paste(commandWith(' verify ', run), trial, '--check closed --check reachable')
    expect([proof.code, sentence(proof.stdout)]).toEqual([
      0,
      expect.stringContaining('1 server of 1 list tools: fetch (2)'),
    ])
    expect(proof.stdout).toContain(old.replace('http://', ''))
    const undo = commandWith('--revert', run)
    expect(run.stdout.trimEnd().endsWith(undo)).toBe(true)
    expect((await paste(undo, trial, '--yes')).code).toBe(0)
    expect(at()).toBe(`${old}/servers/fetch/sse`)
  })

  test('verify finds a server that a run moved at its old address again, whatever the rule, and its command moves it', async ({
    open,
  }) => {
    const { trial, old, rule, journal, at } = await movable(open)
    await trial.setUp(['--yes', ...rule])
    trial.sandbox.edit('id-fetch', { url: `${old}/servers/fetch/sse` })
    const found = await trial.call(['verify', '--check', 'reachable', '--journal', journal], {
      env: NO_DOCKER,
    })
    expect(found.code).toBe(5)
    expect(sentence(found.stdout)).toMatch(/moved by run \S+, and at the old address again: fetch/)
    expect((await paste(commandWith('--from', found), trial, '--yes')).code).toBe(0)
    expect(at()).toBe(`${NEW}/servers/fetch/sse`)
  })

  test('the revert that verify names takes back the run whose server lists other tools', async ({ open }) => {
    const { trial, old, rule, journal, at } = await movable(open, { at: 'http://localhost:8585' })
    const run = await trial.call(['--yes', ...rule], { preflight: true })
    expect(run.code).toBe(0)
    trial.sandbox.edit('id-fetch', { allowed_tools: ['echo'] })
    const found = await trial.call(['verify', '--check', 'same-servers', '--journal', journal], {
      env: NO_DOCKER,
    })
    expect((await paste(commandWith('--revert', found), trial, '--yes')).code).toBe(0)
    expect(at()).toBe(`${old}/servers/fetch/sse`)
  })

  for (const words of ['undo', '--unfinished finish', '--revert'])
    test(`what ends a run that wrote files, or takes it back, names them and vouches for the journal: ${words}`, async ({
      open,
    }) => {
      const [old, text] = [
        'http://localhost:8585/sse',
        'mcp_servers:\n  fetch:\n    url: os.environ/FETCH_URL\n',
      ]
      const server = { server_name: 'fetch', url: old, transport: 'http', auth_type: null, alias: null }
      const trial = await open({ servers: [], configServers: [server] })
      const [config, env] = [join(trial.folder, "the house's config.yaml"), join(trial.folder, 'litellm.env')]
      await writeFile(config, text)
      await writeFile(env, `FETCH_URL=${old}\n`)
      const files = ['--litellm-config', config, '--litellm-env', env]
      const run = await trial.call(['--yes', '--no-preflight', ...files])
      expect(run.code).toBe(0)
      if (words === 'undo') {
        expect((await paste(commandWith('--revert', run), trial, '--yes')).code).toBe(0)
      } else {
        await cutShort(trial.journal, 2)
        const refused = await trial.call(['--yes'])
        expect(refused.code).toBe(3)
        expect(await paste(commandWith(words, refused), trial)).toMatchObject({ code: 0 })
      }
      const isBack = words !== '--unfinished finish'
      expect((await readFile(env, 'utf8')) === `FETCH_URL=${old}\n`).toBe(isBack)
    })

  test('the line for servers that look as if they were meant moves them', async ({ open }) => {
    const servers = TWO.map((server) => ({ ...server, url: 'http://localhost:8586/servers/n8n/sse' }))
    const trial = await open({ servers })
    const finished = await trial.call(['--dry-run'])
    expect((await paste(commandWith('8586', finished), trial, '--yes')).code).toBe(0)
    expect(urls(trial.sandbox.rows())['id-n8n']).toBe('http://mcp-proxy-sse:8080/servers/n8n/sse')
    expect(await trial.journalFiles()).toHaveLength(1)
  })

  test('status names what completes a run that was cut short, by its rule and in its journal', async ({
    open,
  }) => {
    const { trial, old, rule, journal } = await movable(open, { names: ['fetch', 'n8n'] })
    await trial.setUp(['--yes', ...rule])
    // The second of them was not begun.
    await cutShort(journal, 3)
    trial.sandbox.edit('id-n8n', { url: `${old}/servers/n8n/sse` })
    const status = await trial.call(['status', ...rule], { env: NO_DOCKER })
    const finish = commandWith('--unfinished finish', status)
    expect((await paste(finish, trial, '--yes')).code).toBe(0)
    expect(Object.values(urls(trial.sandbox.rows())).join()).not.toContain(old)
    // With nothing unfinished it is the main job, by the same rule.
    expect(sentence((await paste(finish, trial, '--yes')).stdout)).toContain(
      'Nothing to change: all 2 servers are at http://mcp.example.com already.',
    )
    await cutShort(journal, 1)
    const refused = await trial.call(['--yes', ...rule])
    expect(refused.code).toBe(3)
    const listed = await trial.call(['history', '--journal', journal])
    expect(commandWith('--unfinished finish', listed)).toContain(`--url ${trial.sandbox.url} --journal '`)
    // Pasted once more, it finds nothing to take back, and does not begin the job of that command line.
    for (const times of [1, 2]) {
      expect([times, (await paste(commandWith('--revert', refused), trial)).code]).toEqual([times, 0])
      expect(Object.values(urls(trial.sandbox.rows())).join()).not.toContain(NEW)
    }
  })

  test('after a revert that stopped half way, going on with it takes the run back', async ({ open }) => {
    const refused = { on: { method: 'PUT', path: '/v1/mcp/server', nth: 4 }, do: { status: 400, body: {} } }
    const trial = await open({ servers: TWO, quirks: [refused] })
    const undo = commandWith('--revert', await trial.call(['--yes']))
    const run = undo.split(' ')[3] ?? ''
    await trial.call(['--revert', '--yes'])
    const stopped = await trial.call(['--revert', '--yes'])
    expect(stopped.code).toBe(3)
    expect((await paste(commandWith(`--revert ${run}`, stopped), trial, '--yes')).code).toBe(0)
    expect(Object.values(urls(trial.sandbox.rows())).join()).not.toContain('mcp-proxy-sse')
  })

  test('a server whose file was changed, and that LiteLLM still lists as before, is named with that file', async ({
    open,
  }) => {
    const url = 'http://localhost:8585/servers/fetch/sse'
    const trial = await open({
      servers: [],
      configServers: [{ server_name: 'fetch', url, transport: 'sse' }],
    })
    const file = join(trial.folder, 'config.yaml')
    const text = `mcp_servers:\n  fetch:\n    url: ${url}\n    transport: sse\n`
    await writeFile(file, text)
    const run = await trial.call(['--yes', '--litellm-config', file])
    const found = await paste(commandWith(' verify ', run), trial, '--check reachable')
    expect([found.code, sentence(found.stdout)]).toEqual([
      5,
      expect.stringMatching(/moved in its file by run \S+, and listed at the old address: fetch/),
    ])
    await writeFile(file, text)
    expect((await paste(commandWith('--litellm-config', found), trial, '--yes')).code).toBe(0)
    expect(await readFile(file, 'utf8')).not.toContain('localhost')
  })

  test('what cannot be read of a journal is told by the command that verify names', async ({ open }) => {
    const { trial, rule, journal } = await movable(open)
    await trial.setUp(['--yes', ...rule])
    await appendFile(await newestFile({ journal }), 'oops\n')
    const found = await trial.call(['verify', '--check', 'closed', ...rule], { env: NO_DOCKER })
    const checked = await paste(commandWith('history --check', found), trial)
    expect([checked.code, sentence(checked.stdout)]).toEqual([
      1,
      expect.stringContaining('1 file is damaged'),
    ])
  })
})
