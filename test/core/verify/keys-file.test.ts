import { describe, expect, test } from 'vitest'
import { MigrateError } from '../../../src/core/errors.ts'
import { readKeyOption, readKeysFile } from '../../../src/core/verify/keys-file.ts'

const file = (...lines: string[]): string => ['schema: mcp-url-migrate/keys/1', 'keys:', ...lines].join('\n')

function refusal(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    if (error instanceof MigrateError) return `${error.code}: ${error.message}`
    throw error
  }
  return 'accepted'
}

const told = (...lines: string[]): string => refusal(() => readKeysFile(file(...lines), 'keys.yaml'))

describe('a keys file', () => {
  test('says which keys there are, where they are, and what each may reach', () => {
    const text = file(
      "  - {name: admin, secret: {env: ADMIN_KEY}, reaches: ['*']}",
      '  - name: dev',
      '    secret: {file: dev.key}',
      '    denied: [filesystem]',
    )
    expect(readKeysFile(text, 'keys.yaml')).toEqual([
      { name: 'admin', secret: { env: 'ADMIN_KEY' }, reaches: ['*'], denied: [] },
      { name: 'dev', secret: { file: 'dev.key' }, reaches: [], denied: ['filesystem'] },
    ])
  })

  test('is refused with the line of what is wrong', () => {
    expect(told('  - name: dev', '    secret: {env: DEV KEY}')).toBe(
      'keys-invalid: Keys file keys.yaml, line 4: keys.0.secret.env: must be the name of an environment variable',
    )
    expect(told('  - name: dev')).toMatch(/line 3: keys\.0\.secret: must be \{env/)
    expect(told('  - name: dev', '    secret: {env: A}', '    reaches: fetch')).toMatch(
      /line 5: keys\.0\.reaches: must be a list of patterns/,
    )
    expect(told('  - name: [')).toMatch(/line \d: this is not YAML/)
    expect(refusal(() => readKeysFile('keys: []', 'k'))).toMatch(/^keys-invalid: Keys file k, line 1: schema/)
  })

  test('is refused where it names a key twice', () => {
    const key = '  - {name: dev, secret: {env: A}}'
    expect(told(key, key)).toMatch(/line 3: keys: names a key twice/)
  })

  test('is never repeated, as the key itself may stand in it', () => {
    const texts = [
      told('  - name: dev', '    secret: sk-not-to-be-shown'),
      told('  - name: dev', '    secret: {key: sk-not-to-be-shown}'),
      told('  - name: dev', '    secret: {env: A}', '    sk-not-to-be-shown: 1'),
      told('  - name: dev', '    secret: {env: sk-not-to-be-shown}'),
      told('  - name: dev', "    secret: 'sk-not-to-be-shown"),
    ]
    for (const text of texts) {
      expect(text).toMatch(/^keys-invalid: Keys file keys\.yaml, line \d+: /)
      expect(text).not.toContain('not-to-be-shown')
    }
  })
})

describe('--key', () => {
  test('takes a name and a variable', () => {
    expect(readKeyOption('dev=DEV_KEY')).toEqual({
      name: 'dev',
      secret: { env: 'DEV_KEY' },
      reaches: [],
      denied: [],
    })
  })

  test('refuses the key itself, and does not repeat it', () => {
    for (const text of ['dev=sk-1234567', 'sk-1234567', 'dev=a.b.c', '=DEV_KEY', 'dev=']) {
      const said = refusal(() => readKeyOption(text))
      expect(said).toMatch(/^usage: --key takes/)
      expect(said).not.toContain('1234567')
    }
    expect(refusal(() => readKeyOption('dev=sk-1234567'))).toContain('looks like the key itself')
  })
})
