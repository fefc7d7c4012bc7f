import { describe, expect, test } from 'vitest'
import { editsOf } from '../../../../src/core/rule/leftovers.ts'
import { rewriteText } from '../../../../src/core/rule/rewrite.ts'
import { verdictOn } from '../../../../src/core/rule/verdict.ts'
import { findingsIn, migrationIn } from '../../../support/rules.ts'

const file = (rules: string, examples: string): string =>
  `schema: mcp-url-migrate/migration/2\nid: own\ntitle: Our own\nrules:\n${rules}examples:\n${examples}`

const STILL = '  - { before: http://still:1/x, unchanged: true }\n'

describe('rules', () => {
  test('that give a transport leave programs alone', () => {
    const { rules } = migrationIn(
      file(
        '  - { from: http://a:1/x, to: http://b:1/x, set: { transport: http } }\n',
        `  - { before: { url: http://a:1/x, transport: sse }, after: { url: http://b:1/x, transport: http } }\n${STILL}`,
      ),
    )
    const record = { server_id: 'i', url: 'http://a:1/x', transport: 'stdio', command: 'npx' }
    expect(editsOf(rules, record)).toEqual([])
    expect(verdictOn(rules, record.url, record)).toMatchObject({ kind: 'near-miss' })
    expect(editsOf(rules, { ...record, transport: 'sse' })).toHaveLength(2)
  })

  test.each(['http://a:1/p/x/../../admin', 'http://a:1/p/%2E%2e/admin', 'http://a:1/p/x\\..\\y'])(
    'of whatever comes do not follow %s out of its path',
    (url) => {
      const { rules } = migrationIn(
        file(
          '  - { from: http://a:1/p/*, to: http://b:1/q/* }\n',
          `  - { before: http://a:1/p/x/y, after: http://b:1/q/x/y }\n${STILL}`,
        ),
      )
      expect(verdictOn(rules, url)).toMatchObject({ kind: 'near-miss' })
    },
  )

  test('that feed others by some values of a variable are found, whichever comes first', () => {
    const text = file(
      '  - { from: "http://a:1/{v}", to: "http://b:1/{v}" }\n  - { from: "http://b:1/{v}", where: { v: [same, other] }, to: http://b:1/same }\n',
      `  - { before: http://a:1/x, after: http://b:1/x }\n  - { before: http://b:1/other, after: http://b:1/same }\n${STILL}`,
    )
    expect(findingsIn(text)).toContain(
      'error 5:5 what rule 1 makes, rule 2 changes again: http://b:1/other becomes http://b:1/same the next time',
    )
  })

  test('rewrite a text with any number of commas behind its address', () => {
    const { rules } = migrationIn(
      file(
        '  - { from: http://a:1, to: http://b:2, fields: [description] }\n',
        '  - { before: http://a:1/x, after: http://b:2/x }\n  - { before: http://still:1/x, unchanged: true }\n',
      ),
    )
    const commas = ','.repeat(300_000)
    expect(rewriteText(rules, `(see http://a:1/x${commas})`).after).toBe(`(see http://b:2/x${commas})`)
    expect(rewriteText(rules, `http://a:1/${commas}x`).after).toBe(`http://b:2/${commas}x`)
  })
})

describe('lint comes to an end, whatever it is given:', () => {
  const names = (n: number): string => Array.from({ length: n }, (_, i) => `n${i}`).join(', ')

  test('a host of three variables, and the loopback family', () => {
    const where = ['a', 'b', 'c'].map((name) => `${name}: [${names(300)}]`).join(', ')
    const text = file(
      `  - { from: "http://{loopback}:8000/sse", to: http://x:1/sse }\n  - { from: "http://{a}.{b}.{c}:8000/sse", where: { ${where} }, to: http://y:1/sse }\n`,
      `  - { before: http://localhost:8000/sse, after: http://x:1/sse }\n  - { before: http://n0.n1.n2:8000/sse, after: http://y:1/sse }\n${STILL}`,
    )
    expect(findingsIn(text)).toEqual([])
  })

  test('hundreds of addresses of hundreds of values, twice', () => {
    const from = Array.from({ length: 300 }, (_, i) => `"http://h{v}:8000/p${i}"`).join(', ')
    const rule = (to: string): string => `  - { from: [${from}], where: { v: [${names(300)}] }, to: ${to} }\n`
    const text = file(
      rule('http://x:1/x') + rule('http://y:1/y'),
      `  - { before: http://hn1:8000/p1, after: http://x:1/x }\n${STILL}`,
    )
    expect(findingsIn(text).join('\n')).toContain('there is too much in it for all rules to be compared')
  })
})
