import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { editEnvFile, envChange } from '../../../../src/core/config/edit/env-change.ts'
import { readEnvFile } from '../../../../src/core/config/edit/env-file.ts'

const OLD = 'http://localhost:8585'
const NEW = 'http://mcp-proxy-sse:8080'

const changed = (text: string, name: string, after: string): unknown => {
  const found = envChange(readEnvFile(text), name, after)
  return 'reason' in found ? found.reason : [found.place, Object.fromEntries(found.becomes)]
}

describe('a value that is made of others', () => {
  test('is what python-dotenv makes of it, where others do the same', () => {
    const text = `BASE=${OLD}\nPART="\${BASE}/servers"\nA=\${PART}/a/sse # \${B}\nQ='\${BASE}'\nD=$BASE/x\nE=\${BASE:-x}\nF=\${LATE}/x\nLATE=1\n`
    const values = readEnvFile(text).map(({ name, value }) => [
      name,
      value.kind === 'here' ? value.value : value.reason,
    ])
    const open = 'it holds a $ or a backtick, which may stand for something else'
    expect(values).toEqual([
      ['BASE', OLD],
      ['PART', `${OLD}/servers`],
      ['A', `${OLD}/servers/a/sse`],
      ['Q', open],
      ['D', open],
      ['E', open],
      ['F', 'it is made of LATE, which is not set above it'],
      ['LATE', '1'],
    ])
  })

  test.each([
    [
      'in the one of which it is made',
      `BASE=${OLD}\nA=\${BASE}/a/sse\n`,
      'BASE',
      { BASE: NEW, A: `${NEW}/a/sse` },
    ],
    [
      'through several steps, with all that are made of it',
      `HOST=localhost:8585\nBASE=http://\${HOST}\nA=\${BASE}/a/sse\nB=\${BASE}/b/sse\nC=\${HOST}\n`,
      'HOST',
      {
        HOST: 'mcp-proxy-sse:8080',
        BASE: NEW,
        A: `${NEW}/a/sse`,
        B: `${NEW}/b/sse`,
        C: 'mcp-proxy-sse:8080',
      },
    ],
    ['in itself', `NAME=a\nA=${OLD}/\${NAME}/sse\n`, 'A', { A: `${NEW}/a/sse` }],
  ])('is changed %s', (_, text, place, becomes) => {
    expect(changed(text, 'A', `${NEW}/a/sse`)).toEqual([place, becomes])
    const edited = editEnvFile(text, '.env', 'A', `${OLD}/a/sse`, `${NEW}/a/sse`)
    const before = readEnvFile(text).map(({ name, value }) => [name, value])
    const after = new Map(readEnvFile(edited).map(({ name, value }) => [name, value]))
    expect(before.map(([name]) => name)).toEqual([...after.keys()])
    expect(Object.fromEntries([...after].filter(([name]) => name in becomes))).toEqual(
      Object.fromEntries(Object.entries(becomes).map(([name, value]) => [name, { kind: 'here', value }])),
    )
    expect(editEnvFile(edited, '.env', 'A', `${NEW}/a/sse`, `${OLD}/a/sse`)).toBe(text)
  })

  test.each([
    ['H=localhost\nP=8585\nA=http://${H}:${P}/a/sse\n', 'in several places: in H, A, P'],
    ['H=localhost\nA=http://${H}:8585/a/sse\n', 'in several places: in H, A'],
    [`H=\nA=http://\${H}${OLD.slice(7)}/a/sse\nB=\${NO}\n`, null],
  ])('is not changed where more than one place had to: %j', (text, reason) => {
    const edit = (): string => editEnvFile(text, '.env', 'A', `${OLD}/a/sse`, `${NEW}/a/sse`)
    if (reason === null) expect(edit()).toBe(text.replace(OLD.slice(7), NEW.slice(7)))
    else expect(edit).toThrow(reason)
  })

  test.each([
    ['LATE', `BASE=${OLD}\nA=\${BASE}/a/sse\nX=\${LATE}\${BASE}\nLATE=1\n`],
    ['the default', `BASE=${OLD}\nA=\${BASE}/a/sse\nX=\${BASE:-none}\n`],
    ['single quotes', `BASE=${OLD}\nA=\${BASE}/a/sse\nX='\${BASE}'\n`],
    ['a line break', `BASE=${OLD}\nA=\${BASE}/a/sse\nX="\n\${BASE}"\n`],
  ])('is not changed where what another one becomes cannot be told, for %s in it', (_, text) => {
    expect(changed(text, 'A', `${NEW}/a/sse`)).toMatch(/^X is made of it, too, and of that it /)
  })

  test.each(['$BASE/x', '"$BASE"', '$BASE,z', '${BASE-y}', '${BASE%/}', '`echo $BASE`', '$(echo $BASE)'])(
    'is not changed where something else has the variable as shells write it: %s',
    (value) => {
      const text = `BASE=${OLD}\nA=\${BASE}/a/sse\nX=${value}\n`
      expect(changed(text, 'A', `${NEW}/a/sse`)).toMatch(/^X is made of it, too, and of that it /)
    },
  )

  test('that stands in another one twice cannot be changed in one of the two', () => {
    expect(changed('X=a\nA=http://${X}.${X}/\n', 'A', 'http://a.b/')).toBe(
      'a part of which it is made stands in it more than once',
    )
  })

  test.each([
    ['itself', 'A=${A}/x\n', 'it is made of A, which is not set above it'],
    [
      'many steps',
      `V0=x\n${Array.from({ length: 400 }, (_, i) => `V${i + 1}=\${V${i}}\n`).join('')}A=\${V400}\n`,
      'it is made of others through more than 16 steps',
    ],
    [
      'a value that doubles',
      `V0=xxxxxxxx\n${Array.from({ length: 14 }, (_, i) => `V${i + 1}=\${V${i}}\${V${i}}\n`).join('')}A=\${V14}\n`,
      'it is made of V11, and of that it becomes longer than a URL can be',
    ],
    [
      'an empty value that doubles',
      `V0=\n${Array.from({ length: 14 }, (_, i) => `V${i + 1}=${`\${V${i}}`.repeat(9)}\n`).join('')}A=\${V14}\n`,
      'it is made of others, and all of them are empty',
    ],
  ])('is refused, or read at once, with %s', (_, text, wanted) => {
    expect(changed(text, 'A', 'x')).toBe(wanted)
  })

  test('whatever it is made of: it becomes what it should and back, byte for byte, or nothing changes', () => {
    const piece = fc.constantFrom('${A}', '${B}', '${C}', 'http://', 'localhost:8585', '/x', '8585', '')
    const value = fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.join(''))
    let done = 0
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom('A', 'B', 'C', 'D'), value), { minLength: 1, maxLength: 6 }),
        fc.constantFrom('mcp-proxy-sse:8080', '8080', 'n'),
        (lines, next) => {
          const text = lines.map(([name, made]) => `${name}=${made}\n`).join('')
          const held = readEnvFile(text).find(({ name }) => name === 'D')?.value
          if (held?.kind !== 'here') return
          const after = held.value.replace(/localhost:8585|8585|x/, next)
          let edited = ''
          try {
            edited = editEnvFile(text, 'f', 'D', held.value, after)
          } catch {
            return
          }
          done += Number(after !== held.value)
          expect(readEnvFile(edited).find(({ name }) => name === 'D')?.value).toEqual({
            kind: 'here',
            value: after,
          })
          expect(editEnvFile(edited, 'f', 'D', after, held.value)).toBe(text)
        },
      ),
      { numRuns: 3000 },
    )
    expect(done).toBeGreaterThan(100)
  })
})
