import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { editsOf } from '../../../../src/core/rule/leftovers.ts'
import { readMigration } from '../../../../src/core/rule/file/read.ts'
import { shippedIds } from '../../../../src/files/shipped.ts'
import { findingsIn, migrationIn } from '../../../support/rules.ts'

const shipped = (name: string): Promise<string> =>
  readFile(new URL(`../../../../migrations/${name}.yaml`, import.meta.url), 'utf8')

const SIX = `schema: mcp-url-migrate/migration/2
id: six-hosts-to-one-proxy
title: Six containers become one proxy
reason: One place to secure, in place of six.
rules:
  - from: http://{service}:8000/sse
    where: { service: [fetch, filesystem, git, memory, sqlite, time] }
    to: http://mcp-proxy-sse:8080/servers/{service}/sse
  - from: http://fs:8001/sse
    to: http://mcp-proxy-sse:8080/servers/filesystem/sse
examples:
  - before: http://fetch:8000/sse
    after: http://mcp-proxy-sse:8080/servers/fetch/sse
  - before: HTTP://FETCH:8000/sse?session=1#a
    after: http://mcp-proxy-sse:8080/servers/fetch/sse?session=1#a
  - before: http://fs:8001/sse
    after: http://mcp-proxy-sse:8080/servers/filesystem/sse
  - before: http://litellm:8000/sse
    unchanged: true
`

const STREAMABLE = `schema: mcp-url-migrate/migration/2
id: sse-to-streamable-http
title: The same proxy, by its other transport
rules:
  - when: { transport: sse }
    from: http://mcp-proxy-sse:8080/servers/{service}/sse
    to: http://mcp-proxy-sse:8080/servers/{service}/mcp
    set: { transport: http }
examples:
  - before: { url: http://mcp-proxy-sse:8080/servers/git/sse, transport: sse }
    after: { url: http://mcp-proxy-sse:8080/servers/git/mcp, transport: http }
  - before: { url: http://mcp-proxy-sse:8080/servers/git/sse, transport: http }
    unchanged: true
`

const FIELDS = `schema: mcp-url-migrate/migration/2
id: localhost-to-the-company
title: One origin, and OAuth by field
rules:
  - from: ['http://{loopback}:8585', 'https://{loopback}:8585']
    to: http://mcp-proxy-sse:8080
  - fields: [authorization_url, token_url, env.ISSUER]
    from: http://{loopback}:8585/*
    to: https://sso.example.com/mcp/*
examples:
  - before: http://127.1:8585/servers/a%2Fb/sse?x=1
    after: http://mcp-proxy-sse:8080/servers/a%2Fb/sse?x=1
  - { field: token_url, before: http://localhost:8585/token, after: https://sso.example.com/mcp/token }
  - before: { url: http://localhost:8585/a, env.ISSUER: http://localhost:8585 }
    after: { url: http://mcp-proxy-sse:8080/a, env.ISSUER: https://sso.example.com/mcp/ }
  - { before: http://localhost:8586/x, unchanged: true }
`

describe('a migration file', () => {
  test('of several hosts becomes rules in their order', () => {
    const { rules, ...rest } = migrationIn(SIX)
    expect(rest).toMatchObject({
      id: 'six-hosts-to-one-proxy',
      title: 'Six containers become one proxy',
      reason: 'One place to secure, in place of six.',
    })
    expect(rules.map(({ name }) => name)).toEqual(['six-hosts-to-one-proxy#1', 'six-hosts-to-one-proxy#2'])
    expect(editsOf(rules, { server_id: 'a', url: 'http://git:8000/sse', transport: 'sse' })).toEqual([
      {
        field: 'url',
        before: 'http://git:8000/sse',
        after: 'http://mcp-proxy-sse:8080/servers/git/sse',
        rules: ['six-hosts-to-one-proxy#1'],
      },
    ])
  })

  test('of another transport changes both in one', () => {
    const { rules } = migrationIn(STREAMABLE)
    const server = { server_id: 'a', url: 'http://mcp-proxy-sse:8080/servers/git/sse', transport: 'sse' }
    expect(editsOf(rules, server)).toEqual([
      {
        field: 'url',
        before: server.url,
        after: 'http://mcp-proxy-sse:8080/servers/git/mcp',
        rules: ['sse-to-streamable-http'],
      },
      { field: 'transport', before: 'sse', after: 'http', rules: ['sse-to-streamable-http'] },
    ])
    expect(editsOf(rules, { ...server, transport: 'http' })).toEqual([])
  })

  test('of other fields changes each by the first rule that names it', () => {
    const { rules } = migrationIn(FIELDS)
    const server = {
      server_id: 'a',
      url: 'http://[::1]:8585/a',
      token_url: 'http://localhost:8585/token?x',
      env: { ISSUER: 'http://localhost:8585/', OTHER: 'http://localhost:8585/' },
    }
    expect(editsOf(rules, server).map(({ field, after, rules: by }) => [field, after, by])).toEqual([
      ['url', 'http://mcp-proxy-sse:8080/a', ['localhost-to-the-company#1']],
      ['token_url', 'https://sso.example.com/mcp/token?x', ['localhost-to-the-company#2']],
      ['env.ISSUER', 'https://sso.example.com/mcp/', ['localhost-to-the-company#2']],
    ])
  })

  test('that ships has nothing to say against it', async () => {
    const ids = shippedIds()
    expect(ids).toContain('localhost-8585-to-mcp-proxy-sse')
    for (const id of ids) {
      const text = await shipped(id)
      expect([id, findingsIn(text)]).toEqual([id, []])
      expect(readMigration(text, { kind: 'shipped' }).migration?.id).toBe(id)
    }
    for (const text of [SIX, STREAMABLE, FIELDS]) expect(findingsIn(text)).toEqual([])
  })
})

const without = (text: string, part: string): string => {
  expect(text).toContain(part)
  return text.replace(part, '')
}
const instead = (text: string, part: string, other: string): string => {
  expect(text).toContain(part)
  return text.replace(part, other)
}

describe('what is wrong is told with its place:', () => {
  const cases: [what: string, text: string, findings: string[]][] = [
    ['no YAML', 'a: [', ['error 1:5 this is not YAML: a bracket that begins here or above does not end']],
    [
      'nothing at all',
      '',
      ['error null:null this is no migration: it must be a map that begins with "schema"'],
    ],
    ['a list', '- a', ['error 1:1 this is no migration: it must be a map that begins with "schema"']],
    ['no schema', 'id: x', ['error 1:1 "schema" is missing: begin with schema: mcp-url-migrate/migration/2']],
    [
      'a newer format',
      'schema: mcp-url-migrate/migration/3\nfoo: 1',
      [
        'error 1:9 it was made for a newer version of this program: mcp-url-migrate/migration/3, and this one reads mcp-url-migrate/migration/1 and mcp-url-migrate/migration/2',
      ],
    ],
    [
      'a key that is nearly right',
      instead(SIX, 'title:', 'titel:'),
      ['error 3:1 there is no key titel; did you mean title?', 'error 1:1 title is missing'],
    ],
    [
      'a key of a rule that is nearly right',
      instead(
        SIX,
        '    to: http://mcp-proxy-sse:8080/servers/filesystem',
        '    too: http://mcp-proxy-sse:8080/servers/filesystem',
      ),
      ['error 10:5 there is no key too in rule 2; did you mean to?', 'error 9:5 to of rule 2 is missing'],
    ],
    [
      'a field that is nearly right',
      instead(FIELDS, 'token_url, env.ISSUER', 'token_ur, env.ISSUER'),
      [
        'error 7:33 fields[1] of rule 2 must be a field of a server, or a place in one; did you mean token_url?',
      ],
    ],
    [
      'two lines of the same words, one with a wrong name',
      instead(SIX, '  - from: http://fs:8001/sse', '  - form: http://fs:8001/sse'),
      ['error 9:5 there is no key form in rule 2; did you mean from?', 'error 9:5 from of rule 2 is missing'],
    ],
    [
      'keys of the other format',
      instead(SIX, 'migration/2', 'migration/1'),
      [
        'error 4:1 reason is a key of format 2: "schema" has to be mcp-url-migrate/migration/2',
        'error 5:1 rules is a key of format 2: "schema" has to be mcp-url-migrate/migration/2',
        'error 1:1 fields is missing',
        'error 1:1 from is missing',
        'error 1:1 to is missing',
      ],
    ],
    [
      'any host, as other programs write it',
      instead(SIX, 'from: http://fs:8001/sse', 'from: http://*:8001/sse'),
      [
        'error 9:11 it has a * in its host: write a variable such as {service}, and in "where" what it may be',
      ],
    ],
    [
      'an example that is not about it',
      instead(SIX, 'before: http://fs:8001/sse', 'before: http://fs:8002/sse'),
      ['error 16:5 this example does not hold: no rule matches http://fs:8002/sse'],
    ],
    [
      'a wrong type',
      instead(SIX, 'title: Six containers become one proxy', 'title: [1]'),
      ['error 3:8 title must be a text'],
    ],
    [
      'a transport that there is not',
      instead(STREAMABLE, 'set: { transport: http }', 'set: { transport: streamable }'),
      ['error 8:23 set.transport of rule 1 must be sse or http'],
    ],
    [
      'an address that is none',
      instead(SIX, 'from: http://fs:8001/sse', 'from: fs:8001/sse'),
      ['error 9:11 from of rule 2 does not begin with http:// or https://'],
    ],
    [
      'any host at all',
      without(SIX, '    where: { service: [fetch, filesystem, git, memory, sqlite, time] }\n'),
      [
        'error 6:11 {service} would be any host: say with where which it may be, as in where: { service: [one, two] }',
      ],
    ],
    [
      'a variable that is nearly right',
      instead(SIX, 'servers/{service}/sse', 'servers/{servce}/sse'),
      ['error 8:9 {servce} is not in "from"; did you mean {service}?'],
    ],
    [
      'a path on one side alone',
      instead(SIX, 'from: http://fs:8001/sse', 'from: http://fs:8001'),
      ['error 10:9 it has a path and http://fs:8001 has none: give "from" the path that it becomes, or /*'],
    ],
    [
      'a failing example',
      instead(SIX, 'after: http://mcp-proxy-sse:8080/servers/fetch/sse\n', 'after: http://elsewhere/\n'),
      [
        'error 12:5 this example does not hold: http://fetch:8000/sse becomes http://mcp-proxy-sse:8080/servers/fetch/sse, not http://elsewhere/',
      ],
    ],
    [
      'a rule without an example',
      without(
        SIX,
        '  - before: http://fs:8001/sse\n    after: http://mcp-proxy-sse:8080/servers/filesystem/sse\n',
      ),
      ['error 9:5 no example shows what rule 2 changes'],
    ],
    [
      'no example of what stays',
      without(SIX, '  - before: http://litellm:8000/sse\n    unchanged: true\n'),
      ['error 12:3 no example shows what stays: add one with "unchanged: true"'],
    ],
    [
      'the same example twice',
      `${SIX}  - { before: http://litellm:8000/sse, unchanged: true }\n`,
      ['error 20:5 it is the same as example 4'],
    ],
    [
      'a rule that matches its own result',
      `schema: mcp-url-migrate/migration/2
id: deeper
title: One folder down, each time
rules:
  - { from: http://a:1/*, to: http://a:1/x/* }
examples:
  - { before: http://a:1/y, after: http://a:1/x/y }
  - { before: http://b:1, unchanged: true }
`,
      [
        'error 5:5 it matches its own result: http://a:1/x/sample becomes http://a:1/x/x/sample, and would move again each time',
        'error 7:5 this example does not hold: applied a second time, http://a:1/y becomes http://a:1/x/x/y, not http://a:1/x/y',
      ],
    ],
    [
      'a rule that is never reached',
      `${SIX.slice(0, SIX.indexOf('examples:'))}  - { from: http://git:8000/sse, to: http://x:1/sse }\n${SIX.slice(SIX.indexOf('examples:'))}`,
      [
        'error 11:5 rule 3 is never used: rule 1, before it, matches all that it matches',
        'error 11:5 no example shows what rule 3 changes',
      ],
    ],
    [
      'rules that go in a circle',
      `schema: mcp-url-migrate/migration/2
id: circle
title: There and back
rules:
  - { from: http://a:1, to: http://b:1 }
  - { from: http://b:1, to: http://a:1 }
examples:
  - { before: http://c:1, unchanged: true }
  - { before: http://d:1, unchanged: true }
`,
      [
        'error 5:5 what rule 1 makes, rule 2 changes again: http://b:1/sample becomes http://a:1/sample the next time',
        'error 6:5 what rule 2 makes, rule 1 changes again: http://a:1/sample becomes http://b:1/sample the next time',
        'error 5:5 no example shows what rule 1 changes',
        'error 6:5 no example shows what rule 2 changes',
      ],
    ],
  ]
  for (const [what, text, findings] of cases)
    test(what, () => {
      expect(findingsIn(text)).toEqual(findings)
    })
})
