import { describe, expect, test } from 'vitest'
import type { Change } from '../../../../../src/core/plan/change.ts'
import { changeAt, changeOf, NEW, OLD, planWith, reached, reviewOf, SIGN_INS } from '../scene.ts'

describe('a line stands for several servers only where they are equal:', () => {
  const many = (n: number, more: (i: number) => Partial<Change> = () => ({})): Change[] =>
    Array.from({ length: n }, (_, i) => changeOf(`server-${i}`, more(i)))

  const linesOf = (changes: readonly Change[], found: Parameters<typeof planWith>[1] = {}): string[] => {
    const [, group = ''] = reviewOf(planWith(changes, found)).split('\n\n')
    return group.split('\n').slice(2)
  }

  test('eleven, and not ten', () => {
    expect(linesOf(many(10))).toHaveLength(10)
    expect(linesOf(many(11))).toEqual(['    11 servers  /servers/{name}/sse'])
  })

  test('not those at a path of their own', () => {
    const odd = many(11, (i) => ({
      edits: [{ field: 'url', before: `${OLD}/${i}/x`, after: `${NEW}/${i}/x` }],
    }))
    expect(linesOf(odd)).toHaveLength(11)
  })

  test('not one whose path only looks like the pattern', () => {
    const lines = linesOf([...many(11), changeAt('evil', '/servers/{name}/sse')])
    expect(lines).toEqual([
      '    evil        /servers/{name}/sse  another path',
      '    11 servers  /servers/{name}/sse',
    ])
  })

  test('not what costs something where it is an exception, be there ever so many', () => {
    const costly = Array.from({ length: 12 }, (_, i) => changeOf(`costly-${i}`, { effects: SIGN_INS }))
    expect(linesOf([...many(13), ...costly])).toHaveLength(13)
    expect(linesOf([...many(3), ...costly])).toEqual([
      '  ! 12 servers  /servers/{name}/sse    (1)',
      '    server-0    /servers/server-0/sse',
      '    server-1    /servers/server-1/sse',
      '    server-2    /servers/server-2/sse',
    ])
  })

  test('not one with settings that are put back, which are shown with it', () => {
    const settings = { token_url: 'http://evil.example/' }
    expect(reviewOf(planWith(many(12, () => ({ settings })))).match(/token_url/g)).toHaveLength(12)
  })

  test('not one with settings among many without', () => {
    const odd = changeOf('z', { settings: { token_url: 'https://github.com/token' } })
    expect(linesOf([...many(11), odd])).toEqual([
      '    z           /servers/z/sse',
      '      cleared, and put back: token_url: https://github.com/token',
      '    11 servers  /servers/{name}/sse',
    ])
  })

  test('with as many tools as they have together', () => {
    const found = Object.fromEntries(
      many(12).map(({ server }, i) => [server.name ?? '', reached(i < 11 ? 5 : 1000)]),
    )
    expect(linesOf(many(12), found)).toEqual([
      '    12 servers  /servers/{name}/sse  ✓ 5 to 1,000 tools, 1,055 in all',
    ])
    const single = Object.fromEntries(many(12).map(({ server }) => [server.name ?? '', reached(1)]))
    expect(linesOf(many(12), single)).toEqual([
      '    12 servers  /servers/{name}/sse  ✓ 1 tool each, 12 in all',
    ])
  })
})

test('servers of one name are told apart by their ids, and a name cannot be taken for columns', () => {
  const twin = (id: string): Change => changeOf('twin', { id, server: { ...changeOf('twin').server, id } })
  const evil = changeAt('x  /servers/x/sse  ✓ 3 tools', '/evil')
  const text = reviewOf(planWith([twin('one'), twin('two'), evil]))
  expect(text).toContain('    twin (one)  /servers/twin/sse\n    twin (two)  /servers/twin/sse\n')
  expect(text).toContain('"x  /servers/x/sse  ✓ 3 tools"')
})
