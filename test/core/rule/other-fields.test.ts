import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { driftSincePlan, driftSinceWrite, holds, recordWith, reversed } from '../../../src/core/plan/drift.ts'
import { assembleChange } from '../../../src/core/plan/assemble-change.ts'
import { ERAS, eraOf } from '../../../src/core/record/eras.ts'
import { editsOf, leftovers } from '../../../src/core/rule/leftovers.ts'
import { fieldOf, pathText, textsIn, valueAt } from '../../../src/core/record/path.ts'
import { shownText } from '../../../src/core/show/redact.ts'
import { rewriteText } from '../../../src/core/rule/rewrite.ts'
import { identify, type ServerRecord, serverRecord } from '../../../src/core/record/server.ts'
import { fieldEdits, writeBody } from '../../../src/core/record/put-body.ts'
import { defaultRules, namedRules } from '../../support/rules.ts'

const { rules: everywhere } = await namedRules('localhost-8585-to-mcp-proxy-sse-everywhere')
const OLD = 'http://localhost:8585'
const NEW = 'http://mcp-proxy-sse:8080'

const record = (fields: Record<string, unknown> = {}): ServerRecord =>
  serverRecord.parse({ server_id: 'id-1', server_name: 'a', url: null, transport: 'stdio', ...fields })

/** A record as a read by id shows it: one edit in each kind of field, and neighbours that stay. */
const BRIDGE = record({
  command: 'npx',
  args: ['mcp-remote', `--url=${OLD}/a`, `${OLD}/b`],
  env: { 'A.B': `${OLD}/c`, A: { B: 'other' }, KEEP: 'x' },
  static_headers: { 'X-Origin': OLD },
  mcp_info: { docs: [{ 'the "url"]': `see ${OLD}/d.` }], is_public: false, is_public_explicit: false },
  description: `at ${OLD}, and localhost:8585`,
})

const change = (of: ServerRecord, version: string | null = '1.106.2') =>
  assembleChange(of, identify(of, 'database'), 'm', editsOf(everywhere, of), {
    era: eraOf(version).era,
    signIns: null,
  })

describe('a path', () => {
  const key = fc.oneof(fc.constantFrom('a', 'A.B', '0', '["a"]', '', '__proto__', 'a[0]', 'X-Y'), fc.string())
  const tree = fc.letrec((tie) => ({
    node: fc.oneof(
      { depthSize: 'small' },
      fc.string(),
      fc.array(tie('node'), { maxLength: 3 }),
      fc
        .array(fc.tuple(key, tie('node')), { maxLength: 3 })
        .map((pairs) => Object.fromEntries(pairs) as unknown),
    ),
  })).node

  test('names one place, whatever the keys are called', () => {
    fc.assert(
      fc.property(tree, (value) => {
        const places = textsIn(value, ['field']).filter(({ isName }) => !isName)
        expect(new Set(places.map(({ path }) => path)).size).toBe(places.length)
        for (const { path, text } of places) {
          expect(valueAt({ field: value }, path)).toBe(text)
          expect(fieldOf(path)).toBe('field')
        }
      }),
    )
  })

  test('changes what stands there and nothing else', () => {
    fc.assert(
      fc.property(tree, fc.nat(), (value, n) => {
        const places = textsIn(value, ['args']).filter(({ isName }) => !isName)
        const place = places[n % Math.max(1, places.length)]
        fc.pre(place !== undefined)
        const edits = [{ field: place.path, before: place.text, after: `${place.text}!` }]
        const whole = { server_id: 'x', args: value } as unknown as ServerRecord
        const there = recordWith(whole, edits, 'after')
        expect(valueAt(there, place.path)).toBe(`${place.text}!`)
        expect(recordWith(there, edits, 'before')).toEqual(whole)
      }),
    )
  })

  test('quotes keys that are more than a word', () => {
    expect(pathText(['env', 'A.B'])).toBe('env["A.B"]')
    expect(pathText(['mcp_info', 'a', 0, 'x"]'])).toBe('mcp_info.a[0]["x\\"]"]')
    expect(valueAt({ args: ['a'] }, 'args[1]')).toBeNull()
    expect(valueAt({ 'no path': 'a' }, 'no path')).toBe('a')
  })
})

describe('a longer text', () => {
  test.each([
    [`--url=${OLD}/x`, `--url=${NEW}/x`],
    [`(see ${OLD}), or <${OLD}/a>`, `(see ${NEW}), or <${NEW}/a>`],
    [`${OLD}/a,HTTP://127.1:8585/b`, `${NEW}/a,${NEW}/b`],
    [`{"url":"${OLD}"}`, `{"url":"${NEW}"}`],
    [`${OLD}/?a=1,${OLD}/b`, `${NEW}/?a=1,${OLD}/b`],
  ])('%j becomes %j', (before, after) => {
    expect(rewriteText(everywhere, before).after).toBe(after)
  })

  test.each([
    'localhost:8585',
    'http://user:secret@localhost:8585/x',
    'http://localhost:8585,secret@evil.example/',
    'http://localhost:8585,me@',
    'http://localhost:8585${REST}',
    'http://localhost:85850/x',
    'git+http://localhost:8585/x',
    'http:\\/\\/localhost:8585\\/x',
    'http://localhost:8585\\x',
    'https://example.com/?next=http://localhost:8585/',
    'os.environ/BACKEND http://localhost:8585/x',
  ])('%j stays', (text) => {
    expect(rewriteText(everywhere, text).after).toBe(text)
  })

  test('is changed once: a second time changes nothing, and only addresses differ', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        OLD,
        'https://[::1]:8585',
        'http://127.1:8585',
        NEW,
        'http://',
        '@',
        ',',
        ' ',
        '/',
        '"',
        '.',
      ),
      fc.string({ maxLength: 4 }),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const { after } = rewriteText(everywhere, pieces.join(''))
        expect(rewriteText(everywhere, after).after).toBe(after)
        const bare = (text: string) =>
          text.replaceAll(/https?:\/\/(localhost|\[::1\]|127\.1|mcp-proxy-sse):(8585|8080)/g, '~')
        expect(bare(after)).toBe(bare(pieces.join('')))
      }),
      { numRuns: 300 },
    )
  })
})

describe('a record with the address in many fields', () => {
  test('gives an edit for each place, and none for what is no plain match', () => {
    expect(Object.fromEntries(editsOf(everywhere, BRIDGE).map(({ field, after }) => [field, after]))).toEqual(
      {
        'args[1]': `--url=${NEW}/a`,
        'args[2]': `${NEW}/b`,
        'env["A.B"]': `${NEW}/c`,
        'static_headers.X-Origin': NEW,
        'mcp_info.docs[0]["the \\"url\\"]"]': `see ${NEW}/d.`,
        description: `at ${NEW}, and localhost:8585`,
      },
    )
    expect(leftovers(everywhere, BRIDGE).map(({ code, field }) => [code, field])).toEqual([
      ['old-address', 'description'],
    ])
    const after = recordWith(BRIDGE, editsOf(everywhere, BRIDGE), 'after')
    expect(editsOf(everywhere, after)).toEqual([])
  })

  test('has no edit outside the fields that the rule names', async () => {
    expect(editsOf((await defaultRules()).rules, BRIDGE)).toEqual([])
    const foreign = { issuer: `${OLD}/t`, alias: OLD, credentials: { x: OLD }, env_vars: [{ value: OLD }] }
    expect(editsOf(everywhere, record(foreign))).toEqual([])
    expect(leftovers(everywhere, record(foreign)).map(({ field }) => field)).toEqual([
      'alias',
      'issuer',
      'credentials.x',
      'env_vars[0].value',
    ])
  })

  test.each([
    [{ args: [`${OLD.replace('8585', '8586')}/x`] }, 'args[0]', 'near-miss'],
    [{ env: { A: 'http://u:p@localhost:8585' } }, 'env.A', 'old-address'],
    [{ env: { [OLD]: 'x' } }, `env["${OLD}"] (its name)`, 'old-address'],
  ])('tells what stays: %j', (fields, field, code) => {
    expect(leftovers(everywhere, record(fields))).toMatchObject([{ field, code }])
  })

  test('sends each such field whole, on every release, and nothing that reads put into it', () => {
    for (const era of ERAS) {
      const edits = fieldEdits(BRIDGE, editsOf(everywhere, BRIDGE), era)
      const body = writeBody(era.putBody, BRIDGE, edits)
      expect(body).toMatchObject({
        args: ['mcp-remote', `--url=${NEW}/a`, `${NEW}/b`],
        env: { 'A.B': `${NEW}/c`, A: { B: 'other' }, KEEP: 'x' },
      })
      expect(Object.keys(body['mcp_info'] as object)).toEqual(
        era.injectsFlags ? ['docs'] : ['docs', 'is_public', 'is_public_explicit'],
      )
      expect('command' in body).toBe(era.putBody !== 'changed-fields')
      expect(body).not.toHaveProperty('url')
    }
  })

  test('has drifted where a neighbour in the same field did', () => {
    const planned = change(BRIDGE)
    expect(driftSincePlan(planned, BRIDGE)).toEqual([])
    const env = { ...BRIDGE.env, KEEP: 'y' }
    expect(driftSincePlan(planned, { ...BRIDGE, env }).map(({ field }) => field)).toEqual(['env'])
    const args = ['mcp-remote', 'https://mine.example', `${OLD}/b`]
    expect(driftSincePlan(planned, { ...BRIDGE, args })).toMatchObject([
      { field: 'args[1]', before: `--url=${OLD}/a`, ours: `--url=${NEW}/a`, now: args[1] },
    ])
  })

  test('is taken back place by place: a later edit beside it is none of its own', () => {
    const { edits } = change(BRIDGE)
    const written = recordWith(BRIDGE, edits, 'after')
    const later = { ...written, env: { ...written.env, KEEP: 'y' } }
    expect(driftSinceWrite(edits, later)).toEqual([])
    const back = recordWith(later, reversed(edits), 'after')
    expect(back).toEqual({ ...BRIDGE, env: { ...BRIDGE.env, KEEP: 'y' } })
    expect(holds({ ...written, args: [] }, edits, 'after')).toBe(false)
  })

  test('loses sign-ins by its URL and spec_path only, and settings by its URL only', () => {
    const signed = { auth_type: 'oauth2', token_url: 'https://id.example/token' }
    const codes = (fields: Record<string, unknown>) =>
      change(record({ ...signed, ...fields })).effects.map(({ code }) => code)
    expect(codes({ args: [OLD] })).toEqual([])
    expect(codes({ spec_path: `${OLD}/openapi.json` })).toEqual(['reauthorization'])
    expect(codes({ url: OLD })).toEqual(['settings-restored', 'reauthorization', 'client-loss'])
    expect(change(record({ ...signed, args: [OLD] })).settings).toEqual({})
    // What is written anew along with the URL stays as written, so that only the others are put back.
    const both = change(
      record({ ...signed, url: OLD, token_url: `${OLD}/t`, audience: 'https://id.example' }),
    )
    expect(both.edits.map(({ field }) => field)).toEqual(['url', 'token_url'])
    expect(both.settings).toEqual({ audience: 'https://id.example' })
    expect(change(record({ args: [`-u=https://localhost:8585`] })).effects).toMatchObject([
      { code: 'tls-removed' },
    ])
  })
})

test('what stands round a URL is hidden where it may be a secret', () => {
  expect(shownText('args[0]', `--url=${OLD}/x?key=v`)).toBe(`--url=${OLD}/x?key=***`)
  expect(shownText('env.A', `geheim ${OLD} auch`)).toBe(`***${OLD}***`)
  expect(shownText('static_headers.X', 'geheim')).toBe('***')
  expect(shownText('description', `see ${OLD}`)).toBe(`see ${OLD}`)
})
