import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { rulesFor } from '../../../src/cli/options/rule.ts'
import { adHocMigration } from '../../../src/core/rule/ad-hoc.ts'
import { mentions, verdictOn } from '../../../src/core/rule/verdict.ts'
import { anyQuery, anyWebUrl } from '../../support/any-text.ts'
import { adHocRules, defaultRules } from '../../support/rules.ts'

const { rules: shipped } = await defaultRules()
const kindOf = (url: string) => verdictOn(shipped, url).kind
const afterOf = (url: string) => {
  const verdict = verdictOn(shipped, url)
  return verdict.kind === 'match' ? verdict.after : null
}

const loopback = fc.constantFrom(
  'localhost',
  'LOCALHOST',
  '127.0.0.1',
  '127.1',
  '127.255.0.9',
  '2130706433',
  '0x7f.1',
  '[::1]',
  '[0:0:0:0:0:0:0:1]',
  '0.0.0.0',
  'host.docker.internal',
  'Host.Docker.Internal',
  'docker.for.mac.localhost',
  'docker.for.win.host.internal',
  'host.containers.internal',
  'HOST.ORB.INTERNAL',
  'host.rancher-desktop.internal',
  'host.lima.internal',
  'host.minikube.internal',
)
const scheme = fc.constantFrom('http', 'https', 'HTTP', 'hTTps')
const port = fc.constantFrom('8585', '08585')
const tail = fc.oneof(
  fc.constant(''),
  fc
    .string({ unit: fc.constantFrom(...'abcXYZ019-._~!$&()*+,;=:@%/?#'), maxLength: 40 })
    .map((text) => `/${text}`),
  anyQuery.map((query) => `?${query}`),
)

describe('the migration that ships', () => {
  test('replaces scheme, host and port, and keeps every other byte', () => {
    fc.assert(
      fc.property(scheme, loopback, port, tail, (s, host, p, rest) => {
        expect(afterOf(`${s}://${host}:${p}${rest}`)).toBe(`http://mcp-proxy-sse:8080${rest}`)
      }),
    )
  })

  test('changes nothing when it is applied to its own result', () => {
    fc.assert(
      fc.property(scheme, loopback, port, tail, (s, host, p, rest) => {
        const once = afterOf(`${s}://${host}:${p}${rest}`) ?? ''
        expect(verdictOn(shipped, once)).toMatchObject({ kind: 'moved' })
      }),
    )
  })

  test('never rewrites anything that is not that address', () => {
    const other = fc.oneof(
      fc.string(),
      anyWebUrl,
      fc.ipV4().map((ip) => `http://${ip}:8585/x`),
    )
    fc.assert(
      fc.property(other, (text) => {
        const before = URL.canParse(text) ? new URL(text) : null
        const family =
          /^(localhost|127\.\d+\.\d+\.\d+|\[::1\]|0\.0\.0\.0|host\.[a-z\d-]+\.internal|docker\.for\..*)$/
        fc.pre(!(before && family.test(before.hostname) && before.port === '8585'))
        expect(afterOf(text)).toBeNull()
      }),
    )
  })

  test.each([
    ['http://localhost:8586/x', 'near-miss'],
    ['http://localhost/x', 'near-miss'],
    ['http://localhost.:8585/x', 'near-miss'],
    ['http://localhost.example.com:8585/x', 'near-miss'],
    ['http://mcp.localhost:8585/x', 'near-miss'],
    ['http://[::ffff:127.0.0.1]:8585/x', 'near-miss'],
    ['http://192.168.1.5:8585/servers/a/sse', 'near-miss'],
    ['http://host.orb.internal:8586/x', 'near-miss'],
    ['http://host.containers.internal.:8585/x', 'near-miss'],
    ['http://gateway.docker.internal:8585/x', 'near-miss'],
    ['http://docker.orb.internal:8585/x', 'near-miss'],
    ['http://172.17.0.1:8585/x', 'near-miss'],
    ['http://172.17.0.1:9000/x', 'other'],
    ['http://host.orb.internal.example.com:8585/x', 'near-miss'],
    ['http://my-host.orb.internal:9000/x', 'other'],
    ['http://example.com/?next=http://127.0.0.1:8585/x', 'near-miss'],
    ['http://user:secret@localhost:8585/x', 'user-info'],
    ['http://user@localhost:8585', 'user-info'],
    ['http://user:secret@example.com/x', 'other'],
    ['os.environ/MCP_URL', 'env-reference'],
    ['http://localhost:8585/os.environ/X', 'env-reference'],
    ['localhost:8585/x', 'malformed'],
    ['http:/localhost:8585/x', 'malformed'],
    ['http:\\\\localhost:8585\\x', 'malformed'],
    ['http://localhost:8585\\x', 'malformed'],
    [' http://localhost:8585/x', 'malformed'],
    ['http://localhost:8585/x\n', 'malformed'],
    ['http://local\thost:8585/x', 'malformed'],
    ['http://localhost:85850/x', 'malformed'],
    ['http://localhost:/x', 'near-miss'],
    ['ws://localhost:8585/x', 'malformed'],
    ['http:///localhost:8585/x', 'malformed'],
    ['', 'other'],
    [' \t\n', 'other'],
    ['http://mcp-proxy-sse:8080/servers/a/sse', 'moved'],
    ['http://MCP-PROXY-SSE:8080', 'moved'],
    ['https://mcp.example.com/mcp', 'other'],
  ])('judges %j as %s', (url, kind) => {
    expect(kindOf(url)).toBe(kind)
  })

  test.each([
    ['172.17.0.1', 'Docker'],
    ['172.23.0.1', 'Docker'],
    ['192.168.65.254', 'Docker Desktop'],
    ['10.0.2.2', 'Podman without root, and QEMU'],
    ['10.88.0.1', 'Podman'],
    ['192.168.5.2', 'Lima and Colima'],
  ])('says whose containers see the machine at %s', (host, whose) => {
    const url = `http://${host}:8585/servers/a/sse`
    expect(verdictOn(shipped, url)).toMatchObject({
      kind: 'near-miss',
      message: `${host} is, as a rule, the machine as containers of ${whose} see it; if it is this one, move it with --from http://${host}:8585`,
    })
    expect(verdictOn(adHocRules('http://localhost:8585', 'http://b').rules, url)).toMatchObject({
      message: `another host (${host}) on port 8585`,
    })
  })

  test.each([
    ['see http://localhost:8585/docs', true],
    ['--url=host.lima.internal:8585', true],
    ['--url=127.0.0.1:8585', true],
    ['[::1]:8585', true],
    ['LOCALHOST:8585', true],
    ['localhost:85851', false],
    ['localhost', false],
    ['otherhost:8585', false],
  ])('finds the old address in %j: %s', (text, found) => {
    expect(mentions(shipped, text)).toBe(found)
  })
})

test('the rule that ships is read once, however often it is asked for', async () => {
  const rule = await rulesFor({ from: undefined, to: undefined, migration: [] })
  expect(rule()).toBe(rule())
  expect(await rule()).toEqual(await defaultRules())
})

describe('--from and --to', () => {
  test('mean exactly that origin', () => {
    const { rules } = adHocRules('http://localhost:8585', 'https://mcp.example.com')
    expect(verdictOn(rules, 'http://LocalHost:8585/a?b#c')).toMatchObject({
      kind: 'match',
      after: 'https://mcp.example.com/a?b#c',
    })
    expect(verdictOn(rules, 'https://localhost:8585/a').kind).toBe('near-miss')
    expect(verdictOn(rules, 'http://127.0.0.1:8585/a').kind).toBe('near-miss')
  })

  test('know the default ports', () => {
    const { rules } = adHocRules('http://a.example:80', 'https://b.example:443/')
    expect(verdictOn(rules, 'http://a.example/x')).toMatchObject({
      kind: 'match',
      after: 'https://b.example/x',
    })
    expect(verdictOn(rules, 'https://b.example:443/x').kind).toBe('moved')
  })

  test.each(['http://a/path', 'http://a?q', 'http://u:p@a', 'a:80', 'ftp://a', 'http://a#f', ''])(
    'refuse %j as an origin',
    (text) => {
      expect(() => adHocMigration(text, 'http://b')).toThrow('--from is not an origin')
      expect(() => adHocMigration('http://b', text)).toThrow('--to is not an origin')
    },
  )

  test('find the old address where its port is the scheme’s own', () => {
    const { rules } = adHocRules('https://old.example.com', 'https://new.example.com')
    for (const text of [
      'see https://old.example.com/sse',
      'https://old.example.com',
      'old.example.com:443',
    ]) {
      expect([text, mentions(rules, text)]).toEqual([text, true])
    }
    for (const text of [
      'http://old.example.com/',
      'https://old.example.com.evil/',
      'https://old.example.com:8443/',
      'my_old.example.com:443',
    ]) {
      expect([text, mentions(rules, text)]).toEqual([text, false])
    }
    expect(verdictOn(rules, 'https://other.example.com/x').kind).toBe('other')
  })

  test('know port 0 from no port', () => {
    expect(verdictOn(adHocRules('http://localhost', 'http://b').rules, 'http://localhost:0/x').kind).not.toBe(
      'match',
    )
  })

  test('must differ', () => {
    expect(() => adHocMigration('http://a', 'http://A:80/')).toThrow('the same origin')
  })
})
