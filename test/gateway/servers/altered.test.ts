import { parse, stringify } from 'lossless-json'
import { describe, expect, vi } from 'vitest'
import type { SandboxServer } from '../../../src/sandbox/index.ts'
import type { Finished } from '../../support/cli.ts'
import { inFrontOf, type Listener } from '../../support/hostile.ts'
import { ODD_NUMBERS } from '../../support/json-texts.ts'
import { watchForLeaks } from '../../support/secrets.ts'
import {
  documentOf,
  guideServer,
  sentence,
  test,
  type Trial,
  TWO,
  urls,
  writes,
  vouching,
} from '../../support/trial.ts'

watchForLeaks()
vi.setConfig({ maxConcurrency: 6, testTimeout: 60_000 })

const OLD = 'http://localhost:8585/servers/fetch/sse'
const MOVED = {
  'id-fetch': 'http://mcp-proxy-sse:8080/servers/fetch/sse',
  'id-n8n': 'http://mcp-proxy-sse:8080/servers/n8n/sse',
}
const LEFT = { ...MOVED, 'id-fetch': OLD }
const RECORD = '/v1/mcp/server/id-fetch'

interface Run {
  changes: {
    server: { id: string }
    outcome: string
    error: string | null
    collateral: { field: string }[]
  }[]
  skipped: { server: { id: string }; code: string; message: string }[]
}

const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels)

/** Answers with these bytes. */
const raw =
  (status: number, text: string, encoding: BufferEncoding = 'utf8'): Listener =>
  (_, answer) => {
    answer.writeHead(status, { 'content-type': 'application/json' }).end(Buffer.from(text, encoding))
  }

/** What the sandbox itself answers, as a text that is changed on its way. */
const retold =
  ({ sandbox }: Trial, change: (text: string) => string): Listener =>
  (asked, answer) => {
    const headers = { authorization: asked.headers.authorization ?? '' }
    void fetch(sandbox.url + (asked.url ?? ''), { headers })
      .then(async (own) => [own.status, await own.text()] as const)
      .then(([status, text]) => raw(status, change(text))(asked, answer))
  }

/** A record with one member more, as text. */
const withMember = (record: object, member: string): string =>
  `${JSON.stringify(record).slice(0, -1)},${member}}`

const throughTo = async (
  trial: Trial,
  url: string,
  args: readonly string[] = ['--yes', '--json'],
): Promise<Finished> => trial.call([...args, '--url', url, '--no-wait'])

const infoOf = ({ sandbox }: Trial): string | undefined => stringify(sandbox.rows()[0]?.['mcp_info'])

const ODD_INFO = `{"n":[${ODD_NUMBERS.join(',')}],"url":"${OLD}","__proto__":{"x":1.0}}`

const oddServer = (): SandboxServer => guideServer('fetch', { mcp_info: parse(ODD_INFO) })

describe.concurrent('numbers and names that JavaScript would alter are sent back as they were read:', () => {
  for (const [version, rule] of [
    ['1.74.0', 'localhost-8585-to-mcp-proxy-sse'],
    ['1.77.1', 'localhost-8585-to-mcp-proxy-sse-everywhere'],
    ['1.81.14', 'localhost-8585-to-mcp-proxy-sse-everywhere'],
    ['1.106.2', 'localhost-8585-to-mcp-proxy-sse-everywhere'],
  ] as const)
    test(`with ${rule} on ${version}, there and back`, async ({ open }) => {
      const trial = await open({ version, servers: [oddServer()] })
      const before = infoOf(trial)
      await trial.setUp(['--yes', '--no-wait', '--migration', rule])
      const moved = rule.endsWith('everywhere') ? MOVED['id-fetch'] : OLD
      expect(infoOf(trial)).toBe(before?.replace(OLD, moved))
      await trial.setUp(await vouching(trial, ['--revert', '--yes', '--no-wait']))
      expect([infoOf(trial), urls(trial.sandbox.rows())]).toEqual([before, { 'id-fetch': OLD }])
    })

  test('a write that makes 1 of 1.0 is told of, and ends the run: exit 4', async ({ open }) => {
    const alter = (record: unknown): unknown => {
      const { mcp_info: info, ...others } = record as { mcp_info: object }
      round()
      return { ...others, mcp_info: { ...info, n: 1 } }
    }
    let round = (): void => {}
    const trial = await open({
      servers: [guideServer('fetch', { mcp_info: parse('{"n":1.0}') })],
      quirks: [{ on: { method: 'PUT', path: '/v1/mcp/server' }, do: { alter } }],
    })
    round = () => trial.sandbox.edit('id-fetch', { mcp_info: { n: 1 } })
    const finished = await trial.call(['--yes', '--json', '--no-wait'])
    const [change] = documentOf<Run>(finished).changes
    expect([finished.code, change?.collateral.map(({ field }) => field)]).toEqual([4, ['mcp_info']])
  })
})

describe.concurrent('a record that cannot be sent back as it is leaves that server alone, and no other:', () => {
  const record = { ...guideServer('fetch'), transport: 'sse' }
  const latin = JSON.stringify({ ...record, description: 'café' })
  const cases: [what: string, answer: Listener, why: string][] = [
    [
      '200,000 levels',
      raw(200, withMember(record, `"deep":${nested(200_000)}`)),
      'it is nested deeper than 500',
    ],
    [
      '200,000 levels in mcp_info',
      raw(200, withMember(record, `"mcp_info":{"a":${'{"a":'.repeat(200_000)}1.0${'}'.repeat(200_000)}}`)),
      'it is nested deeper than 500',
    ],
    ['a name twice', raw(200, withMember(record, '"url":"http://elsewhere/"')), 'the name "url" twice'],
    ['Latin-1', raw(200, latin, 'latin1'), 'it is not UTF-8'],
    ['half a character', raw(200, withMember(record, String.raw`"x":"\ud800x"`)), 'half of a character'],
    [
      'half a character in a name',
      raw(200, withMember(record, String.raw`"\udfff":1`)),
      'half of a character',
    ],
    ['no JSON', raw(200, '{"server_id":'), 'it is not JSON'],
    [
      'a failure of 200,000 levels',
      raw(500, `{"detail":[{"msg":${nested(200_000)},"loc":${nested(200_000)}}]}`),
      'its record could not be read (HTTP 500)',
    ],
    [
      'a failure whose words are no texts',
      raw(500, '{"detail":[{"msg":{"toString":1},"loc":[{"toString":1},"url"]}]}'),
      'its record could not be read (HTTP 500: url: )',
    ],
  ]
  for (const [what, answer, why] of cases)
    for (const version of ['1.77.1', '1.106.2'])
      test(`${what}, on ${version}: exit 4`, async ({ open, serve }) => {
        const trial = await open({ version, servers: TWO })
        const server = await serve(inFrontOf(trial.sandbox.url, { [`GET ${RECORD}`]: answer }))
        const finished = await throughTo(trial, server.url)
        expect(finished.code).toBe(4)
        const { skipped } = documentOf<Run>(finished)
        expect(skipped).toMatchObject([{ server: { id: 'id-fetch' }, code: 'unreadable' }])
        expect(skipped[0]?.message).toContain(why)
        expect([urls(trial.sandbox.rows()), writes(trial.sandbox)]).toEqual([LEFT, 1])
      })

  test('a byte order mark before it alters nothing: exit 0', async ({ open, serve }) => {
    const trial = await open({ servers: TWO })
    const marked = retold(trial, (text) => `\ufeff${text}`)
    const server = await serve(inFrontOf(trial.sandbox.url, { [`GET ${RECORD}`]: marked }))
    expect((await throughTo(trial, server.url)).code).toBe(0)
    expect(urls(trial.sandbox.rows())).toEqual(MOVED)
  })

  // Its answer to the write does not show the record.
  const MUTE = [{ on: { method: 'PUT', path: '/v1/mcp/server', nth: 1 }, do: { alter: () => ({}) } }]

  const deepAfter = (trial: Trial): Listener =>
    retold(trial, (text) =>
      text.includes(MOVED['id-fetch']) ? `${text.slice(0, -1)},"deep":${nested(20_000)}}` : text,
    )

  test('where it becomes so with the write, what became of it is unknown: exit 4', async ({
    open,
    serve,
  }) => {
    const trial = await open({ servers: [guideServer('fetch')], quirks: MUTE })
    const server = await serve(inFrontOf(trial.sandbox.url, { [`GET ${RECORD}`]: deepAfter(trial) }))
    const finished = await throughTo(trial, server.url, ['--yes', '--json', '--patience', '1'])
    const [change] = documentOf<Run>(finished).changes
    expect([finished.code, change?.outcome]).toEqual([4, 'unknown'])
    expect(change?.error).toContain('the gateway accepted the change, but its record cannot be read exactly')
  })

  test('and the report does not say that everything was compared', async ({ open, serve }) => {
    const trial = await open({ servers: TWO, quirks: MUTE })
    const server = await serve(inFrontOf(trial.sandbox.url, { [`GET ${RECORD}`]: deepAfter(trial) }))
    const args = ['--yes', '--patience', '1', '--on-failure', 'continue']
    const { code, stdout } = await throughTo(trial, server.url, args)
    expect([code, sentence(stdout)]).toEqual([
      4,
      expect.stringContaining('1 of 2 servers changed, 1 unknown.'),
    ])
    expect(sentence(stdout)).toContain('Where nothing else is said above, every field that the API shows was')
  })

  test('where only the answer to the write is so, reading tells: exit 0', async ({ open, serve }) => {
    const trial = await open({ servers: [guideServer('fetch')] })
    const deepAnswer: Listener = (_, answer) => {
      trial.sandbox.edit('id-fetch', { url: MOVED['id-fetch'] })
      raw(202, `{"a":${nested(200_000)}}`)(_, answer)
    }
    const server = await serve(inFrontOf(trial.sandbox.url, { 'PUT /v1/mcp/server': deepAnswer }))
    expect((await throughTo(trial, server.url)).code).toBe(0)
  })
})

describe.concurrent('an entry of the list that cannot be read exactly keeps no other from being read:', () => {
  const cases: [what: string, entry: string, encoding?: BufferEncoding][] = [
    ['Latin-1', JSON.stringify({ ...guideServer('fetch'), description: 'café ]}"\\' }), 'latin1'],
    ['a name twice', withMember(guideServer('fetch'), '"url":"http://elsewhere/"')],
    ['200,000 levels', withMember(guideServer('fetch'), `"deep":${nested(200_000)}`)],
    ['half a character', withMember(guideServer('fetch'), String.raw`"\ud800":"]"`)],
    [
      'it twice, once in another way',
      `${JSON.stringify({ ...guideServer('fetch'), url: 'http://x/' })},${JSON.stringify(guideServer('fetch'))}`,
    ],
    ['it twice', [1, 2].map(() => JSON.stringify(guideServer('fetch'))).join(',')],
  ]
  for (const [what, entry, encoding] of cases)
    test(`${what}: its record decides, exit 0`, async ({ open, serve }) => {
      const trial = await open({ servers: TWO })
      const list = raw(200, ` [ ${entry} , ${JSON.stringify(guideServer('n8n'))}]\n`, encoding)
      const server = await serve(inFrontOf(trial.sandbox.url, { 'GET /v1/mcp/server': list }))
      const finished = await throughTo(trial, server.url)
      expect([finished.code, urls(trial.sandbox.rows())], finished.stdout).toEqual([0, MOVED])
      expect(documentOf<{ summary: unknown }>(finished)).toMatchObject({ summary: { applied: 2 } })
    })

  test('ids in Latin-1: these servers alone are left alone, exit 4', async ({ open, serve }) => {
    const trial = await open({ servers: TWO })
    const entries = ['café', 'cafè', 'id-n8n'].map((id) =>
      JSON.stringify({ ...guideServer('n8n'), server_id: id }),
    )
    const list = raw(200, `[${entries.join()}]`, 'latin1')
    const server = await serve(inFrontOf(trial.sandbox.url, { 'GET /v1/mcp/server': list }))
    const finished = await throughTo(trial, server.url)
    expect([finished.code, urls(trial.sandbox.rows())]).toEqual([4, { ...MOVED, 'id-fetch': OLD }])
    expect(documentOf<Run>(finished).skipped).toMatchObject(
      ['"caf\\udce9"', '"caf\\udce8"'].map((id) => ({
        code: 'unreadable',
        message: expect.stringContaining(`The id ${id} holds half of a character`) as string,
      })),
    )
  })
})

describe.concurrent('what is only looked at may be nested as deep as it will:', () => {
  const tools = `{"tools":[{"name":"echo","inputSchema":${nested(200_000)}}]}`
  const cases: [path: string, text: string][] = [
    ['GET /mcp-rest/tools/list', tools],
    ['POST /mcp-rest/test/tools/list', tools],
    ['GET /v1/mcp/server/health', `[{"server_id":"id-fetch","status":${nested(200_000)}}]`],
    ['GET /key/list', `{"keys":[${nested(200_000)}],"total_count":1,"total_pages":1}`],
    ['GET /v1/mcp/server/submissions', `{"items":${nested(200_000)}}`],
  ]
  for (const [path, text] of cases)
    test(path, async ({ open, serve }) => {
      const trial = await open({ servers: [guideServer('fetch')] })
      const server = await serve(inFrontOf(trial.sandbox.url, { [path]: raw(200, text) }))
      const args = ['--yes', '--json', '--no-wait', '--accept', 'unreachable', '--url', server.url]
      const { stdout, stderr } = await trial.call(args, { preflight: true })
      expect(stdout + stderr).not.toContain('internal')
      expect([JSON.parse(stdout), urls(trial.sandbox.rows())]).toMatchObject([
        { changes: [{ outcome: 'applied' }] },
        { 'id-fetch': MOVED['id-fetch'] },
      ])
    })
})

/** Ids as somebody may have given them, and why one is left alone, where it is. */
const IDS: readonly (readonly [id: string, why: string | null])[] = [
  ['..', 'The id ".." is a step of a path'],
  ['.', 'The id "." is a step of a path'],
  ['a/b', 'The id "a/b" holds a slash'],
  ['../../key/delete', 'holds a slash'],
  ['a\\..\\b', 'holds a slash'],
  ['\ud800', 'holds half of a character'],
  ['caf\ufffd', null],
  ['a%2Fb', null],
  ['%2e%2e', null],
  ['...', null],
  ['a\nb', null],
  [' ', null],
  ['x?y#z', null],
  ['a&server_id=b', null],
  ['e\u0301', null],
  ['\u00e9', null],
  ['__proto__', null],
  ['constructor', null],
  ['toString', null],
]

describe.concurrent('ids of any kind lead to their own record, or to none:', () => {
  for (const version of ['1.77.1', '1.106.2'])
    test(`on ${version}`, async ({ open }) => {
      const servers = IDS.map(([id], i) => ({ ...guideServer(`n${i}`), server_id: id }))
      const trial = await open({ version, servers })
      const finished = await trial.call(['--yes', '--json', '--no-wait'])
      expect(finished.code).toBe(4)
      const { changes, skipped } = documentOf<Run>(finished)
      const left = IDS.filter(([, why]) => why !== null)
      expect(new Set(changes.map(({ server, outcome }) => `${outcome} ${server.id}`))).toEqual(
        new Set(IDS.filter(([, why]) => why === null).map(([id]) => `applied ${id}`)),
      )
      expect(skipped).toHaveLength(left.length)
      for (const [id, why] of left)
        expect(skipped.find(({ server }) => server.id === id)?.message).toContain(why)
      const asked = trial.sandbox.requests.map(({ path }) => path)
      expect(asked.filter((path) => /delete|\/v1\/mcp$|\/v1\/mcp\/$/.test(path))).toEqual([])
      await trial.setUp(await vouching(trial, ['--revert', '--yes', '--no-wait']))
      expect(urls(trial.sandbox.rows())).toEqual(
        Object.fromEntries(
          servers.map((each, i) => [each.server_id, `http://localhost:8585/servers/n${i}/sse`]),
        ),
      )
    })

  test('and status tells of them all', async ({ open }) => {
    const servers = IDS.map(([id], i) => ({ ...guideServer(`n${i}`), server_id: id }))
    const trial = await open({ servers })
    const status = await trial.call(['status', '--json'])
    expect([status.code, status.stderr]).toEqual([0, expect.not.stringContaining('fault of this program')])
    expect(sentence(status.stdout)).toContain('"__proto__"')
  })
})
