import { readFile } from 'node:fs/promises'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { defaultMigration, readMigration } from '../../../src/files/migrations.ts'
import { ruleFor } from '../../../src/cli/options/rule.ts'
import { adHocMigration } from '../../../src/core/rule/ad-hoc.ts'
import { mentions, verdictOn } from '../../../src/core/rule/migration.ts'
import { anyQuery, anyWebUrl } from '../../support/any-text.ts'

const shipped = await defaultMigration()
const text = await readFile(
  new URL('../../../migrations/localhost-8585-to-mcp-proxy-sse.yaml', import.meta.url),
  'utf8',
)
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
    expect(verdictOn(adHocMigration('http://localhost:8585', 'http://b'), url)).toMatchObject({
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
  const rule = await ruleFor({ from: undefined, to: undefined, migration: [] })
  expect(rule()).toBe(rule())
  expect(await rule()).toEqual(await defaultMigration())
})

describe('--from and --to', () => {
  test('mean exactly that origin', () => {
    const rule = adHocMigration('http://localhost:8585', 'https://mcp.example.com')
    expect(verdictOn(rule, 'http://LocalHost:8585/a?b#c')).toMatchObject({
      kind: 'match',
      after: 'https://mcp.example.com/a?b#c',
    })
    expect(verdictOn(rule, 'https://localhost:8585/a').kind).toBe('near-miss')
    expect(verdictOn(rule, 'http://127.0.0.1:8585/a').kind).toBe('near-miss')
  })

  test('know the default ports', () => {
    const rule = adHocMigration('http://a.example:80', 'https://b.example:443/')
    expect(verdictOn(rule, 'http://a.example/x')).toMatchObject({
      kind: 'match',
      after: 'https://b.example/x',
    })
    expect(verdictOn(rule, 'https://b.example:443/x').kind).toBe('moved')
  })

  test.each(['http://a/path', 'http://a?q', 'http://u:p@a', 'a:80', 'ftp://a', 'http://a#f', ''])(
    'refuse %j as an origin',
    (text) => {
      expect(() => adHocMigration(text, 'http://b')).toThrow('--from is not an origin')
      expect(() => adHocMigration('http://b', text)).toThrow('--to is not an origin')
    },
  )

  test('find the old address where its port is the scheme’s own', () => {
    const rule = adHocMigration('https://old.example.com', 'https://new.example.com')
    for (const text of [
      'see https://old.example.com/sse',
      'https://old.example.com',
      'old.example.com:443',
    ]) {
      expect([text, mentions(rule, text)]).toEqual([text, true])
    }
    for (const text of [
      'http://old.example.com/',
      'https://old.example.com.evil/',
      'https://old.example.com:8443/',
      'my_old.example.com:443',
    ]) {
      expect([text, mentions(rule, text)]).toEqual([text, false])
    }
    expect(verdictOn(rule, 'https://other.example.com/x').kind).toBe('other')
  })

  test('know port 0 from no port', () => {
    expect(verdictOn(adHocMigration('http://localhost', 'http://b'), 'http://localhost:0/x').kind).not.toBe(
      'match',
    )
  })

  test('must differ', () => {
    expect(() => adHocMigration('http://a', 'http://A:80/')).toThrow('the same origin')
  })
})

describe('a migration file', () => {
  test('is refused when an example does not come out as it says', () => {
    expect(() =>
      readMigration(
        text.replace('after: http://mcp-proxy-sse:8080/servers/filesystem/sse', 'after: http://elsewhere/'),
        'x.yaml',
      ),
    ).toThrow(
      'example http://localhost:8585/servers/filesystem/sse becomes http://mcp-proxy-sse:8080/servers/filesystem/sse, not http://elsewhere/',
    )
  })

  test('is refused when it would match its own result', () => {
    expect(() =>
      readMigration(text.replace('to: http://mcp-proxy-sse:8080', 'to: http://127.0.0.1:8585'), 'x.yaml'),
    ).toThrow('its own result')
  })

  test('is refused with an unknown key, a wrong origin, or no YAML', () => {
    expect(() => readMigration(`${text}\nsurprise: 1\n`, 'x.yaml')).toThrow('Migration file x.yaml')
    expect(() =>
      readMigration(text.replace('to: http://mcp-proxy-sse:8080', 'to: http://a/b'), 'x.yaml'),
    ).toThrow('must be an origin')
    expect(() => readMigration('a: [', 'x.yaml')).toThrow('is not YAML')
  })
})
