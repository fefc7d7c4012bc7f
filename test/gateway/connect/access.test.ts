import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, vi } from 'vitest'
import type { SandboxOptions } from '../../../src/sandbox/index.ts'
import type { SandboxKey } from '../../../src/sandbox/options.ts'
import { ask, isSince } from '../../contract/http.ts'
import { guideServer, onlyRead, sentence, test, type Trial, TWO, urls, writes } from '../../support/trial.ts'
import { freePort } from '../../support/free-port.ts'
import { endless, forward, says, silent } from '../../support/hostile.ts'
import { secret, watchForLeaks } from '../../support/secrets.ts'

watchForLeaks()
vi.setConfig({ maxConcurrency: 6, testTimeout: 60_000 })

const ADMIN = 'sk-admin-of-the-tests-1'
const admin = { key: ADMIN, userId: 'anna', role: 'proxy_admin' } as const
const RELEASES = ['1.77.7', '1.81.14', '1.106.2']

/** Options of the sandbox, environment and arguments of the program, and what it says. */
interface Case {
  what: string
  options?: SandboxOptions
  key?: string
  args?: string[]
  code: number
  says: string
}

const WRONG = 'sk-nobody-knows-this-key-77'

const CASES: Case[] = [
  {
    what: 'a key that the gateway does not know',
    key: WRONG,
    code: 1,
    says: 'The gateway does not accept this key (HTTP 401',
  },
  {
    what: 'the master key, whose own user got a row of role internal_user with its first team',
    options: {
      servers: TWO,
      quirks: [
        {
          on: { method: 'GET', path: '/v2/user/info' },
          do: { status: 200, body: { user_id: 'default_user_id', user_role: 'internal_user' } },
        },
      ],
    },
    code: 0,
    says: 'master key',
  },
  {
    what: 'a key in the wrong header',
    options: { keyHeader: 'X-Litellm-Key' },
    code: 1,
    says: 'The gateway found no key in the header authorization It reads the key from another header: name it with --key-header',
  },
  {
    what: 'a key in the right header',
    options: { keyHeader: 'X-Litellm-Key' },
    args: ['--key-header', 'X-Litellm-Key'],
    code: 0,
    says: 'master key',
  },
  {
    what: 'an admin user without a limit',
    options: { keys: [{ ...admin, alias: 'ci' }] },
    key: ADMIN,
    code: 0,
    says: 'admin key ci of anna',
  },
  {
    what: 'a virtual key of nobody',
    options: { keys: [{ key: ADMIN, userId: null, role: null }] },
    key: ADMIN,
    code: 1,
    says: 'This key may not edit MCP servers: it belongs to no user, so it has no role',
  },
  {
    what: 'a virtual key of a plain user',
    options: { keys: [{ key: ADMIN, userId: 'bob', role: 'internal_user' }] },
    key: ADMIN,
    code: 1,
    says: 'This key may not edit MCP servers: its user bob has the role internal_user',
  },
  {
    what: 'a read-only admin',
    options: { keys: [{ key: ADMIN, userId: 'eve', role: 'proxy_admin_viewer' }] },
    key: ADMIN,
    code: 1,
    says: 'This key may not edit MCP servers: its user eve may look at everything, but change nothing (role proxy_admin_viewer)',
  },
  {
    what: "an admin's key that is limited to a server",
    options: { keys: [{ ...admin, objectPermission: { mcp_servers: ['id-fetch'] } }] },
    key: ADMIN,
    code: 1,
    says: "This admin's key is limited to some MCP servers, so it would not see all of them: by its own object permission Use the master key, or an admin key without object permissions.",
  },
  {
    what: "an admin's key with an empty object permission",
    options: { keys: [{ ...admin, objectPermission: { mcp_servers: [] } }] },
    key: ADMIN,
    code: 1,
    says: 'by its own object permission Use the master key',
  },
  {
    what: "an admin's key for the model routes only",
    options: { keys: [{ ...admin, allowedRoutes: ['llm_api_routes'] }] },
    key: ADMIN,
    code: 1,
    says: 'This key may not edit MCP servers: HTTP 403',
  },
  {
    what: 'another key than the master key, of a LiteLLM without a database',
    options: { database: false },
    key: WRONG,
    code: 1,
    says: 'The gateway does not accept this key: it has no database, so it knows only its master key (HTTP 400: No connected db.)',
  },
]

describe.concurrent('who signs in is told apart without a write, on the newest release:', () => {
  for (const { what, options, key, args = [], code, says: message } of CASES) {
    test(`${what}: exit ${code}`, async ({ open }) => {
      const trial = await open({ servers: TWO, ...options })
      if (key) secret(key)
      const env = key ? { LITELLM_PROXY_API_KEY: key } : {}
      const finished = await trial.call([code === 0 ? '--dry-run' : '--yes', ...args], { env })
      expect(sentence(code === 0 ? finished.stdout : finished.stderr)).toContain(message)
      expect(finished.code).toBe(code)
      expect(onlyRead(trial.sandbox)).toBe(true)
      expect(await trial.journalFiles()).toEqual([])
    })
  }
})

describe.concurrent('connecting asks nothing that LiteLLM would log as an error:', () => {
  // Seen in the logs of 1.81.14 and 1.106.2: these make none. What a release has not is told by its router.
  const QUIET: Readonly<Record<string, readonly string[]>> = {
    '1.77.7': [
      '404 /project/list',
      '404 /v1/access_group',
      '404 /v1/agents',
      '404 /v1/mcp/discover',
      '404 /v1/mcp/toolset',
      '404 /v2/login',
      '404 /v2/user/info',
      '405 /mcp-rest/test/connection',
    ],
    '1.81.14': ['404 /v1/mcp/toolset', '404 /v2/user/info', '405 /mcp-rest/test/connection'],
    '1.106.2': ['403 /organization/list', '405 /mcp-rest/test/connection'],
  }
  for (const version of RELEASES) {
    test(`on ${version}, with the master key, an admin's key and a password`, async ({ open }) => {
      const trial = await open({ version, servers: TWO, keys: [{ ...admin, alias: 'ci' }] })
      for (const env of [
        {},
        { LITELLM_PROXY_API_KEY: ADMIN },
        { LITELLM_PROXY_API_KEY: '', UI_USERNAME: 'admin', UI_PASSWORD: trial.sandbox.password },
      ])
        expect((await trial.call(['--dry-run'], { env })).code).toBe(0)
      const refused = trial.sandbox.requests.filter(({ status }) => status >= 400)
      expect([...new Set(refused.map(({ path, status }) => `${status} ${path}`))].toSorted()).toEqual(
        QUIET[version],
      )
    })
  }
})

/** What a user may be granted, and the first release to heed it; `null` where that limits no admin. */
const USERS: [what: string, userPermission: SandboxKey['userPermission'], since: string | null][] = [
  ['a server', { mcp_servers: ['id-fetch'] }, '1.96.2'],
  ['a server that is gone', { mcp_servers: ['gone'] }, '1.96.2'],
  ['an access group', { mcp_access_groups: ['everyone'] }, '1.96.2'],
  ['a tool', { mcp_tool_permissions: { 'id-n8n': ['list'] } }, '1.96.2'],
  ['a toolset', { mcp_toolsets: ['some'] }, '1.105.7'],
  ['no servers', { mcp_servers: [] }, null],
  ['nothing', {}, null],
]

describe.concurrent("an admin's list is short where the admin's user is granted", () => {
  const RELEASES_WITH = ['1.94.3', '1.96.2', '1.105.7', '1.106.2', '1.110.2']
  for (const [what, userPermission, since] of USERS) {
    for (const version of RELEASES_WITH) {
      const limits = since !== null && isSince(version, since)
      test(`${what}: ${limits ? 'refused' : 'nothing is missing'} on ${version}`, async ({ open }) => {
        const trial = await open({
          version,
          servers: TWO,
          keys: [{ ...admin, ...(userPermission && { userPermission }) }],
        })
        const asAdmin = { env: { LITELLM_PROXY_API_KEY: ADMIN } }
        const { code, stderr } = await trial.call([limits ? '--yes' : '--dry-run'], asAdmin)
        expect(code).toBe(limits ? 1 : 0)
        if (!limits) return
        expect(sentence(stderr)).toContain(
          "This admin's key is limited to some MCP servers, so it would not see all of them: by the object permission of its user anna Use the master key, or an admin key without object permissions, whose user has none either.",
        )
        expect(writes(trial.sandbox)).toBe(0)
      })
    }
  }

  const limitMaster = async ({ sandbox: { url, masterKey } }: Trial) => {
    const json = { user_id: 'default_user_id', object_permission: { mcp_servers: ['id-fetch'] } }
    await ask({ url, masterKey, username: '', password: '' }, 'POST', '/user/new', {
      json: { ...json, user_role: 'proxy_admin' },
    })
  }

  test('a server, with the master key, which has a user, too', async ({ open }) => {
    const trial = await open({ version: '1.96.2', servers: TWO })
    await limitMaster(trial)
    const { code, stdout } = await trial.call(['--yes', '--json'])
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({
      code: 'key-scoped',
      message:
        'The master key is limited to some MCP servers, so it would not see all of them: by the object permission of its user default_user_id',
      hint: expect.stringContaining(
        'Use a key of another admin whose user has no object permission',
      ) as string,
    })
    expect(writes(trial.sandbox)).toBe(0)
  })

  test('a server, with the password of the admin page', async ({ open }) => {
    const trial = await open({ version: '1.106.2', servers: TWO })
    await limitMaster(trial)
    const env = { LITELLM_PROXY_API_KEY: '', UI_USERNAME: 'admin', UI_PASSWORD: trial.sandbox.password }
    const { code, stderr } = await trial.call(['--yes'], { env })
    expect(code).toBe(1)
    expect(sentence(stderr)).toContain(
      'This sign-in is limited to some MCP servers, so it would not see all of them: by the object permission of its user default_user_id Sign in as another admin whose user has no object permission',
    )
  })
})

// Source: LiteLLM 1.109.1, whose admin_view_unscoped asks for the team of a key, and 1.108.14, which does not; 1.110.2 live.
describe.concurrent("an admin's key that belongs to a team", () => {
  const ofTeam = (more: Partial<SandboxKey> = {}) => [{ ...admin, teamId: 'payments', ...more }]
  const asAdmin = { env: { LITELLM_PROXY_API_KEY: ADMIN } }

  for (const version of ['1.109.1', '1.110.2']) {
    test(`sees that team's servers alone on ${version}, and is refused`, async ({ open }) => {
      const trial = await open({ version, servers: TWO, keys: ofTeam() })
      const { code, stderr } = await trial.call(['--yes'], asAdmin)
      expect(code).toBe(1)
      expect(sentence(stderr)).toContain(
        "This admin's key is limited to some MCP servers, so it would not see all of them: by its team payments Use the master key, or an admin key that was made without a team (no team_id).",
      )
      expect(writes(trial.sandbox)).toBe(0)
    })
  }

  for (const version of ['1.81.14', '1.106.2', '1.108.14']) {
    test(`sees all servers on ${version}`, async ({ open }) => {
      const trial = await open({ version, servers: TWO, keys: ofTeam() })
      expect((await trial.call(['--yes'], asAdmin)).code).toBe(0)
      expect(writes(trial.sandbox)).toBe(2)
    })
  }

  test('is refused where the release is not told', async ({ open }) => {
    const trial = await open({ version: '1.110.2', hideVersion: true, servers: TWO, keys: ofTeam() })
    expect((await trial.call(['--yes'], asAdmin)).code).toBe(1)
    expect(writes(trial.sandbox)).toBe(0)
  })

  test('is told of with its other limits', async ({ open }) => {
    const more = { objectPermission: { mcp_servers: [] }, userPermission: { mcp_servers: ['id-n8n'] } }
    const trial = await open({ version: '1.110.2', servers: TWO, keys: ofTeam(more) })
    const { stderr } = await trial.call(['--yes'], asAdmin)
    expect(sentence(stderr)).toContain(
      'by its own object permission and by its team payments and by the object permission of its user anna Use the master key, or an admin key without object permissions that was made without a team (no team_id), whose user has none either.',
    )
  })

  test("is no matter for the admin page's own keys", async ({ open }) => {
    const trial = await open({ version: '1.110.2', servers: TWO })
    const env = { LITELLM_PROXY_API_KEY: '', UI_USERNAME: 'admin', UI_PASSWORD: trial.sandbox.password }
    expect((await trial.call(['--yes'], { env })).code).toBe(0)
    expect(writes(trial.sandbox)).toBe(2)
  })

  test('has a name that a screen can stand', async ({ open }) => {
    const trial = await open({ version: '1.110.2', servers: TWO, keys: ofTeam({ teamId: 'a\u001b[2Jb' }) })
    const { stderr } = await trial.call(['--yes'], asAdmin)
    expect(sentence(stderr)).toContain('by its team a\\x1b[2Jb')
  })
})

describe.concurrent('older releases are understood, too:', () => {
  for (const version of ['1.77.7', '1.81.14']) {
    test(`an admin's key on ${version} may write, a viewer's may not`, async ({ open }) => {
      const viewer = { key: 'sk-viewer-of-the-tests', userId: 'eve', role: 'proxy_admin_viewer' } as const
      const trial = await open({ version, servers: TWO, keys: [admin, viewer] })
      const good = await trial.call(['--dry-run'], { env: { LITELLM_PROXY_API_KEY: ADMIN } })
      expect(good.code).toBe(0)
      const bad = await trial.call(['--yes'], { env: { LITELLM_PROXY_API_KEY: viewer.key } })
      expect(bad.code).toBe(1)
      expect(sentence(bad.stderr)).toContain('This key may not edit MCP servers')
      expect(writes(trial.sandbox)).toBe(0)
    })
  }
})

describe.concurrent('signing in as on the admin page:', () => {
  const login = (password: string) => ({
    LITELLM_PROXY_API_KEY: '',
    UI_USERNAME: 'admin',
    UI_PASSWORD: password,
  })

  for (const version of RELEASES) {
    test(`works on ${version}, whatever the way in, and writes`, async ({ open }) => {
      const trial = await open({ version, servers: [guideServer('fetch')] })
      const { code, stderr } = await trial.call(['--yes'], { env: login(trial.sandbox.password) })
      expect(code).toBe(0)
      expect(sentence(stderr)).toContain('with user name from UI_USERNAME')
      expect(sentence(stderr)).toContain('LiteLLM keeps a session key for this sign-in for 24 hours.')
      expect(urls(trial.sandbox.rows())).toEqual({
        'id-fetch': 'http://mcp-proxy-sse:8080/servers/fetch/sse',
      })
      const signIns = trial.sandbox.requests.filter(({ method }) => method === 'POST')
      expect(signIns.map(({ path, status }) => [path, status])).toEqual(
        version === '1.77.7'
          ? [
              ['/v2/login', 404],
              ['/login', 303],
            ]
          : [['/v2/login', 200]],
      )
    })
  }

  test('the session key goes into the header that the token names', async ({ open }) => {
    const trial = await open({ servers: TWO, keyHeader: 'X-Litellm-Key' })
    const { code } = await trial.call(['--dry-run'], { env: login(trial.sandbox.password) })
    expect(code).toBe(0)
  })

  test('of a user name what stands behind a colon is not shown: it may be the password', async ({ open }) => {
    const trial = await open()
    const env = { ...login(secret('wrong-password-9')), UI_USERNAME: 'admin:hunter-4711' }
    const { code, stderr } = await trial.call(['--yes'], { env })
    expect(code).toBe(1)
    expect(sentence(stderr)).toContain('LiteLLM does not accept this password for admin:…')
    expect(stderr).not.toContain('4711')
  })

  const refused: [what: string, options: SandboxOptions, message: string][] = [
    ['a wrong password', { password: 'right-password-9' }, 'LiteLLM does not accept this password for admin'],
    [
      'password sign-in switched off',
      { password: 'wrong-password-9', passwordLogin: 'disabled' },
      'Signing in with a password is switched off on this gateway (HTTP 403: Username/password login is disabled because SSO is configured',
    ],
    [
      'throttled sign-ins',
      { password: 'wrong-password-9', passwordLogin: 'throttled' },
      'The gateway throttles sign-ins; it asks to wait 30 s',
    ],
  ]
  for (const [what, options, message] of refused) {
    test(`${what}: exit 1, tried once`, async ({ open }) => {
      const trial = await open(options)
      const { code, stderr } = await trial.call(['--yes'], { env: login(secret('wrong-password-9')) })
      expect(code).toBe(1)
      expect(sentence(stderr)).toContain(message)
      expect(trial.sandbox.requests.filter(({ method }) => method === 'POST')).toHaveLength(1)
      expect(writes(trial.sandbox)).toBe(0)
    })
  }

  test('an answer without a token: exit 1', async ({ open }) => {
    const trial = await open({
      quirks: [{ on: { method: 'POST', path: '/v2/login' }, do: { status: 200, body: { token: 'a.b.c' } } }],
    })
    const { code, stderr } = await trial.call(['--yes'], { env: login(trial.sandbox.password) })
    expect(code).toBe(1)
    expect(sentence(stderr)).toContain('The gateway answered the sign-in without a session key')
  })
})

const tls = (name: string): string => fileURLToPath(new URL(`../../support/tls/${name}`, import.meta.url))
const IDENTITY = {
  key: readFileSync(tls('key.pem'), 'utf8'),
  cert: readFileSync(tls('certificate.pem'), 'utf8'),
}

describe.concurrent('over TLS:', () => {
  test('a certificate that nobody vouches for is not trusted: exit 1, with what to do', async ({
    open,
    serve,
  }) => {
    const trial = await open()
    const server = await serve(forward(trial.sandbox.url), IDENTITY)
    const { code, stdout, stderr } = await trial.call(['--yes', '--url', server.url])
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(sentence(stderr)).toContain(
      `The TLS connection to ${server.url} failed, or its certificate is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT) With a private certificate authority, set NODE_EXTRA_CA_CERTS to its certificate file.`,
    )
    expect(server.seen).toEqual([])
  })

  test('it is trusted with NODE_EXTRA_CA_CERTS', async ({ open, serve }) => {
    const trial = await open({ servers: TWO })
    const server = await serve(forward(trial.sandbox.url), IDENTITY)
    const env = { NODE_EXTRA_CA_CERTS: tls('certificate.pem') }
    const { code } = await trial.run(['--yes', '--url', server.url], { env })
    expect(code).toBe(0)
    expect(writes(trial.sandbox)).toBe(2)
  })

  test('https:// to a gateway that speaks plain HTTP: exit 1', async ({ open }) => {
    const trial = await open()
    const { code, stderr } = await trial.call(['--yes', '--url', trial.sandbox.url.replace('http', 'https')])
    expect(code).toBe(1)
    expect(sentence(stderr)).toContain('If the gateway speaks plain HTTP, use http:// in --url.')
  })
})

describe.concurrent('a password that an admin has set', () => {
  const EMAIL = 'anna@house.test'
  const GIVEN = 'Given-by-an-admin-4711!'

  /** An admin with such a password; what their environment holds. */
  async function anna({ sandbox }: Trial): Promise<Record<string, string>> {
    const post = async (path: string, body: object): Promise<void> => {
      const headers = { authorization: `Bearer ${sandbox.masterKey}` }
      const answer = await fetch(sandbox.url + path, { method: 'POST', headers, body: JSON.stringify(body) })
      expect(answer.status).toBe(200)
    }
    await post('/user/new', { user_id: 'anna', user_email: EMAIL, user_role: 'proxy_admin' })
    await post('/user/update', { user_id: 'anna', password: secret(GIVEN) })
    return { LITELLM_PROXY_API_KEY: '', UI_USERNAME: EMAIL, UI_PASSWORD: GIVEN }
  }

  for (const version of ['1.104.9', '1.105.7', '1.106.2', '1.110.2'])
    test(`has to be changed on ${version}: exit 1, with where to do it`, async ({ open }) => {
      const trial = await open({ version, servers: TWO })
      const finished = await trial.call(['--yes', '--json'], { env: await anna(trial) })
      expect(finished.code).toBe(1)
      expect(JSON.parse(finished.stdout)).toMatchObject({
        code: 'password-change-required',
        message: expect.stringContaining(
          `The password must be changed first: LiteLLM lets ${EMAIL} do nothing else until then`,
        ) as string,
        hint: expect.stringContaining(
          'Sign in once on the admin page (/ui) and choose a new password',
        ) as string,
      })
      expect(writes(trial.sandbox)).toBe(0)
    })

  for (const version of ['1.77.7', '1.96.2', '1.102.4'])
    test(`signs in on ${version}`, async ({ open }) => {
      const trial = await open({ version, servers: TWO })
      const { code, stdout } = await trial.call(['--dry-run'], { env: await anna(trial) })
      expect(code).toBe(0)
      expect(sentence(stdout)).toContain(`user ${EMAIL}`)
    })

  test('is asked after where the key of its session is given, too', async ({ open }) => {
    const trial = await open({ servers: TWO })
    const { UI_USERNAME: username, UI_PASSWORD: password } = await anna(trial)
    const answer = await fetch(`${trial.sandbox.url}/v2/login`, {
      method: 'POST',
      body: JSON.stringify({ username, password }),
    })
    const { token } = (await answer.json()) as { token: string }
    const claims = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()
    const { key } = JSON.parse(claims) as { key: string }
    const env = { LITELLM_PROXY_API_KEY: secret(key) }
    const finished = await trial.call(['--dry-run', '--json'], { env })
    expect(finished.code).toBe(1)
    expect(JSON.parse(finished.stdout)).toMatchObject({ code: 'password-change-required' })
  })
})

describe.concurrent("the environment's proxies:", () => {
  const DEAD = 'http://127.0.0.1:9'

  test('are not used for this machine itself', async ({ open }) => {
    const trial = await open({ servers: TWO })
    const env = { HTTP_PROXY: DEAD, http_proxy: DEAD, HTTPS_PROXY: DEAD, ALL_PROXY: DEAD, all_proxy: DEAD }
    expect((await trial.call(['--yes'], { env })).code).toBe(0)
    expect(writes(trial.sandbox)).toBe(2)
  })

  test('are used for other names, for reads and for writes', async ({ open, serve }) => {
    const trial = await open({ servers: TWO })
    const proxy = await serve(forward(trial.sandbox.url))
    const { code } = await trial.run(['--yes', '--url', 'http://gateway.test'], {
      env: { HTTP_PROXY: proxy.url },
    })
    expect(code).toBe(0)
    expect(new Set(proxy.seen.map(({ target }) => new URL(target).origin))).toEqual(
      new Set(['http://gateway.test']),
    )
    expect(proxy.seen.filter(({ method }) => method === 'PUT')).toHaveLength(2)
    expect(writes(trial.sandbox)).toBe(2)
  })

  test('a proxy that refuses is a failure in a sentence: exit 1', async ({ open, serve }) => {
    const trial = await open()
    const proxy = await serve(says(407, 'Proxy Authentication Required'))
    const { code, stderr } = await trial.run(['--yes', '--url', 'http://gateway.test'], {
      env: { HTTP_PROXY: proxy.url },
    })
    expect(code).toBe(1)
    expect(sentence(stderr)).toContain(
      `The proxy 127.0.0.1:${proxy.port} wants a sign-in (HTTP 407) HTTP_PROXY names that proxy`,
    )
  })

  const PASS = secret('geheim-proxy-pass')
  for (const [variable, value, url] of [
    ['ALL_PROXY', `socks5://me:${PASS}@127.0.0.1:9`, 'http://gateway.test'],
    ['all_proxy', `socks5://me:${PASS}@127.0.0.1:9`, 'https://gateway.test'],
    ['HTTP_PROXY', `http://me:%zz${PASS}@127.0.0.1:9`, 'http://gateway.test'],
    ['HTTPS_PROXY', `http://me:%zz${PASS}@127.0.0.1:9`, 'https://gateway.test'],
    ['HTTP_PROXY', '::bad::', 'http://gateway.test'],
  ] as const) {
    test(`${variable} with ${value.replace(PASS, '…')} is 64 for ${url}, with its name and without its value`, async ({
      open,
    }) => {
      const trial = await open()
      const { code, stderr } = await trial.run(['--yes', '--url', url], { env: { [variable]: value } })
      expect(sentence(stderr)).toContain(
        `${variable} names no HTTP proxy that can be used It should look like http://proxy.example:3128`,
      )
      expect([code, stderr.includes('127.0.0.1')]).toEqual([64, false])
    })
  }

  for (const url of ['http://gateway.test', 'https://gateway.test']) {
    const variable = url.startsWith('https') ? 'HTTPS_PROXY' : 'HTTP_PROXY'
    const say = async (trial: Trial, proxy: string, more: string[] = []) => {
      const env = { [variable]: proxy }
      const { code, stderr } = await trial.run(['--yes', '--url', url, ...more], { env })
      expect(code).toBe(1)
      return sentence(stderr)
    }

    test(`a proxy that cannot be reached is not taken for ${url}: exit 1`, async ({ open }) => {
      const trial = await open()
      const place = `127.0.0.1:${await freePort()}`
      expect(await say(trial, `http://me:${PASS}@${place}`)).toContain(
        `There is no way to ${url} through the proxy ${place}: nothing accepts connections there ${variable} names that proxy; NO_PROXY=gateway.test bypasses it.`,
      )
      expect(await say(trial, 'http://proxy.invalid')).toContain(
        `There is no way to ${url} through the proxy proxy.invalid:80: its host is unknown`,
      )
    })

    test(`a proxy on the way to ${url} is named where no answer comes: exit 1`, async ({ open, serve }) => {
      const trial = await open()
      const mute = await serve(silent)
      // Told apart from a request: over TLS the proxy is asked for a tunnel, and hangs up.
      const place = `127.0.0.1:${mute.port}`
      const said = await say(trial, mute.url, ['--timeout', '1'])
      expect(said).toMatch(
        new RegExp(`${url} through the proxy ${place} (did not answer within 1 s|was lost \\(\\w+)`),
      )
      expect(said).toContain(`${variable} names that proxy`)
    })
  }

  test('NO_PROXY wins over them', async ({ open, serve }) => {
    const trial = await open()
    const proxy = await serve(forward(trial.sandbox.url))
    const { code, stderr } = await trial.run(['--yes', '--url', 'http://gateway.invalid'], {
      env: { HTTP_PROXY: proxy.url, NO_PROXY: '10.0.0.0/8, .invalid' },
    })
    expect(code).toBe(1)
    expect(stderr).toContain('The host of http://gateway.invalid is unknown')
    expect(proxy.seen).toEqual([])
  })
})

describe.concurrent('where the gateway is:', () => {
  test('under a root path, with slashes at its end', async ({ open }) => {
    const trial = await open({ servers: TWO, rootPath: '/litellm' })
    const { code, stdout } = await trial.call(['--yes', '--url', `${trial.sandbox.url}//`])
    expect(code).toBe(0)
    expect(stdout).toContain(`--url ${trial.sandbox.url} `)
  })

  test('not under that root path: exit 1, and the hint names it', async ({ open }) => {
    const trial = await open({ servers: TWO, rootPath: '/litellm' })
    const { code, stderr } = await trial.call(['--yes', '--url', trial.sandbox.url.replace('litellm', 'llm')])
    expect(code).toBe(1)
    expect(sentence(stderr)).toContain('the root path (SERVER_ROOT_PATH) if the gateway has one')
  })

  for (const url of [
    'http://u:geheimnis-7@127.0.0.1:1',
    'http://127.0.0.1:1/?key=geheimnis-7',
    'ftp://127.0.0.1',
    'localhost',
    '',
  ]) {
    test(`at ${url || 'nothing'}: 64, and what was wrong is not repeated`, async ({ open }) => {
      secret('geheimnis-7')
      const trial = await open()
      const { code, stdout, stderr } = await trial.call(['--yes', '--url', url])
      expect({ code, stdout }).toEqual({ code: 64, stdout: '' })
      expect(sentence(stderr)).toContain('--url')
      expect(trial.sandbox.requests).toEqual([])
    })
  }

  test('a stalled answer after the sign-in ends with the time-out, too', async ({ open, serve }) => {
    const trial = await open()
    const server = await serve((asked, answer) => {
      const keyed = asked.headers.authorization !== undefined
      ;(keyed ? endless('drip') : forward(trial.sandbox.url))(asked, answer)
    })
    const { code, stderr } = await trial.call(['--yes', '--url', server.url, '--timeout', '2'])
    expect(code).toBe(1)
    expect(stderr).toContain('did not answer within 2 s')
  })

  test('the key may come from a file and is told by where it came from', async ({ open }) => {
    const trial = await open({ servers: TWO })
    const file = join(trial.folder, 'key')
    await writeFile(file, `${trial.sandbox.masterKey}\n`)
    const { code, stderr } = await trial.call(['--dry-run', '--key-file', file], {
      env: { LITELLM_PROXY_API_KEY: WRONG },
    })
    expect(code).toBe(0)
    expect(trial.plain({ code, stdout: '', stderr })).toContain('with key from FOLDER/key')
  })
})
