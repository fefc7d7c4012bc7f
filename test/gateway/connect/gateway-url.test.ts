import { describe, expect, test } from 'vitest'
import { MigrateError } from '../../../src/core/errors.ts'
import { normaliseGatewayUrl } from '../../../src/gateway/connect/gateway-url.ts'

/** What is said of a text that is no gateway URL. */
function refusal(text: string, source?: string): string {
  try {
    return `taken as ${normaliseGatewayUrl(text, source)}`
  } catch (error) {
    if (!(error instanceof MigrateError)) throw error
    expect(error.code).toBe('usage')
    return `${error.message}. ${error.hint}`
  }
}

describe('a URL without a scheme is told with the very URL to use', () => {
  const both = (place: string): string => `http://${place} or, where it speaks TLS, https://${place}`
  const cases: [text: string, use: string][] = [
    ['127.0.0.1:4000', 'http://127.0.0.1:4000'],
    ['localhost:4000', 'http://localhost:4000'],
    ['4000', 'http://localhost:4000'],
    [':4000/ui', 'http://localhost:4000'],
    ['localhost', 'http://localhost'],
    ['[::1]:4000', 'http://[::1]:4000'],
    ['LOCALHOST:4000/', 'http://localhost:4000'],
    ['localhost:4000/ui/', 'http://localhost:4000'],
    ['gateway.example.com', both('gateway.example.com')],
    ['gateway:4000/litellm', both('gateway:4000/litellm')],
    ['10.1.2.3:4000', both('10.1.2.3:4000')],
    ['[fd00::7]:4000', both('[fd00::7]:4000')],
    ['litellm_proxy:4000', both('litellm_proxy:4000')],
    ['//gateway:4000', both('gateway:4000')],
    ['http//gateway:4000', both('gateway:4000')],
    ['https//gateway', 'https://gateway'],
    ['httpd:4000', both('httpd:4000')],
    ['gateway.example.com:443', 'https://gateway.example.com'],
  ]
  for (const [text, use] of cases) {
    test(text, () => {
      const start = 'has no scheme: it must begin with http:// or https://.'
      expect(refusal(text)).toBe(`--url ${start} Use --url ${use}`)
      expect(refusal(text, 'LITELLM_PROXY_URL')).toBe(
        `LITELLM_PROXY_URL ${start} Set LITELLM_PROXY_URL=${use}`,
      )
      expect(refusal(text, 'The URL')).toBe(`The URL ${start} Use ${use}`)
    })
  }
})

describe('what is no gateway URL is not repeated where it may be a secret', () => {
  const form = 'Name the gateway as in http://localhost:4000 or https://host/root-path.'
  const cases: [text: string, says: string][] = [
    ['admin:geheim@gateway:4000', `--url must not hold a user name or password. ${form}`],
    ['http://http://gateway:4000', `--url begins with http:// twice. ${form}`],
    ['http://admin:geheim@gateway:4000', `--url must not hold a user name or password. ${form}`],
    ['gateway:4000/?key=geheim', `--url must not hold a query or a fragment. ${form}`],
    ['http://gateway:4000/#geheim', `--url must not hold a query or a fragment. ${form}`],
    ['sk-geheim-1234567890', `--url has no scheme: it must begin with http:// or https://. ${form}`],
    ['ftp://gateway', `--url must begin with http:// or https://. ${form}`],
    ['postgresql://u:geheim@db/litellm', `--url must begin with http:// or https://. ${form}`],
    ['not a url', `--url is not a URL. ${form}`],
    ['http://', `--url is not a URL. ${form}`],
    ['', `--url is not a URL. ${form}`],
  ]
  for (const [text, says] of cases)
    test(text || 'nothing', () => {
      expect(refusal(text)).toBe(says)
    })
})

describe('a URL is kept', () => {
  const cases: [text: string, kept: string][] = [
    [' HTTP://Gateway:80/ ', 'http://gateway'],
    ['http://gateway:4000/litellm/', 'http://gateway:4000/litellm'],
    ['https://gateway/litellm/ui/?page=mcp-servers', 'https://gateway/litellm'],
    ['http://gateway:4000/ui', 'http://gateway:4000'],
    // Whether that is a page of the admin page, or a root path, the gateway has to say.
    ['http://gateway:4000/ui/login?next=%2F', 'http://gateway:4000/ui/login'],
    ['http://gateway:4000/v1', 'http://gateway:4000/v1'],
  ]
  for (const [text, kept] of cases)
    test(text.trim(), () => {
      expect(normaliseGatewayUrl(text)).toBe(kept)
    })
})
