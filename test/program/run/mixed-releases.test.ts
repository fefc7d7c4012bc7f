import { readFile, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { describe, expect } from 'vitest'
import type { Sandbox, SandboxOptions, SandboxRow, SandboxServer } from '../../../src/sandbox/index.ts'
import { inFrontOf, type Listener, type LocalServer } from '../../support/hostile.ts'
import { watchForLeaks } from '../../support/secrets.ts'
import {
  documentOf,
  guideServer,
  newestFile,
  sentence,
  test,
  type Trial,
  urls,
  writes,
} from '../../support/trial.ts'

watchForLeaks()

const KEY = 'sk-of-the-mixed-gateway'

const RICH: SandboxServer = guideServer('fetch', {
  transport: 'http',
  url: 'http://localhost:8585/servers/fetch/sse',
  mcp_access_groups: ['ops'],
  args: ['a'],
  env: { K: 'v' },
})
const PLAIN: SandboxServer = guideServer('n8n', {
  transport: 'http',
  url: 'http://localhost:8585/servers/n8n/sse',
})

/** What both releases have of a row. */
const shared = (row: SandboxRow, like: SandboxRow | undefined): SandboxRow =>
  Object.fromEntries(Object.entries(row).filter(([name]) => like !== undefined && name in like)) as SandboxRow

/** Makes the rows of one database those of the other, as far as it has their columns. */
function copyRows(from: Sandbox, to: Sandbox): void {
  for (const row of from.rows()) {
    const {
      updated_at: _at,
      updated_by: _by,
      ...fields
    } = shared(
      row,
      to.rows().find(({ server_id: id }) => id === row.server_id),
    )
    to.edit(row.server_id, fields)
  }
}

/** Which requests land on the other member, by the how-manieth of their kind, from 1. */
interface Landing {
  puts?: (nth: number) => boolean
  reads?: (nth: number) => boolean
  /** Does no write show what it wrote, so that it has to be read? */
  mute?: boolean
  /** Those that are answered with a 400 in its place. */
  refused?: (nth: number) => boolean
}

/** A balancer: a member for all that is asked, and another one for what lands there. Both are of one database. */
function balancer(main: Sandbox, other: Sandbox, { puts, reads, refused, mute }: Landing): Listener {
  const counts = { PUT: 0, read: 0 }
  const toMain = inFrontOf(main.url, {})
  const to =
    (member: Sandbox): Listener =>
    (asked, answer) => {
      const chunks: Buffer[] = []
      asked.on('data', (chunk: Buffer) => chunks.push(chunk))
      asked.on('end', async () => {
        if (member === other) copyRows(main, other)
        const { method = 'GET', url = '/', headers } = asked
        const { authorization = '' } = headers
        const body = method === 'GET' ? null : Buffer.concat(chunks)
        const given = await fetch(member.url + url, {
          method,
          body,
          headers: { authorization, 'content-type': 'application/json' },
        })
        if (member === other && method !== 'GET') copyRows(other, main)
        const text = await given.text()
        answer
          .writeHead(given.status, { 'content-type': 'application/json' })
          .end(method === 'PUT' && mute ? '{}' : text)
      })
    }
  const toOther = to(other)
  return (asked, answer) => {
    const isRead = asked.method === 'GET' && /\/mcp\/server\/id-/.test(asked.url ?? '')
    const nth = asked.method === 'PUT' ? (counts.PUT += 1) : isRead ? (counts.read += 1) : 0
    if (asked.method === 'PUT' && refused?.(nth)) {
      asked.resume()
      answer.writeHead(400, { 'content-type': 'application/json' }).end('{"detail":{"error":"no"}}')
      return
    }
    const lands = asked.method === 'PUT' ? puts?.(nth) : isRead && reads?.(nth)
    const own = asked.method === 'PUT' && mute ? to(main) : toMain
    ;(lands ? toOther : own)(asked, answer)
  }
}

const withoutStamps = (rows: readonly SandboxRow[]): object[] =>
  rows.map(({ updated_at: _at, updated_by: _by, ...row }) => row)

interface Tools {
  open: (options?: SandboxOptions) => Promise<Trial>
  serve: (listener: Listener) => Promise<LocalServer>
}

/** Two members, and the program pointed at what stands before them. */
async function mixed(
  { open, serve }: Tools,
  landing: Landing,
  { main = '1.106.2', other = '1.81.14', servers = [RICH, PLAIN] as readonly SandboxServer[] } = {},
) {
  const trial: Trial = await open({ version: main, servers, masterKey: KEY })
  const second = await open({ version: other, servers, masterKey: KEY })
  const before = withoutStamps(trial.sandbox.rows())
  const front = await serve((asked, answer) => current(asked, answer))
  let current = balancer(trial.sandbox, second.sandbox, landing)
  const env = { LITELLM_PROXY_URL: front.url }
  return {
    trial,
    second,
    before,
    rows: () => withoutStamps(trial.sandbox.rows()),
    /** From now on requests land elsewhere. */
    land: (next: Landing) => {
      current = balancer(trial.sandbox, second.sandbox, next)
    },
    call: (args: readonly string[]) => trial.call(args, { env }),
  }
}

/** Rows as they are to be: with their new URLs, and else as they were. */
const moved = (rows: readonly object[], names: readonly string[]): object[] =>
  rows.map((row) => {
    const { url, server_name: name } = row as SandboxRow
    const isMoved = names.includes(String(name))
    return isMoved ? { ...row, url: String(url).replace('localhost:8585', 'mcp-proxy-sse:8080') } : row
  })

const anyOf = (): boolean => true
const first = (nth: number): boolean => nth === 1

describe.concurrent('where a write lands on a member of an older release, which resets what it leaves out,', () => {
  for (const [what, puts] of [
    ['the write', first],
    ['the repair, too,', anyOf],
  ] as const)
    test(`${what} does no lasting damage: told, exit 4, as access was changed`, async ({ open, serve }) => {
      const { call, rows, before, trial, second } = await mixed({ open, serve }, { puts })
      const { code, stdout } = await call(['--yes'])
      expect(code).toBe(4)
      expect(rows()).toEqual(moved(before, ['fetch']))
      expect(sentence(stdout)).toContain('another release of LiteLLM')
      expect(sentence(stdout)).toContain(
        'SECURITY: mcp_access_groups changed with it: ["ops"] → []; put back',
      )
      expect(sentence(stdout)).not.toContain('NOT PUT BACK')
      expect(writes(trial.sandbox) + writes(second.sandbox)).toBe(2)
    })

  test('every later write of the run holds what could be lost: exit 0 where no access was touched', async ({
    open,
    serve,
  }) => {
    const servers = ['fetch', 'n8n', 'postgres'].map((name) =>
      guideServer(name, {
        transport: 'http',
        url: `http://localhost:8585/servers/${name}/sse`,
        args: [name],
      }),
    )
    const { call, rows, before, second } = await mixed(
      { open, serve },
      { puts: anyOf },
      { other: '1.85.0', servers },
    )
    const finished = await call(['--yes', '--json'])
    expect(finished.code).toBe(0)
    expect(rows()).toEqual(moved(before, ['fetch', 'n8n', 'postgres']))
    const { changes } = documentOf<{ changes: { collateral: { repaired: boolean }[] }[] }>(finished)
    expect(changes.map(({ collateral }) => collateral.length > 0)).toEqual([true, false, false])
    expect(writes(second.sandbox)).toBe(4)
  })

  test('the take-back of the same run does none either', async ({ open, serve }) => {
    const { call, rows, before } = await mixed({ open, serve }, { puts: anyOf })
    const { code } = await call(['--yes', '--on-failure', 'revert'])
    expect(code).toBe(4)
    expect(rows()).toEqual(before)
  })

  test('a revert repairs what it does: nothing is lost', async ({ open, serve }) => {
    const { call, rows, before, land } = await mixed({ open, serve }, {})
    expect((await call(['--yes'])).code).toBe(0)
    land({ puts: anyOf })
    await call(['--revert', '--yes'])
    await call(['--revert', '--yes'])
    const names = (all: readonly object[]): unknown[] => all.map((row) => ({ ...row, url: '' }))
    expect(names(rows())).toEqual(names(before))
  })

  test('its answers to the reads after it are not taken for changes', async ({ open, serve }) => {
    // The first read of a server is for the plan, the second the one after its write.
    const { call, rows, before } = await mixed(
      { open, serve },
      { reads: (nth) => nth === 2, mute: true },
      { servers: [PLAIN] },
    )
    const { code, stdout } = await call(['--yes'])
    expect([code, stdout]).toEqual([0, expect.not.stringContaining('changed with it')])
    expect(rows()).toEqual(moved(before, ['n8n']))
  })
})

describe.concurrent('where only reads are answered by a member of another release,', () => {
  test.for([
    ['the older one, from the write on', {}, (nth: number) => nth > 1],
    ['the newer one, from the write on', { main: '1.81.14', other: '1.106.2' }, (nth: number) => nth > 2],
  ] as const)(
    '%s, nothing is reported as changed, but that not all could be compared: exit 4',
    async ([_who, releases, reads], { open, serve }) => {
      const { call, rows, before } = await mixed(
        { open, serve },
        { reads, mute: true },
        { ...releases, servers: [PLAIN] },
      )
      const { code, stdout } = await call(['--yes', '--patience', '1'])
      expect([code, stdout]).toEqual([4, expect.not.stringContaining('changed with it')])
      expect(sentence(stdout)).toContain('what one of them does not show was not compared')
      expect(rows()).toEqual(moved(before, ['n8n']))
    },
  )

  test('the read before the write, too: the server is left alone, and why is told: exit 3', async ({
    open,
    serve,
  }) => {
    const landing: Landing = { reads: (nth) => nth === 2 }
    const releases = { main: '1.81.14', other: '1.106.2' }
    const { call, rows, before } = await mixed({ open, serve }, landing, { ...releases, servers: [PLAIN] })
    const { code, stdout } = await call(['--yes'])
    expect([code, rows()]).toEqual([3, before])
    expect(sentence(stdout)).toContain('changed since it was shown, or another release of LiteLLM answered')
  })

  test('by turns, all is compared with what its like showed: exit 0', async ({ open, serve }) => {
    const { call, rows, before } = await mixed(
      { open, serve },
      { reads: (nth) => nth % 2 === 1 && nth > 2, mute: true },
      { main: '1.81.14', other: '1.106.2', servers: [PLAIN] },
    )
    const { code, stdout } = await call(['--yes'])
    expect([code, stdout]).toEqual([0, expect.not.stringContaining('changed with it')])
    expect(rows()).toEqual(moved(before, ['n8n']))
  })
})

describe.concurrent('what could not be put back', () => {
  const landing: Landing = { puts: first, refused: (nth) => nth > 1 }

  test('makes a revert exit 4, which tells the fields, for as long as they are not back', async ({
    open,
    serve,
  }) => {
    const { call, rows, before, land, trial } = await mixed({ open, serve }, landing)
    const run = await call(['--yes'])
    expect(run.code).toBe(4)
    const id = basename(await newestFile(trial), '.jsonl')
    expect(sentence(run.stdout)).toContain('NOT PUT BACK')
    land({})
    const back = await call(['--revert', '--yes', '--quiet'])
    expect(back.code).toBe(4)
    const told = sentence(back.stdout).split(
      'fetch: alias, args, available_on_public_internet, env, mcp_access_groups, transport: not as before',
    )
    expect(told).toHaveLength(2)
    expect(told[1]).toContain('Not everything is as it was before that run.')
    expect(rows()).not.toEqual(before)
    expect((await call(['--revert', id, '--yes'])).code).toBe(1)
    const { server_id: _id, ...fields } = RICH
    trial.sandbox.edit('id-fetch', { ...fields, available_on_public_internet: true })
    expect((await call(['--revert', id, '--yes'])).code).toBe(0)
    expect(rows()).toEqual(before)
  })

  test('keeps a revert from ending well, too, that goes on where one before it did the damage', async ({
    open,
    serve,
  }) => {
    const { call, land, trial } = await mixed({ open, serve }, {})
    await call(['--yes'])
    const id = basename(await newestFile(trial), '.jsonl')
    land(landing)
    expect((await call(['--revert', '--yes'])).code).toBe(4)
    land({})
    const rest = await call(['--revert', id, '--yes'])
    expect(rest.code).toBe(4)
    expect(sentence(rest.stdout)).toContain('mcp_access_groups, transport: not as before')
    expect(urls(trial.sandbox.rows())).toEqual({ 'id-fetch': RICH['url'], 'id-n8n': PLAIN['url'] })
  })

  test('is told after a crash, too, and taking the run back exits 4', async ({ open, serve }) => {
    const { call, land, trial } = await mixed({ open, serve }, landing)
    await call(['--yes'])
    const file = await newestFile(trial)
    // Its beginning, and the intent of the write.
    await writeFile(file, `${(await readFile(file, 'utf8')).split('\n').slice(0, 2).join('\n')}\n`)
    land({})
    const back = await call(['--unfinished', 'revert', '--yes'])
    expect(back.code).toBe(4)
    expect(sentence(back.stdout)).toContain('mcp_access_groups')
  })
})

describe.concurrent('what only looks like it is left to whoever did it:', () => {
  test('a single field that somebody emptied in the same moment', async ({ open }) => {
    let sandbox: Sandbox | undefined
    const servers = [guideServer('fetch', { env: { K: 'v' } })]
    const trial = await open({
      servers,
      quirks: [
        {
          on: { method: 'PUT', path: '/v1/mcp/server', nth: 1 },
          do: { rowEdit: () => sandbox?.edit('id-fetch', { env: {} }) },
        },
      ],
    })
    sandbox = trial.sandbox
    const { code, stdout } = await trial.call(['--yes'])
    expect(code).toBe(4)
    expect(sentence(stdout)).toContain('env changed with it: (hidden) → (hidden); NOT PUT BACK')
    expect(trial.sandbox.rows()[0]).toMatchObject({ env: {} })
    expect(writes(trial.sandbox)).toBe(1)
  })
})

test('where a write lands on a newer release, which clears the OAuth settings, they are put back: exit 4, as nobody sees what went with them', async ({
  open,
  serve,
}) => {
  const settings = {
    token_url: 'https://issuer.example/token',
    authorization_url: 'https://issuer.example/authorize',
    registration_url: 'https://issuer.example/register',
  }
  const servers = [guideServer('fetch', { auth_type: 'oauth2', ...settings })]
  const { call, rows } = await mixed(
    { open, serve },
    { puts: first },
    { main: '1.92.2', other: '1.105.7', servers },
  )
  const { code, stdout } = await call(['--yes'])
  expect(rows()[0]).toMatchObject({ ...settings, auth_type: 'oauth2' })
  expect(sentence(stdout)).toContain("client id, client secret and people's sign-ins may be gone, too")
  expect(code).toBe(4)
})
