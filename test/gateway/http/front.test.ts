import { describe, expect, test } from 'vitest'
import { frontRefusal } from '../../../src/gateway/http/front.ts'
import type { Answer } from '../../../src/gateway/http/transport.ts'
import { Redactor } from '../../../src/core/show/secrets/redactor.ts'

const URL_OF_GATEWAY = 'https://llm.example.com/litellm'

const WHERE = {
  url: URL_OF_GATEWAY,
  keyHeader: 'authorization',
  headers: {},
  redactor: new Redactor().learn('geheim-front-1'),
}

const PAGE = '<!DOCTYPE html><html><body>no</body></html>'

interface Said {
  headers?: Record<string, string | string[]>
  body?: unknown
}

function answer(status: number, { headers = {}, body = PAGE }: Said = {}): Answer {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return { status, headers, text, json: typeof body === 'string' ? undefined : body, body: Buffer.from(text) }
}

type Asked = readonly [method: 'GET' | 'POST' | 'PUT', path: string]
const LOOK: Asked = ['GET', '/health/readiness']
const LIST: Asked = ['GET', '/v1/mcp/server']
const PUT: Asked = ['PUT', '/v1/mcp/server']

const found = (given: Answer, [method, path]: Asked = LOOK) =>
  frontRefusal(given, { method, url: URL_OF_GATEWAY + path }, WHERE)

const to = (location: string): Said => ({ headers: { location }, body: '' })
const back = encodeURIComponent(`${URL_OF_GATEWAY}/health/readiness`)

describe('a sign-in before LiteLLM is named by what its answer shows:', () => {
  const cases: [what: string, given: Answer, message: string, hint: string][] = [
    [
      'basic authentication',
      answer(401, { headers: { 'www-authenticate': 'Basic realm="Restricted"', server: 'nginx/1.25' } }),
      'Something in front of LiteLLM at https://llm.example.com/litellm wants a sign-in (HTTP 401, Basic, realm "Restricted", Server: nginx/1.25)',
      'Add --key-header x-litellm-api-key --header Authorization=FRONT_LOGIN. FRONT_LOGIN holds "Basic " and then USER:PASSWORD in base64.',
    ],
    [
      'basic authentication among others',
      answer(401, { headers: { 'www-authenticate': 'Negotiate, Basic realm=x' }, body: { detail: 'no' } }),
      'HTTP 401, Basic, realm "x"',
      'FRONT_LOGIN',
    ],
    [
      'a bearer token',
      answer(401, { headers: { 'www-authenticate': 'Bearer' }, body: 'Jwt is missing' }),
      'wants a sign-in (HTTP 401, bearer)',
      'FRONT_TOKEN holds "Bearer " and then a token',
    ],
    [
      'a scheme of a name that means something to JavaScript',
      answer(401, { headers: { 'www-authenticate': 'constructor' }, body: 'no' }),
      'wants a sign-in (HTTP 401',
      '--header',
    ],
    [
      'a 401 without a word',
      answer(401, { body: 'Unauthorized' }),
      'wants a sign-in (HTTP 401)',
      'Add --header NAME=ENV.',
    ],
    [
      'Cloudflare Access',
      answer(302, to('https://team.cloudflareaccess.com/cdn-cgi/access/login/llm.example.com')),
      'In front of LiteLLM at https://llm.example.com/litellm is Cloudflare Access, which wants a sign-in (HTTP 302 to https://team.cloudflareaccess.com)',
      '--header CF-Access-Client-Id=CF_ID --header CF-Access-Client-Secret=CF_SECRET',
    ],
    [
      'Cloudflare Access that refuses a token',
      answer(403, { headers: { 'cf-access-domain': 'llm.example.com', server: 'cloudflare' } }),
      'is Cloudflare Access, which wants a sign-in (HTTP 403, Server: cloudflare)',
      'CF_ID',
    ],
    [
      'oauth2-proxy with its page',
      answer(403, { headers: { 'set-cookie': ['_oauth2_proxy_csrf=x'] } }),
      'oauth2-proxy',
      'FRONT_TOKEN',
    ],
    [
      'oauth2-proxy that redirects',
      answer(302, to(`/oauth2/start?rd=${back}`)),
      'oauth2-proxy, which wants a sign-in (HTTP 302 to https://llm.example.com)',
      'FRONT_TOKEN',
    ],
    ['Authelia', answer(302, to(`https://authelia.example.com/?rd=${back}`)), 'Authelia', 'FRONT_COOKIE'],
    [
      'authentik',
      answer(302, to('/outpost.goauthentik.io/start?rd=x')),
      'authentik, which wants a sign-in',
      'FRONT_LOGIN',
    ],
    [
      'Keycloak',
      answer(302, to('https://id.example.com/realms/main/protocol/openid-connect/auth?client_id=x')),
      'Keycloak',
      'FRONT_TOKEN',
    ],
    [
      "Google's",
      answer(302, to('https://accounts.google.com/o/oauth2/v2/auth?client_id=x')),
      'Google Identity-Aware Proxy',
      '--header Proxy-Authorization=IAP_TOKEN',
    ],
    [
      "an AWS load balancer's",
      answer(302, to('https://x.auth.eu-west-1.amazoncognito.com/oauth2/authorize')),
      'the sign-in of an AWS load balancer',
      'FRONT_COOKIE',
    ],
    [
      "Microsoft's",
      answer(302, to('https://login.microsoftonline.com/common/oauth2/authorize')),
      'the sign-in of Microsoft Entra',
      'FRONT_TOKEN',
    ],
    [
      'a login page of its own',
      answer(302, to('/login?next=/health/readiness')),
      'Something in front of LiteLLM at https://llm.example.com/litellm wants a sign-in (HTTP 302 to https://llm.example.com)',
      '--header NAME=ENV',
    ],
    [
      'another origin that is to lead back',
      answer(302, to(`https://door.example.com/?to=${back}`)),
      'wants a sign-in (HTTP 302 to https://door.example.com)',
      '--header NAME=ENV',
    ],
    [
      'a page with a password, and status 200',
      answer(200, { body: '<html><form><input name=p type=password></form>' }),
      'wants a sign-in (HTTP 200)',
      '--header NAME=ENV',
    ],
    ['a network that wants one', answer(511), 'wants a sign-in (HTTP 511)', '--header NAME=ENV'],
  ]
  test.for(cases)('%s', ([, given, message, hint]) => {
    const refusal = found(given)
    expect(refusal?.code).toBe('sign-in-before-gateway')
    expect(refusal?.message).toContain(message)
    expect(refusal?.hint).toContain(hint)
  })

  test('later on as well, once the session there has ended', () => {
    for (const asked of [LIST, PUT, ['POST', '/v2/login'] as const])
      expect(found(answer(302, to('/login')), asked)?.message).toContain('wants a sign-in')
  })

  test('what was sent in vain is said, and the key stays where it is', () => {
    const where = { ...WHERE, keyHeader: 'X-Key', headers: { authorization: 'Basic Zm9vOmJhcg==' } }
    const basic = answer(401, { headers: { 'www-authenticate': 'Basic' } })
    const refusal = frontRefusal(basic, { method: 'GET', url: `${URL_OF_GATEWAY}/x` }, where)
    expect(refusal?.hint).toMatch(/^authorization from --header was sent: make sure that /)
    // It is not asked for once more: one header cannot be given twice.
    expect(refusal?.hint).toMatch(/Authorization holds "Basic " and then USER:PASSWORD in base64\.$/)
    expect(refusal?.hint).not.toMatch(/--key-header|--header Authorization=/)
  })

  test('nothing that it repeats of a secret is shown, and not much of the rest', () => {
    const challenge = `Basic realm="geheim-front-1 ${'long '.repeat(40)}\u001b[2J"`
    const refusal = found(
      answer(401, { headers: { 'www-authenticate': challenge, server: 'geheim-front-1' } }),
    )
    expect(refusal?.message).not.toMatch(/geheim|\u001b/)
    expect(refusal?.message.length).toBeLessThan(240)
  })

  test('a secret with spaces of no width in it is none that is shown: a header of UTF-8 comes as Latin-1', () => {
    const bytes = Buffer.from([...'geheim-front-1'].join('\u200b'))
    const realm = `Basic realm="${bytes.toString('latin1')}"`
    const refusal = found(answer(401, { headers: { 'www-authenticate': realm, server: realm } }))
    expect(refusal?.message).toContain('realm "***"')
    expect(refusal?.message.replaceAll(/[^a-z]/g, '')).not.toContain('heim')
  })
})

describe('a firewall before LiteLLM is told from LiteLLM:', () => {
  for (const status of [403, 405, 406, 501]) {
    test(`a PUT that ends in ${status} and a page`, () => {
      const refusal = found(answer(status, { headers: { server: 'BigIP' } }), PUT)
      expect(refusal?.message).toBe(
        `Something in front of LiteLLM at https://llm.example.com/litellm refused PUT /litellm/v1/mcp/server (HTTP ${status}, Server: BigIP)`,
      )
      expect(refusal?.hint).toContain('Let PUT /litellm/v1/mcp/server pass there')
    })
  }

  test('a PUT that ends in a page with status 200', () => {
    expect(found(answer(200), PUT)?.message).toContain('refused PUT')
  })

  test('a question that ends in 403 and other JSON than LiteLLM sends', () => {
    for (const body of [{ message: 'Forbidden' }, { error: 'forbidden' }, []])
      expect(found(answer(403, { body }), LIST)?.message).toContain('refused GET')
  })
})

describe('what may be LiteLLM is left to it:', () => {
  const cases: [what: string, given: Answer, asked: Asked][] = [
    ['its 401', answer(401, { body: { error: { message: 'no', type: 'auth_error' } } }), LIST],
    ['its 403', answer(403, { body: { detail: { error: 'no' } } }), PUT],
    ['its 405', answer(405, { body: { detail: 'Method Not Allowed' } }), ['POST', '/v2/login']],
    [
      "a server's 401 that it hands on",
      answer(401, { body: { detail: 'no' }, headers: { 'www-authenticate': 'Bearer' } }),
      LIST,
    ],
    ['its refusal of an address', answer(403, { body: { error: { message: 'IP' } } }), LOOK],
    ['a 404', answer(404), LOOK],
    ['a 503', answer(503), PUT],
    ['a redirect to TLS', answer(301, to('https://llm.example.com/litellm/health/readiness')), LOOK],
    ['a redirect to a root path', answer(307, to('/other/health/readiness')), LOOK],
    [
      'a redirect without a slash',
      answer(307, to(`${URL_OF_GATEWAY}/v1/mcp/server`)),
      ['GET', '/v1/mcp/server/'],
    ],
    ['a redirect to elsewhere', answer(302, to('https://www.example.com/')), LOOK],
    ['a page with status 200', answer(200), LOOK],
    ['an empty answer to a PUT', answer(202, { body: '' }), PUT],
  ]
  test.for(cases)('%s', ([, given, asked]) => expect(found(given, asked)).toBeNull())
})
