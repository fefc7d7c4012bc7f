import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { maskUrl, redactText } from '../../../src/core/show/redact.ts'
import { Redactor } from '../../../src/core/show/secrets/redactor.ts'
import { printable, printableJson } from '../../../src/core/show/text.ts'
import { anyCharacter } from '../../support/any-text.ts'

const secret = fc.stringMatching(/^[a-z]{4}[0-9]{4}[A-Za-z0-9]{16}$/)

describe('a URL on a screen', () => {
  test.each([
    ['http://localhost:8585/servers/filesystem/sse', 'http://localhost:8585/servers/filesystem/sse'],
    ['https://anna:pass@host/x', 'https://***@host/x'],
    ['https://host/x?token=abc&v=1', 'https://host/x?token=***&v=***'],
    ['https://host/x?0123456789abcdef', 'https://host/x?***'],
    ['https://host/mcp/s/MTZiNDg3ODktYzQ5Ny00/sse', 'https://host/mcp/s/***/sse'],
    ['https://host/6bfb360c-8c4d-4da3-8d5e-c99938fe3e43/sse', 'https://host/***/sse'],
    ['https://host/sk-abc/sse', 'https://host/***/sse'],
    ['https://host/x#access=1', 'https://host/x#***'],
    ['http://host/my-company-internal-filesystem/sse', 'http://host/my-company-internal-filesystem/sse'],
    ['http://host/a%20b/2024-report', 'http://host/a%20b/2024-report'],
    ['user:pw@host?key=1', '***@host?***'],
    ['admin:hunter2pw@localhost:8585/sse', '***@localhost:8585/sse'],
    ['http:/admin:hunter2pw@localhost:8585/sse', 'http:/***@localhost:8585/sse'],
    ['http:\\\\admin:hunter2pw@localhost:8585/sse', 'http:\\\\***@localhost:8585/sse'],
    ['http:admin:hunter2pw@localhost/sse', '***@localhost/sse'],
    ['http://admin:hun/ter2@localhost:8585/x', 'http://***@localhost:8585/x'],
    ['http://admin:12/ter2@localhost:8585/x', 'http://***@localhost:8585/x'],
    ['http://admin:hun?ter2@localhost:8585/x', 'http://***'],
    ['http://admin:hun#ter2@localhost:8585/x', 'http://***'],
    [' http://admin:hunter2@localhost:8585/x', '***@localhost:8585/x'],
    ['localhost:8585/x/sk-abcdef', 'localhost:8585/x/***'],
    ['localhost/x?token=a@b', '***'],
    [
      'https://server.smithery.ai/@owner/name/mcp?api_key=a@b',
      'https://server.smithery.ai/@owner/name/mcp?api_key=***',
    ],
    ['http://[::1]:8585/sse', 'http://[::1]:8585/sse'],
    ['os.environ/MCP_SERVER_URL', 'os.environ/MCP_SERVER_URL'],
  ])('%s is shown as %s', (url, shown) => {
    expect(maskUrl(url)).toBe(shown)
  })

  test('never shows a secret, wherever in the URL it stands', () => {
    const place = fc.constantFrom(
      (s: string) => `http://u:${s}@host/x`,
      (s: string) => `http://${s}@host/x`,
      (s: string) => `http://host/x?k=${s}`,
      (s: string) => `http://host/x?a=1&${s}`,
      (s: string) => `http://host/x?${s}=${s}`,
      (s: string) => `http://host/a/${s}/sse`,
      (s: string) => `http://host/a#${s}`,
      (s: string) => `http://host/@${s}/sse`,
      (s: string) => `u:${s}@host/x`,
      (s: string) => `http:/u:${s}@host/x`,
      (s: string) => `http:\\\\u:${s}@host/x`,
      (s: string) => `http:u:${s}@host/x`,
      (s: string) => ` http://u:${s}@host/x`,
      (s: string) => `http://u:a/${s}@host/x`,
      (s: string) => `http://u:${s}/a@host/x`,
      (s: string) => `http://u:${s}?a@host/x`,
      (s: string) => `http://u:${s}#a@host/x`,
      (s: string) => `host/x?k=a@${s}`,
      (s: string) => `host/${s}/x`,
      (s: string) => `host\\${s}\\x`,
    )
    fc.assert(
      fc.property(place, secret, (make, s) => {
        expect(maskUrl(make(s))).not.toContain(s)
        // Within a text, what has neither a scheme nor user info is not to be told from other words.
        if (/:\/\/|:.*@/.test(make(s)))
          expect(redactText(`cannot reach ${make(s)}, try again`)).not.toContain(s)
      }),
    )
  })
})

describe("the gateway's own words", () => {
  test('lose keys, hashes, tokens and what was received', () => {
    const words =
      'Authentication Error. Received API Key = sk-...rong, Key Hash (Token) =2ab06cfadcdcc1bb1a1ff9edefb028084a837b3ed7b95f97e602b960ee127471. Received=nope-not-sk, Bearer sk-live-1 eyJhbGciOiJIUzI1NiJ9.eyJrZXkiOiJzay0xIn0.x'
    const shown = redactText(words, new Redactor().learn('hunter2222'))
    for (const leak of ['rong', '2ab06cf', 'nope-not', 'sk-live', 'eyJ']) expect(shown).not.toContain(leak)
    expect(redactText('the password hunter2222 is wrong', new Redactor().learn('hunter2222'))).toBe(
      'the password *** is wrong',
    )
    expect(redactText('Ensure Key has `Bearer ` prefix.')).toBe('Ensure Key has `Bearer ` prefix.')
  })

  test.each([
    [`bad env {'DB_PASSWORD': 'hunter2pw', 'A': 'b'}`, `bad env {'DB_PASSWORD': ***, 'A': 'b'}`],
    ['{"token":"hunter2pw","a":"b"}', '{"token":***,"a":"b"}'],
    [String.raw`body {\"x-api-key\":\"hunter2pw\",\"a\":1}`, String.raw`body {\"x-api-key\":***,\"a\":1}`],
    [`{"secret": "a\\"hunter2pw"}`, '{"secret": ***}'],
    ['started with PASSWORD=hunter2pw PORT=1', 'started with PASSWORD=*** PORT=1'],
    ['password: "hunter2pw" is too short', 'password: *** is too short'],
    ['sent Authorization: Basic aHVudGVyMg==, refused', 'sent Authorization: Basic ***, refused'],
    ["cookie: 'hunter2pw", 'cookie: ***'],
    [
      "1 validation error for X env Input should be a string [type=string_type, input_value={'A': {'B': 'hunter2pw'}}, input_type=dict] For more",
      '1 validation error for X env Input should be a string [type=string_type, input_value=***, input_type=dict] For more',
    ],
    ["[{'msg': 'wrong', 'input': {'env': 'hunter2pw'}}]", "[{'msg': 'wrong', 'input': ***"],
    ["row {'env': {'A': 'hunter2pw'}}", "row {'env': ***"],
    ['args=["--pw", "hunter2pw"] are wrong', 'args=***'],
    ['Invalid key: not found', 'Invalid key: not found'],
    ['Invalid input: expected a string', 'Invalid input: expected a string'],
  ])('lose what they repeat of a record: %s', (words, shown) => {
    expect(redactText(words)).toBe(shown)
  })

  test('lose known secrets however they are written, the longest first', () => {
    const secrets = new Redactor().learn('geheim', 'geheim-und-mehr', 'with "quotes"', 'abc')
    expect(redactText('geheim-und-mehr, geheim', secrets)).toBe('***, ***')
    expect(redactText(JSON.stringify({ a: 'with "quotes"' }), secrets)).toBe('{"a":"***"}')
    // Too short to be told from a piece of a word.
    expect(redactText('abc', secrets)).toBe('abc')
  })

  test.each(['key', '_', "'", '"', '\\', 'key=', "'key':", 'input=', '{"a":', 'a@b:', '://'])(
    // What takes time by the square of their length would take minutes.
    'of great length come to an end: %s',
    { timeout: 20_000 },
    (piece) => {
      const words = piece.repeat(200_000 / piece.length)
      expect(redactText(words).length).toBeLessThanOrEqual(words.length)
    },
  )
})

describe('text for a terminal', () => {
  test('holds no control or direction character', () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter }), (text) => {
        expect(printable(text)).not.toMatch(
          /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/,
        )
      }),
    )
    expect(printable('a\u001b]0;x\u0007b\u202e')).toBe('a\\x1b]0;x\\x07b\\u202e')
  })

  test('as JSON parses to the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const json = printableJson(value)
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(value)))
        expect(json.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/)
      }),
    )
  })
})
