import { describe, expect, vi } from 'vitest'
import { forward, type Listener, says } from '../../support/hostile.ts'
import { secret, watchForLeaks } from '../../support/secrets.ts'
import { documentOf, guideServer, onlyRead, sentence, test, TWO, urls, writes } from '../../support/trial.ts'

watchForLeaks()
vi.setConfig({ maxConcurrency: 6, testTimeout: 60_000 })

const PAIR = secret('deploy:geheim-tor-4711')
const BASIC = secret(`Basic ${Buffer.from(PAIR).toString('base64')}`)
const PASSWORD = secret('geheim-tor-4711')
const CF_SECRET = secret('geheim-cf-secret-4711')
const CF_ID = secret('geheim-cf-id-4711')

const ACCESS = says(302, '', {
  location: 'https://team.cloudflareaccess.com/cdn-cgi/access/login/llm.example.com',
})
const LOGIN = says(401, '<html>401</html>', { 'www-authenticate': 'Basic realm="Restricted"' })
const WAF = says(403, '<!DOCTYPE html><html>blocked</html>', { server: 'nginx' })

/** Lets through what carries the right headers, and answers the rest itself. */
const door =
  (to: string, headers: Readonly<Record<string, string>>, closed: Listener): Listener =>
  (asked, answer) => {
    const isRight = Object.entries(headers).every(([name, value]) => asked.headers[name] === value)
    ;(isRight ? forward(to) : closed)(asked, answer)
  }

interface Failure {
  code: string
  message: string
  hint: string
}

interface Run {
  changes: { server: { id: string }; outcome: string; error: string | null }[]
}

const BEARER = ['--key-header', 'x-litellm-api-key', '--header', 'Authorization=FRONT_LOGIN']
const SERVICE = ['--header', 'CF-Access-Client-Id=CF_ID', '--header', 'CF-Access-Client-Secret=CF_SECRET']

describe.concurrent('what stands in front of LiteLLM is said, and let through with --header:', () => {
  test('basic authentication: the key goes into its own header', async ({ open, serve }) => {
    const trial = await open({ servers: TWO })
    const front = await serve(door(trial.sandbox.url, { authorization: BASIC }, LOGIN))
    const closed = await trial.call(['--yes', '--json', '--url', front.url])
    const { code, message } = documentOf<Failure>(closed)
    expect([closed.code, code]).toEqual([1, 'sign-in-before-gateway'])
    expect(message).toContain('wants a sign-in (HTTP 401, Basic, realm "Restricted")')
    expect(trial.sandbox.requests).toEqual([])
    expect(front.seen.filter(({ headers }) => headers.includes(trial.sandbox.masterKey))).toEqual([])
    const env = { FRONT_LOGIN: BASIC }
    const args = [...BEARER, '--url', front.url]
    const moved = await trial.call(['--yes', '--json', ...args], { env })
    expect([moved.code, writes(trial.sandbox)]).toEqual([0, 2])
    for (const command of [['status'], ['verify', '--check', 'gateway'], ['--revert', '--yes']])
      expect((await trial.call([...command, ...args], { env })).code).toBe(0)
    expect(urls(trial.sandbox.rows())).toEqual(Object.fromEntries(TWO.map((s) => [s.server_id, s.url])))
  })

  test('Cloudflare Access: a wrong value is said to have been sent', async ({ open, serve }) => {
    const trial = await open({ servers: TWO })
    const right = { 'cf-access-client-id': CF_ID, 'cf-access-client-secret': CF_SECRET }
    const front = await serve(door(trial.sandbox.url, right, ACCESS))
    const args = [...SERVICE, '--dry-run', '--json', '--url', front.url]
    const wrong = await trial.call(args, { env: { CF_ID, CF_SECRET: secret('geheim-cf-wrong-1') } })
    const { code, message, hint } = documentOf<Failure>(wrong)
    expect(code).toBe('sign-in-before-gateway')
    expect(message).toContain('is Cloudflare Access')
    expect(hint).toContain('cf-access-client-id, cf-access-client-secret from --header were sent')
    const let_in = await trial.call(args, { env: { CF_ID, CF_SECRET } })
    expect([let_in.code, onlyRead(trial.sandbox)]).toEqual([0, true])
  })

  test('nobody else gets its headers: neither where a redirect leads nor an MCP server', async ({
    open,
    serve,
  }) => {
    const other = await serve(says(404, ''))
    const trial = await open({ servers: [guideServer('fetch', { url: `${other.url}/sse` })] })
    const front = await serve(says(302, '', { location: `${other.url}/health/readiness` }))
    const env = { CF_ID, CF_SECRET }
    const led = await trial.call([...SERVICE, '--dry-run', '--url', front.url], { env })
    expect([led.code, other.seen]).toEqual([1, []])
    const from = ['--from', other.url, '--to', 'http://new.invalid:1']
    const { stdout, stderr } = await trial.call(['verify', ...SERVICE, ...from], { env })
    expect(other.seen.length, stdout + stderr).toBeGreaterThan(0)
    for (const { headers } of other.seen) expect(headers).not.toMatch(/geheim|cf-access/)
  })

  test('without a key nobody gets in, though the header for the front is sent', async ({ open, serve }) => {
    const trial = await open({ servers: TWO, openToAll: true, version: '1.81.14' })
    const front = await serve(door(trial.sandbox.url, { authorization: BASIC }, LOGIN))
    const { code, stdout } = await trial.call(
      ['verify', '--check', 'gateway', ...BEARER, '--url', front.url],
      { env: { FRONT_LOGIN: BASIC } },
    )
    expect([code, sentence(stdout)]).toEqual([
      5,
      expect.stringContaining('somebody without a key CAN EDIT MCP servers') as string,
    ])
  })

  test('what it repeats of them is masked', async ({ open, serve }) => {
    const trial = await open({ servers: TWO })
    const echo = { error: { message: `you sent ${BASIC}, that is ${PAIR}, with ${PASSWORD}` } }
    const front = await serve(says(404, echo))
    const { code, stderr } = await trial.call(['--yes', ...BEARER, '--url', front.url], {
      env: { FRONT_LOGIN: BASIC },
    })
    expect([code, sentence(stderr)]).toEqual([
      1,
      expect.stringContaining('you sent ***, that is ***') as string,
    ])
  })
})

describe.concurrent('what stands in front of LiteLLM and refuses a write:', () => {
  test('is said of the server, with what to do, and nothing is claimed that was not read', async ({
    open,
    serve,
  }) => {
    const trial = await open({ servers: TWO })
    const isPut = (method: string | undefined): boolean => method === 'PUT'
    const firewall = await serve((asked, answer) =>
      (isPut(asked.method) ? WAF : forward(trial.sandbox.url))(asked, answer),
    )
    const finished = await trial.call(['--yes', '--json', '--url', firewall.url])
    const [first] = documentOf<Run>(finished).changes
    expect([finished.code, first?.outcome]).toEqual([1, 'failed'])
    const verified = await trial.call(['verify', '--check', 'gateway', '--url', firewall.url])
    expect(sentence(verified.stdout)).toContain(
      'whether somebody without a key can edit MCP servers could not be told (Something in front of LiteLLM',
    )
    expect(first?.error).toContain(
      'refused PUT /v1/mcp/server (HTTP 403, Server: nginx). Let PUT /v1/mcp/server pass',
    )
    expect(writes(trial.sandbox)).toBe(0)
  })

  test('and has passed it on all the same: applied', async ({ open }) => {
    const blocked = { status: 403, body: '<html>blocked</html>', after: true }
    const trial = await open({
      servers: TWO,
      quirks: [{ on: { method: 'PUT', path: '/v1/mcp/server' }, do: blocked }],
    })
    const finished = await trial.call(['--yes', '--json'])
    expect(documentOf<Run>(finished).changes.map(({ outcome }) => outcome)).toEqual(['applied', 'applied'])
    expect([finished.code, writes(trial.sandbox)]).toEqual([0, 2])
  })

  test('as its session has ended in the middle of a run: the rest is not written', async ({
    open,
    serve,
  }) => {
    const trial = await open({ servers: TWO })
    let ended = false
    const front = await serve((asked, answer) => {
      if (asked.method === 'PUT' && writes(trial.sandbox) === 1) ended = true
      ;(ended ? ACCESS : forward(trial.sandbox.url))(asked, answer)
    })
    const finished = await trial.call(['--yes', '--json', '--no-wait', '--patience', '1', '--url', front.url])
    const [first, second] = documentOf<Run>(finished).changes
    expect([finished.code, first?.outcome, second?.outcome]).toEqual([4, 'applied', 'unknown'])
    expect(second?.error).toContain('is Cloudflare Access, which wants a sign-in')
  })
})

describe.concurrent('--header that cannot be sent is wrong usage, and its value is not shown:', () => {
  const VALUE = secret('geheim-value-4711')
  const cases: [what: string, args: string[], env: Record<string, string>, message: string][] = [
    ['no variable', ['X-Door'], {}, '--header takes NAME=ENV'],
    ['a name that is none', ['X Door=DOOR'], {}, '--header takes NAME=ENV'],
    ['a value in its place', [`X-Door=${VALUE}`], {}, 'looks like the value itself'],
    ['a word in its place', ['X-Door=geheim4711'], {}, 'The variable that was named holds no value'],
    [
      'a variable that is not set',
      ['X-Door=DOOR'],
      {},
      'The variable DOOR holds no value for --header X-Door',
    ],
    ['a variable that is empty', ['X-Door=DOOR'], { DOOR: ' ' }, 'The variable DOOR holds no value'],
    [
      'a line break',
      ['X-Door=DOOR'],
      { DOOR: `${VALUE}\nX: y` },
      'DOOR holds characters that no header may have',
    ],
    ['a character beyond Latin-1', ['X-Door=DOOR'], { DOOR: `${VALUE}€` }, 'no header may have'],
    [
      'the same name twice',
      ['X-Door=DOOR', 'x-door=DOOR'],
      { DOOR: VALUE },
      '--header x-door is given twice',
    ],
    ['Authorization without --key-header', ['authorization=DOOR'], { DOOR: VALUE }, 'needs --key-header'],
    ["LiteLLM's own header", ['X-LiteLLM-API-Key=DOOR'], { DOOR: VALUE }, 'LiteLLM reads the key from it'],
    [
      'a header of HTTP',
      ['Host=DOOR'],
      { DOOR: VALUE },
      '--header Host: this header is set by the program itself',
    ],
  ]
  for (const [what, given, env, message] of cases) {
    test(`${what}: 64`, async ({ open }) => {
      const trial = await open()
      const args = given.flatMap((each) => ['--header', each])
      const { code, stdout, stderr } = await trial.call(['--dry-run', ...args], { env })
      expect({ code, stdout }).toEqual({ code: 64, stdout: '' })
      expect(sentence(stderr)).toContain(message)
      expect(stderr).not.toContain('geheim')
      expect(trial.sandbox.requests).toEqual([])
    })
  }

  test('for the header of the key, for a sandbox, and of every command: 64', async ({ open }) => {
    const trial = await open()
    const env = { DOOR: VALUE }
    const door = ['--header', 'X-Door=DOOR']
    const said = async (...args: string[]) => {
      const { code, stderr } = await trial.call(args, { env })
      return [code, sentence(stderr)]
    }
    expect(await said('--dry-run', '--key-header', 'X-DOOR', ...door)).toEqual([
      64,
      expect.stringContaining('--header X-Door is the header for the key (--key-header)') as string,
    ])
    expect(await said('--sandbox', '--yes', ...door)).toEqual([
      64,
      expect.stringContaining('--sandbox and --header exclude each other') as string,
    ])
    for (const command of ['status', 'verify'])
      expect((await said(command, '--header', 'X-Door=NO_SUCH'))[0]).toBe(64)
  })
})
