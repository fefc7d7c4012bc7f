import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { editEnvFile } from '../../../../src/core/config/edit/env-change.ts'
import { readEnvFile } from '../../../../src/core/config/edit/env-file.ts'

const OLD = 'http://localhost:8585/servers/a/sse'
const NEW = 'http://mcp-proxy-sse:8080/servers/a/sse'

const FILE = [
  '# MCP_URL=http://localhost:8585/servers/a/sse',
  'MCP_URL=http://localhost:8585/servers/a/sse   # the proxy',
  "export SINGLE = 'http://localhost:8585/servers/a/sse'\r",
  '  DOUBLE="http://localhost:8585/servers/a/sse#x" # y',
  '',
  'KEY=sk-1#2',
  "NOTE='MCP_URL=1",
  "OTHER=2'",
  'EMPTY=',
  'BARE',
  'LAST=http://localhost:8585/servers/a/sse',
].join('\n')

describe('an .env file', () => {
  test('is read as python-dotenv reads it', () => {
    const values = readEnvFile(FILE).map(({ name, line, value }) => [
      name,
      line,
      value.kind === 'here' ? value.value : value.reason,
    ])
    expect(values).toEqual([
      ['MCP_URL', 2, OLD],
      ['SINGLE', 3, OLD],
      ['DOUBLE', 4, `${OLD}#x`],
      ['KEY', 6, 'sk-1#2'],
      ['NOTE', 7, 'it spans several lines'],
      ['EMPTY', 9, ''],
      ['BARE', 10, 'the variable has no value in this file'],
      ['LAST', 11, OLD],
    ])
  })

  test.each([
    ['a value that begins with #', 'A=#x\nB=y\n', ['it begins with a #, which may be a comment', 'y']],
    ['a name with a quote in it', `a'b='\nA=1\n'\nB=y\n`, ['it spans several lines', 'y']],
    ['a name in quotes over two lines', `'\nA=1'=x\nB=y\n`, ['x', 'y']],
    ['a byte order mark', '\uFEFFA=x\nB=y\n', ['it follows a byte order mark', 'y']],
    [
      'a quote that ends elsewhere by release',
      'B=y\nX="a\\\\"\nA=x\n"\n',
      [1, 2].map(() => 'where the quote in line 2 ends depends on the release of python-dotenv'),
    ],
  ])('with %s', (_, text, wanted) => {
    const values = readEnvFile(text).map(({ value }) => (value.kind === 'here' ? value.value : value.reason))
    expect(values).toEqual(wanted)
  })

  test.each([
    ['MCP_URL', `\nMCP_URL=${OLD}   #`, `\nMCP_URL=${NEW}   #`],
    ['SINGLE', `export SINGLE = '${OLD}'\r`, `export SINGLE = '${NEW}'\r`],
    ['LAST', `LAST=${OLD}`, `LAST=${NEW}`],
  ])('changes %s and nothing else', (name, from, to) => {
    expect(FILE.split(from)).toHaveLength(2)
    const edited = editEnvFile(FILE, '.env', name, OLD, NEW)
    expect(edited).toBe(FILE.replace(from, to))
    expect(editEnvFile(edited, '.env', name, NEW, OLD)).toBe(FILE)
  })

  test.each([
    [
      `A=${OLD}\nB=1\nA=${OLD}\n`,
      'line 1: A cannot be changed here: it is set more than once, in lines 1, 3',
    ],
    [`A=$B/x\n`, 'it holds a $ or a backtick'],
    [`A=\${B}/x\n`, 'it is made of B, which is not set above it'],
    [`A='${OLD}$x'\n`, 'it holds a $ or a backtick'],
    [`A="${OLD}\\n"\n`, 'it holds a backslash'],
    [`A="${OLD}\n`, 'it holds a quote'],
    [`A=${OLD}'x'\n`, 'it holds a quote'],
    [`A="${OLD}"x\n`, 'something follows its closing quote'],
    [`A="${OLD}\n"\n`, 'it spans several lines'],
    [`\uFEFFA=${OLD}\n`, 'it follows a byte order mark'],
    ['A\n', 'the variable has no value'],
    ['#A=1\nB=1\n', '.env: the variable A is not set there'],
    ['x\u2028A=1\n', 'the variable A is not set there'],
    ['A=http://else.where/secret\n', '.env, line 1: A does not have the expected value'],
  ])('refuses %j', (text, message) => {
    expect(() => editEnvFile(text, '.env', 'A', OLD, NEW)).toThrow(message)
    expect(() => editEnvFile(text, '.env', 'A', OLD, NEW)).not.toThrow('secret')
  })

  test.each([`${OLD} #x`, `${OLD}$`, `${OLD}'`, `${OLD}\n`])('refuses to write %j', (after) => {
    expect(() => editEnvFile(`A=${OLD}\n`, '.env', 'A', OLD, after)).toThrow('cannot be written that way')
  })

  test('keeps every other byte, whatever stands round the value', () => {
    const gap = fc.stringMatching(/^[ \t]{0,3}$/)
    const quote = fc.constantFrom('', "'", '"')
    const lines = fc.array(fc.constantFrom('# A=1', '', 'B=2', "C='x y'", 'export D=$B', 'E'), {
      maxLength: 6,
    })
    const ends = fc.constantFrom('\n', '\r\n', '\r')
    fc.assert(
      fc.property(
        lines,
        lines,
        gap,
        gap,
        quote,
        ends,
        fc.boolean(),
        (before, after, left, right, q, end, note) => {
          const text = (url: string): string => {
            const line = `${left}A${right}=${left}${q}${url}${q}${note ? ' # A=x' : right}`
            return [...before, line, ...after].join(end)
          }
          expect(editEnvFile(text(OLD), 'f', 'A', OLD, NEW)).toBe(text(NEW))
        },
      ),
    )
  })
})
