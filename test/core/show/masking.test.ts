import { describe, expect, test } from 'vitest'
import { maskUrl, redactText, shownText } from '../../../src/core/show/redact.ts'
import { Redactor } from '../../../src/core/show/secrets/redactor.ts'

// The secret of each is `SECRET`, or what stands beside it. What nobody could tell from a name is not here.

test('small letters alone are no secret up to 23 of them', () => {
  for (const word of ['eyjabcdefgh', 'akiaabcdefgh', 'skxpk', 'a'.repeat(23)])
    expect(maskUrl(`http://h/${word}/x`)).toBe(`http://h/${word}/x`)
  expect(maskUrl(`http://h/${'a'.repeat(24)}/x`)).toBe('http://h/***/x')
})

describe('a URL is shown without its secret:', () => {
  for (const [url, secret] of [
    ['http://h/sse?a=b%26c=SECRET', 'SECRET'],
    ['http://h/sse?SECRET=1', '=1'],
    ['http://h/Sk_live_x1/sse', 'live_x1'],
    ['http://h//u:p@x/', 'u:p'],
    ['http:/\\u:p@h/', 'u:p'],
    ['HTTP://U:P@h', 'U:P'],
    ['http://h/AKIAIOSFODNN7EXAMPLE/x', 'AKIA'],
    ['http://h/s/QWxhZGRpbjpvcGVuIHNlc2FtZQ==/x', 'QWxh'],
    ['http://h/hooks/T000/B000/XXXXXXXXXXXXXXXXXXXXXXXX', 'XXXX'],
  ] as const)
    test(url, () => {
      expect(maskUrl(url)).not.toContain(secret)
    })

  for (const [url, secret] of [
    ['http://h/sse?BARESECRET', 'BARESECRET'],
    ['http://h/sse?BARESECRET&a=b', 'BARESECRET'],
    ['http://h/sse;token=SECRET', 'SECRET'],
    ['http://h/sse;jsessionid=SECRET', 'SECRET'],
    ['http://h/x/key=SECRET/sse', 'SECRET'],
    ['http://h/api_key:SECRET/sse', 'SECRET'],
    ['http://h/%73k-SECRET/sse', 'SECRET'],
    ['http://h/ya29.a0AfH6SMBx/x', 'a0AfH6SMBx'],
    ['http://h/eyJhbGciOi.abc.def/x', 'eyJhbGciOi'],
    ['http://h/sse;v=1;SECRET', 'SECRET'],
    ['http://h/sse%3Btoken%3DSECRET/x', 'SECRET'],
    ['http://h/%2573k-SECRET/sse', 'SECRET'],
    ['http://h/token/SECRET/sse', 'SECRET'],
    ['http://h/api_key:12345/sse', '12345'],
    ['http://h/sse&key=SECRET', 'SECRET'],
    ['http://u%3ASECRET%40h/sse', 'SECRET'],
    ['h:8585/x;token=SECRET', 'SECRET'],
    ['http://h;token=SECRET/sse', 'SECRET'],
    ['http://h:8585;SECRET/sse', 'SECRET'],
    ['http://h/t/xoxb12345678/', 'xoxb1'],
    ['http://h/sse%3FSECRET', 'SECRET'],
    ['http://h/sse%23SECRET/x', 'SECRET'],
    ['http://h/client_secret/SECRET/sse', 'SECRET'],
    ['http://h/tokens/SECRET/sse', 'SECRET'],
  ] as const)
    test(url, () => {
      expect(maskUrl(url)).not.toContain(secret)
    })
})

describe('a text of a record is shown without its secret:', () => {
  for (const [path, text, secret] of [
    ['args[1]', '--url=http://h:8585/x --token SECRET', 'SECRET'],
    ['args[2]', '--token=SECRET', 'SECRET'],
    ['static_headers["X-Back"]', 'http://localhost:8585/ SECRET', 'SECRET'],
    ['env.DB', 'postgres://u:p@h/db http://localhost:8585', 'u:p'],
    ['description', 'ask anna at http://u:p@localhost:8585/', 'u:p'],
  ] as const)
    test(`${path} ${text}`, () => {
      expect(shownText(path, text)).not.toContain(secret)
    })

  for (const [path, text, secret] of [
    ['args[3]', '-pSECRET http://localhost:8585/', 'SECRET'],
    ['description', 'key sk-abc at http://localhost:8585/', 'sk-abc'],
    ['mcp_info.token', 'SECRET http://localhost:8585/x', 'SECRET'],
    ['mcp_info.secret', 'http://localhost:8585/hunter2', 'hunter2'],
    ['mcp_info.docs.password', 'hunter2 http://localhost:8585/', 'hunter2'],
    ['env.API_TOKEN', 'http://localhost:8585/hunter2', 'hunter2'],
    ['args[0]', '-psk-abc1 http://localhost:8585/', 'abc1'],
    ['description', 'password=hunter2 at http://localhost:8585/', 'hunter2'],
    ['description', 'curl -H "x-api-key: SECRET" http://localhost:8585/', 'SECRET'],
    ['description', 'Authorization: Basic dTpw at http://localhost:8585/', 'dTpw'],
    ['instructions', 'the token: hunter2 http://localhost:8585/', 'hunter2'],
    ['mcp_info.api_keys[0]', 'SECRET http://localhost:8585/', 'SECRET'],
    ['mcp_info.jwt', 'SECRET http://localhost:8585/', 'SECRET'],
    ['mcp_info.env.X', 'SECRET http://localhost:8585/', 'SECRET'],
    ['mcp_info.apikey_prod', 'SECRET http://localhost:8585/', 'SECRET'],
    ['description', '{"apiKey":"SECRET"} at http://localhost:8585/', 'SECRET'],
    ['description', "api_key='SECRET' at http://localhost:8585/", 'SECRET'],
    ['description', 'run it with --token SECRET1 at http://localhost:8585/', 'SECRET'],
    ['instructions', 'send Bearer hunter2 to http://localhost:8585/', 'hunter2'],
  ] as const)
    test(`${path} ${text}`, () => {
      expect(shownText(path, text)).not.toContain(secret)
    })
})

describe('what is no secret is shown as it is:', () => {
  for (const [path, text] of [
    ['url', 'http://localhost:8585/servers/my-file_system.v2/sse'],
    ['mcp_info.docs.url', 'http://localhost:8585/docs'],
    ['description', 'the files of the team at http://localhost:8585/'],
    ['description', 'max_tokens: 4096, token: see the wiki, auth: OAuth2 at http://localhost:8585/'],
    ['args[0]', '--url=http://localhost:8585/servers/fetch/sse'],
    ['args[0]', '-u http://localhost:8585/servers/fetch/sse'],
    ['mcp_info.oauth.token_url', 'http://localhost:8585/oauth/token'],
    ['description', '{"auth_url": "http://localhost:8585/token/sse"}'],
    ['url', 'http://localhost:8585/servers/token/sse'],
    ['url', 'http://localhost:8585/servers/sk-learn/sse'],
    ['description', 'sk-learn at http://localhost:8585/'],
    ['url', 'http://proxy:8080/http://inner:8585/v1/@scope/name/sse'],
  ] as const)
    test(`${path} ${text}`, () => {
      expect(shownText(path, text)).toBe(text)
    })

  const ID = '11111111-1111-4111-8111-111111111111'
  for (const [said, secrets] of [
    [`MCP Server with id ${ID} not found`, []],
    [`MCP Server with id ${ID} not found`, ['hunter2']],
    ['Failed to connect to MCP server: it returned HTTP 421', ['421x']],
  ] as const)
    test(`${said} (${secrets.join(', ')})`, () => {
      expect(redactText(said, new Redactor().about(secrets))).toBe(said)
    })

  // Arguments and variables of a record count as secrets, and a word or a part of an id among them takes the sense away.
  for (const [said, secrets] of [
    ['Failed to connect to MCP server: it returned HTTP 421', ['HTTP']],
    ['Failed to connect to MCP server: it returned HTTP 421', ['returned']],
    [`MCP Server with id ${ID} not found`, ['1111']],
    ['Failed to list tools from server postgres', ['postgres']],
  ] as const)
    test(`${said} (${secrets.join(', ')})`, () => {
      expect(redactText(said, new Redactor().about(secrets))).toBe(said)
    })
})

describe('a secret that comes again and again is not shown', () => {
  const long = Array.from(
    { length: 400 },
    (_, i) => '.-_~'.charAt(i % 4) + String.fromCharCode(97 + (i % 26)),
  )
  const secret = `Kq${long.join('')}`.slice(0, 400)
  const shown = (times: number): string =>
    redactText(`${secret} `.repeat(times), new Redactor().learn(secret))
  const beginning = secret.slice(0, 30)

  test('in a text that is read whole', () => {
    expect(shown(3)).toBe('*** *** *** ')
    expect(shown(40)).not.toContain(beginning)
  })

  test('in one that is so long that it is cut within the secret', () => {
    expect(shown(60)).not.toContain(beginning)
  })
})
