import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { redactText } from '../../../../src/core/show/redact.ts'
import { readings } from '../../../../src/core/show/secrets/escapes.ts'
import { Redactor } from '../../../../src/core/show/secrets/redactor.ts'
import { viewOf } from '../../../../src/core/show/secrets/view.ts'
import { amount } from '../../../prove/amount.ts'
import { anyCharacter, anyWebUrl } from '../../../support/any-text.ts'

/** As many characters of a secret in a row, once everything is decoded, are too many. */
const TOO_MANY = 8

const KEYS = [
  'Zq7!x"p\\w%2F&<Kv#9mT',
  'hunter2-Correct.Horse_Battery',
  'sk-1234',
  'sk-9Xb2kLmQ4rT7vYpZ1nDcW8',
  'pässwörd-✓-geheim-4711',
  'correct horse battery staple 9',
]

const secrets = fc.oneof(
  fc.constantFrom(...KEYS),
  fc.stringMatching(/^sk-[A-Za-z0-9]{12,40}$/),
  fc.stringMatching(/^[!-~]{16,40}$/).filter((text) => /[A-Za-z]/.test(text) && /\d/.test(text)),
)

const perCharacter =
  (write: (code: number, character: string) => string) =>
  (text: string): string =>
    Array.from(text, (character) => write(character.codePointAt(0) ?? 0, character)).join('')

const hex = (n: number, digits: number): string => n.toString(16).padStart(digits, '0')
const between = (gap: string) => (text: string) => [...text].join(gap)
const inHalves = (gap: string) => (text: string) =>
  text.slice(0, text.length / 2) + gap + text.slice(text.length / 2)
const bytesOf = (text: string): number[] => [...Buffer.from(text)]

const NAMES: Record<string, string> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": 'apos' }

/** How somebody may write a text. What changes it for good, such as another case, comes first. */
const LASTING: Record<string, (text: string) => string> = {
  'as it is': (text) => text,
  'in capitals': (text) => text.toUpperCase(),
  'in small letters': (text) => text.toLowerCase(),
  'broken by a line': inHalves('\n'),
  'wrapped and indented': inHalves('\r\n      '),
  'with spaces of no width': between('\u200b'),
  'with soft hyphens': between('\u00ad'),
  'with a joiner': inHalves('\u2060'),
  'with tags that have attributes': inHalves('<span class="hit">'),
  'with a comment of HTML': inHalves('<!-- -->'),
  'with the tag of a link': inHalves('<a href="x">'),
  'in colours': between('\u001b[1m'),
  'with commands of a terminal that hide the cursor': between('\u001b[?25l'),
  'with commands of one character': between('\u009b1m'),
  'with another alphabet of a terminal': inHalves('\u001b(B'),
  'with tags all over': between('<b>'),
  'with comments all over': between('<!-- -->'),
  'with a link of a terminal': inHalves('\u001b]8;;http://x\u0007'),
}
const WRITTEN: Record<string, (text: string) => string> = {
  'percent-encoded': encodeURIComponent,
  'wholly percent-encoded': (text) =>
    bytesOf(text)
      .map((byte) => `%${hex(byte, 2)}`)
      .join(''),
  base64: (text) => Buffer.from(text).toString('base64'),
  'base64 of a header': (text) => Buffer.from(`Bearer ${text}`).toString('base64'),
  'base64 of a pair': (text) => Buffer.from(`user:${text}`).toString('base64'),
  base64url: (text) => Buffer.from(text).toString('base64url'),
  hexadecimal: (text) => Buffer.from(text).toString('hex'),
  HEXADECIMAL: (text) => Buffer.from(text).toString('hex').toUpperCase(),
  JSON: (text) => JSON.stringify(text),
  'JSON twice': (text) => JSON.stringify(JSON.stringify({ key: text })),
  'JSON three times': (text) => JSON.stringify(JSON.stringify(JSON.stringify([text]))),
  HTML: (text) => text.replaceAll(/[&<>"']/g, (sign) => `&${NAMES[sign]};`),
  'HTML by number': perCharacter((code) => `&#${code};`),
  'HTML by hexadecimal number': perCharacter((code) => `&#X${hex(code, 1).toUpperCase()};`),
  'Unicode escapes': (text) =>
    text
      .split('')
      .map((unit) => `\\u${hex(unit.charCodeAt(0), 4)}`)
      .join(''),
  'Python escapes': perCharacter((code) => `\\U${hex(code, 8)}`),
  'bytes of C': (text) =>
    bytesOf(text)
      .map((byte) => `\\x${hex(byte, 2)}`)
      .join(''),
  'octal bytes': (text) =>
    bytesOf(text)
      .map((byte) => `\\${byte.toString(8).padStart(3, '0')}`)
      .join(''),
  'octal bytes, the short way': (text) =>
    bytesOf(text)
      .map((byte) => `\\${byte.toString(8)}`)
      .join(''),
  'escapes of Perl': perCharacter((code) => `\\x{${hex(code, 1)}}`),
  'escapes of regular expressions': (text) => text.replaceAll(/[^\w\s]/g, '\\$&'),
  'HTML of PHP': (text) =>
    text
      .replaceAll(/[&<>"']/g, (sign) => `&${NAMES[sign]};`)
      .replaceAll(/[äö]/g, (letter) => `&${letter === 'ä' ? 'a' : 'o'}uml;`),
  'quoted-printable': (text) =>
    bytesOf(text)
      .map((byte) => `=${hex(byte, 2).toUpperCase()}`)
      .join(''),
  'a list of hexadecimal bytes': (text) =>
    bytesOf(text)
      .map((byte) => hex(byte, 2))
      .join(', '),
  'a list of bytes': (text) => JSON.stringify(bytesOf(text)),
  "Python's repr": (text) => `'${text.replaceAll('\\', '\\\\')}'`,
}
/** What is looked for as the last step alone: not of a text with what nobody sees in it. */
const AT_LAST: Record<string, (text: string) => string> = {
  'base64 of UTF-16': (text) => Buffer.from(text, 'utf16le').toString('base64'),
  'escaped nine times': (text) => {
    let escaped = perCharacter((code) => `%${hex(code, 2)}`)(text.replaceAll(/[^ -~]/g, ''))
    for (let i = 0; i < 8; i += 1) escaped = escaped.replaceAll('%', '%25')
    return escaped
  },
  'hexadecimal of UTF-16': (text) => Buffer.from(text, 'utf16le').toString('hex'),
}

const SURROUNDINGS: ((text: string) => string)[] = [
  (text) => text,
  (text) => `key ${text} rejected`,
  (text) => `{"error": "Bearer ${text}"}`,
  (text) => `<p>${text}</p>`,
  (text) => `http://h/x?key=${text}&y=1`,
  (text) => `a: ${text}; b: ${text}`,
]

const ways = fc.tuple(
  fc.constantFrom(...Object.keys(LASTING)),
  fc.array(fc.constantFrom(...Object.keys(WRITTEN)), { maxLength: 3 }),
  fc.constantFrom(...SURROUNDINGS),
)

/** Is there a piece of a secret in a text, as it stands or with its escapes decoded? */
function shows(text: string, key: string): boolean {
  const { folded } = viewOf(key)
  const length = Math.min(TOO_MANY, folded.length)
  const pieces = Array.from({ length: folded.length - length + 1 }, (_, i) => folded.slice(i, i + length))
  return [...readings(viewOf(text))].some((view) =>
    pieces.some((piece) => !/^\p{L}+$/u.test(piece) && view.folded.includes(piece)),
  )
}

/** The texts that some base64 or hexadecimal digits in a text hold. */
function unpackedFrom(text: string): string[] {
  const runs = text.match(/[\w+/-]{6,}/g) ?? []
  return runs.flatMap((run) => [
    ...[0, 1, 2, 3].map((from) => Buffer.from(run.slice(from), 'base64').toString('utf8')),
    Buffer.from(run, 'hex').toString('utf8'),
  ])
}

describe('a secret that somebody else says is not shown', () => {
  for (const key of KEYS)
    for (const [name, write] of Object.entries({ ...LASTING, ...WRITTEN, ...AT_LAST }))
      test(`${name}: ${key}`, () => {
        const redactor = new Redactor().learn(key)
        const text = `the key ${write(key)} was rejected`
        const words = redactText(text, redactor)
        expect(words).toContain('***')
        for (const each of [words, ...unpackedFrom(words)]) expect(shows(each, key)).toBe(false)
        expect(words).toMatch(/^the key .* was rejected$/s)
        expect(redactor.own(text)).toContain('***')
      })

  test('with a backslash of its own before what is left out, however it is escaped', () => {
    const KEY = 'Zq7!x"p\\w9#mT'
    const escapes = ['JSON', 'HTML by number', 'escapes of Perl', 'bytes of C', 'wholly percent-encoded']
    for (const [name, write] of Object.entries(LASTING).filter(([each]) => /all over|commands/.test(each)))
      for (const outer of [String, ...escapes.map((each) => WRITTEN[each] ?? String)]) {
        const words = new Redactor().learn(KEY).words(`key ${outer(write(KEY))} rejected`)
        expect([name, words.replaceAll('"', '')]).toEqual([name, 'key *** rejected'])
      }
  })

  test('however it is written, and whatever stands around it', () => {
    fc.assert(
      fc.property(secrets, ways, (key, [lasting, written, around]) => {
        const write = [lasting, ...written].map((name) => LASTING[name] ?? WRITTEN[name] ?? String)
        const text = around(write.reduce((rest, each) => each(rest), key))
        const words = new Redactor().learn(key).words(text)
        for (const each of [words, ...unpackedFrom(words), ...unpackedFrom(words).flatMap(unpackedFrom)])
          expect(shows(each, key)).toBe(false)
      }),
      { numRuns: amount({ sample: 200, ci: 1000, full: 10_000 }) },
    )
  })

  test('cut short at either end', () => {
    fc.assert(
      fc.property(secrets, fc.nat(8), fc.nat(8), fc.boolean(), (key, head, tail, marked) => {
        const dots = marked ? '...' : ''
        const kept = key.slice(head, key.length - tail)
        const text = `key ${head > 0 ? dots : ''}${kept}${tail > 0 ? dots : ''} rejected`
        expect(shows(new Redactor().learn(key).words(text), key)).toBe(false)
      }),
    )
    for (const [key, text, shown] of [
      ['sk-1234', 'key sk-12... rejected', 'key ***... rejected'],
      ['sk-1234', 'key ...234 rejected', 'key ...*** rejected'],
      ['hunter2-Correct', 'key hunt… rejected', 'key ***… rejected'],
      ['hunter2-Correct', 'the key was hunte', 'the key was ***'],
      ['hunter2pw', 'key hunter2p rejected', 'key *** rejected'],
      ['sk-1234', 'key sk-12[truncated] rejected', 'key ***[truncated] rejected'],
      ['hunter2-Correct', 'key hunte**rect rejected', 'key ******** rejected'],
      ['hunter2-Correct', 'key huntexxxxxxx rejected', 'key ***xxxxxxx rejected'],
      ['hunter2-Correct', 'key hunter&hellip; rejected', 'key ***&hellip; rejected'],
      [
        'hunter2-Correct',
        `key ${Buffer.from('hunter').toString('base64')}... rejected`,
        'key ***... rejected',
      ],
    ] as const)
      expect(new Redactor().learn(key).words(text)).toBe(shown)
  })

  test('so long and so often that the text is cut within it', () => {
    for (const key of KEYS.slice(0, amount({ sample: 1, ci: KEYS.length, full: KEYS.length })))
      for (const write of Object.values(WRITTEN))
        expect(
          shows(redactText(`${write(key)} `.repeat(30_000 / key.length), new Redactor().learn(key)), key),
        ).toBe(false)
  })

  test('in base64 behind signs of that alphabet that are none of it, as in PEM', () => {
    const pem = `-----BEGIN X-----\n${Buffer.from('sk-1234').toString('base64')}\n-----END X-----`
    expect(new Redactor().learn('sk-1234').words(pem)).toBe('-----BEGIN X-----\n***==\n-----END X-----')
  })

  test('after the name of a parameter, although both look like an escape of mail', () => {
    expect(new Redactor().learn('4711!xyz').words('?key=4711%21xyz')).toBe('?key=***')
  })

  test('in lines that stand apart, as in a log', () => {
    const redactor = new Redactor().learn('sk-1234')
    expect(redactor.lines(['key sk-', '1234 rejected', 'sk-1234', ''])).toEqual([
      'key ***',
      '*** rejected',
      '***',
      '',
    ])
  })

  test('in the mixed alphabets of a short password, as a word of its own', () => {
    const redactor = new Redactor().learn('admin', '1111')
    expect(redactor.words('no user admin with 1111')).toBe('no user *** with ***')
    expect(redactor.words('the administrator of 11111111-1111-4111-8111-111111111111')).toBe(
      'the administrator of 11111111-1111-4111-8111-111111111111',
    )
  })
})

describe('what is no secret stays as it is', () => {
  const known = new Redactor()
    .learn('admin', 'postgres', 'sk-1234', 'Correct.Horse-7-Battery', '12345678', 'proxy-admin')
    .learnTokens([
      'filesystem',
      'mcp-server-fetch',
      '6bfb360c-8c4d-4da3-8d5e-c99938fe3e43',
      'ghT5yZ81kQ0pLmN42x',
    ])

  test.each([
    'Connected: LiteLLM 1.106.2 at http://localhost:4000, proxy admin, postgres',
    'Correct the path, or change the transport in LiteLLM to http.',
    'To take this back: npx mcp-url-migrate --revert 20261123T120000Z-4f1a --url http://localhost:4000',
    '~ filesystem (id 6bfb360c-8c4d-4da3-8d5e-c99938fe3e43)',
    'head 0edd840605e4986983cb4f26cc709eb39f722ab763e53c75ae4753bcee0cca43',
    '/home/anna/.local/share/mcp-url-migrate/2026-11-23.jsonl, 12:34:56.789Z',
    '100 %, 50%25, &amp; \\u0041 aGVsbG8gd29ybGQsIGhlbGxvIHdvcmxk',
  ])('%s', (text) => {
    expect(known.own(text)).toBe(text)
  })

  test('in the words of somebody else, whatever they are', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.uuid(), fc.lorem(), anyWebUrl, fc.string({ unit: anyCharacter }), fc.base64String()),
        (text) => {
          expect(new Redactor().learn('Zq7!x"p\\w%2F&<Kv#9mT').words(text)).toBe(text)
        },
      ),
    )
  })

  test('in a document: numbers, ids, and all that holds none', () => {
    const document = {
      schema: 'mcp-url-migrate/run/1',
      pid: 12345678,
      id: '6bfb360c-8c4d-4da3-8d5e-c99938fe3e43',
      changes: [{ name: 'filesystem', error: null, ok: true }],
    }
    expect(known.value(document)).toEqual(document)
  })
})

describe('a document', () => {
  test('loses secrets and stays a document', () => {
    fc.assert(
      fc.property(
        secrets,
        fc.constantFrom(...Object.values(WRITTEN)),
        fc.jsonValue(),
        (key, write, value) => {
          const text = `key ${write(key)}`
          const shown = new Redactor().learn(key).value({ [text]: value, error: text, n: 1 })
          const again: unknown = JSON.parse(JSON.stringify(shown))
          expect(shows(JSON.stringify(again), key)).toBe(false)
          expect(again).toMatchObject({ n: 1 })
        },
      ),
    )
  })
})

describe('what stands in a record', () => {
  test('is masked in what is said of that server, where it is a secret', () => {
    const about = new Redactor().about([
      'npx',
      'filesystem',
      'hunter2',
      's3cr3t-ZZ91',
      'true',
      '8080',
      'HTTP',
    ])
    expect(about.words('npx filesystem on 8080 over HTTP: hunter2, S3CR3T-zz91, true')).toBe(
      'npx filesystem on 8080 over HTTP: ***, ***, true',
    )
  })

  test('is masked everywhere where it can be nothing but a token', () => {
    const redactor = new Redactor().learnTokens(['ghT5yZ81kQ0pLmN42x', 'server-everything2'])
    expect(redactor.own('server-fetch2 says ghT5yZ81kQ0pLmN42x')).toBe('server-fetch2 says ***')
  })

  test('is found among thousands that end alike, and each of them is', () => {
    const tokens = Array.from({ length: 5000 }, (_, i) => `token${i}-eu-central-region-1`)
    const redactor = new Redactor().learnTokens(tokens)
    const others = 'token-eu-central-region-1\n'.repeat(5000)
    expect(redactor.own(others + tokens.join('\n'))).toBe(others + tokens.map(() => '***').join('\n'))
  })
})
