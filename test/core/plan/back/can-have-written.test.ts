import { describe, expect, test } from 'vitest'
import { type Credence, canHaveWritten } from '../../../../src/core/plan/back/can-have-written.ts'
import { rulesOf } from '../../../../src/core/plan/back/rules-of.ts'
import type { Change } from '../../../../src/core/plan/change.ts'
import { adHocMigration } from '../../../../src/core/rule/ad-hoc.ts'
import type { Migration } from '../../../../src/core/rule/rule.ts'
import { changeOf, fileOf, pinOf } from '../samples.ts'

const FIELDS = ['url', 'args', 'env', 'mcp_info', 'token_url']
const AD_HOC = adHocMigration('http://old', 'http://new')
const RULE: Migration = {
  ...AD_HOC,
  id: 'm',
  sha256: 'as-then',
  rules: AD_HOC.rules.map((rule) => ({ ...rule, name: 'm', migration: 'm', fields: FIELDS })),
}
const EVIL = 'http://evil.example/servers/a/sse'
const OLD = 'http://old/servers/a/sse'
const NEW = 'http://new/servers/a/sse'

type Side = string | null
const edited = (field: string, before: Side = OLD, after: Side = NEW): Change =>
  changeOf('a', { edits: [{ field, before, after }] })

const judged = (change: Change, rule: Migration | null = RULE, settings: Change['settings'] = {}): Credence =>
  canHaveWritten({ change, settings }, new Map(rule ? [['m', rule]] : [])).credence

describe('a change of a journal is believed as far as', () => {
  const known: [string, Change, Credence][] = [
    ['its rule makes it', edited('url'), 'rule'],
    ['its rule made it the other way round', edited('url', NEW, OLD), 'rule'],
    ['its rule makes it inside a text', edited('args[1]', `--url=${OLD}`, `--url=${NEW}`), 'rule'],
    ['its rule makes it under a name', edited('env["A.B"]'), 'rule'],
    [
      'an edit that landed before settings were put back',
      { ...edited('url'), edits: [], landed: edited('url').edits },
      'rule',
    ],
    ['what somebody else wrote was written over', edited('url', EVIL), 'unproven'],
    ['that was taken back', edited('url', OLD, EVIL), 'unproven'],
    ['another path is no move', edited('url', `${OLD}/x`), 'unproven'],
    ['one side at least is the rule’s', edited('url', EVIL, 'http://other.example/'), 'never'],
    ['text that has nothing to do with the rule', edited('args[1]', 'evil-package', 'some-server'), 'never'],
    ['a field that the rule does not name', edited('audience'), 'never'],
    ['nothing changes', edited('url', OLD, OLD), 'never'],
    ['there is a text before', edited('url', null), 'never'],
    ['there is a text after', edited('url', OLD, null), 'never'],
  ]
  for (const [what, change, credence] of known)
    test(`${what}: ${credence}`, () => {
      expect(judged(change)).toBe(credence)
    })

  for (const field of [
    'command',
    'credentials',
    'credentials.auth_value',
    'allow_all_keys',
    'transport',
    'server_id',
    'server_name',
    'alias',
    'issuer',
    'extra_headers[0]',
    'mcp_info.is_public',
    'mcp_info.is_public_explicit',
    'mcp_info["is_public"]',
    '__proto__',
    '__proto__.url',
    'constructor.prototype',
    '["url"]',
    '[0]',
    'url.x',
    'url[0]',
    'args[01]',
    'args[1e9]',
    'args.',
    'env["A"]',
    'token_url ',
    '',
    'pinned_id',
  ])
    test(`no run writes ${field || 'a field without a name'}`, () => {
      expect([judged(edited(field)), judged(edited(field), null)]).toEqual(['never', 'never'])
    })

  test('without its rule, only the form of a move can be told', () => {
    expect(judged(edited('url'), null)).toBe('form')
    expect(judged(edited('args[0]', `a ${OLD}, b`, `a ${NEW}, b`), null)).toBe('form')
    expect(judged(edited('args[0]', 'a http://[::1]:8585/x, b', 'a http://new/x, b'), null)).toBe('form')
    expect(judged(edited('url', EVIL), null)).toBe('form')
    expect(judged(edited('url', 'http://evil.example/x'), null)).toBe('form')
    expect(judged(edited('url', 'http://evil.example/x?y'), null)).toBe('unproven')
    expect(judged(edited('transport', 'sse', 'http'), null)).toBe('form')
    expect(judged(edited('transport', 'sse', 'stdio'), null)).toBe('never')
    expect(judged(edited('url', 'http://u:p@evil.example/servers/a/sse'), null)).toBe('unproven')
    expect(judged(edited('args[0]', 'evil', 'good'), null)).toBe('unproven')
  })

  test('one place is written once, and a server has an id', () => {
    const twice = [...edited('url').edits, ...edited('url', EVIL).edits]
    expect(judged(changeOf('a', { edits: twice }))).toBe('never')
    for (const id of ['.', '..']) expect(judged({ ...edited('url'), ...changeOf(id) })).toBe('never')
  })
})

describe('OAuth settings of a journal', () => {
  test('are the columns that LiteLLM clears with a URL, of the types that they have', () => {
    const all = { token_url: 'https://id.example/token', dcr_bridge: false, audience: 'mcp' }
    expect(judged(edited('url'), RULE, all)).toBe('rule')
    for (const wrong of [
      { allow_all_keys: true },
      { credentials: { auth_value: 'x' } },
      { static_headers: {} },
      { extra_headers: ['authorization'] },
      { server_name: 'x' },
      { token_url: { a: 1 } },
      { token_url: null },
      { audience: 7 },
      { dcr_bridge: 'yes' },
      { ['__proto__']: 'x' },
      { constructor: 'x' },
    ]) {
      expect([wrong, judged(edited('url'), RULE, wrong)]).toEqual([wrong, 'never'])
      expect(judged({ ...edited('url'), settings: wrong })).toBe('never')
    }
  })

  test('are none of a file', () => {
    expect(judged({ ...edited('url'), file: fileOf('a') }, RULE, { audience: 'mcp' })).toBe('never')
  })
})

describe('a change of a file is believed', () => {
  const inFile = (change: Change): Change => ({ ...change, file: fileOf('a') })

  test('where its rule makes it, and where the id of its own server is pinned, or no longer', () => {
    const [pin] = pinOf('a').edits
    expect(judged(inFile(edited('url')))).toBe('rule')
    expect(judged(inFile(edited('args[0]', `--url=${OLD}`, `--url=${NEW}`)))).toBe('rule')
    expect(judged(pinOf('a'))).toBe('rule')
    expect(judged(pinOf('a', { edits: [{ field: 'pinned_id', before: 'a', after: null }] }))).toBe('rule')
    expect(pin).toBeDefined()
  })

  test('and never where somebody’s edit would be written over, or for another field or id', () => {
    expect(judged(inFile(edited('url', 'curl-evil', 'abc')))).toBe('never')
    expect(judged(inFile(edited('url', EVIL)))).toBe('never')
    expect(judged(inFile(edited('audience', OLD, NEW)))).toBe('never')
    expect(judged(inFile(edited('pinned_id', null, 'b')))).toBe('never')
    expect(judged(inFile(edited('pinned_id', 'a', 'a')))).toBe('never')
    expect(judged(inFile(edited('pinned_id', null, null)))).toBe('never')
  })
})

describe('the rules of a run', () => {
  const run = (sha256: string, id = 'm') => ({ migrations: [{ id, sha256 }], changes: [edited('url')] })

  test('are at hand where they are as they were then', () => {
    expect([...rulesOf(run('as-then'), [RULE])]).toEqual([['m', RULE]])
    expect([...rulesOf(run('another'), [RULE])]).toEqual([])
  })

  test('of --from and --to are told by a move of its own, whichever way it went', () => {
    const rule = adHocMigration('http://old', 'http://new')
    expect([...rulesOf(run(rule.sha256, 'from-to'), [])]).toEqual([['from-to', rule]])
    const back = adHocMigration('http://new', 'http://old')
    expect([...rulesOf(run(back.sha256, 'from-to'), [])]).toEqual([['from-to', back]])
    const other = adHocMigration('http://evil', 'http://new')
    expect([...rulesOf(run(other.sha256, 'from-to'), [])]).toEqual([])
  })
})
