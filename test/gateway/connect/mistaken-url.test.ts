import { readFileSync } from 'node:fs'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, vi } from 'vitest'
import { documentOf, sentence, test, TWO } from '../../support/trial.ts'
import { forward, inFrontOf, says } from '../../support/hostile.ts'
import { watchForLeaks } from '../../support/secrets.ts'

watchForLeaks()
vi.setConfig({ testTimeout: 60_000 })

const tls = (name: string): string => fileURLToPath(new URL(`../../support/tls/${name}`, import.meta.url))
const IDENTITY = {
  key: readFileSync(tls('key.pem'), 'utf8'),
  cert: readFileSync(tls('certificate.pem'), 'utf8'),
}

interface ErrorDocument {
  code: string
  message: string
  hint: string
}

describe.concurrent('a URL that goes on too far is told with the part that does not belong there:', () => {
  const PARTS = [
    '/v1',
    '/mcp',
    '/v1/mcp',
    '/v1/mcp/server',
    '/v1/chat/completions',
    '/sse',
    '/health/readiness',
    '/ui/login',
    '/docs',
    '/key/info',
  ]
  for (const [rootPath, parts] of [
    ['', PARTS],
    ['/litellm', ['/v1/mcp/server', '/ui/login']],
  ] as const) {
    for (const part of parts) {
      test(`${rootPath}${part}`, async ({ open, serve }) => {
        const trial = await open({ servers: TWO, rootPath })
        const front = await serve(forward(new URL(trial.sandbox.url).origin))
        const right = front.url + rootPath
        for (const slash of ['', '/']) {
          const finished = await trial.call(['--yes', '--json', '--url', right + part + slash])
          const { code, message, hint } = documentOf<ErrorDocument>(finished)
          expect([finished.code, code, message]).toEqual([
            1,
            'not-litellm',
            `LiteLLM answers at ${right}: the part ${part} does not belong there`,
          ])
          expect(hint.split('\n')[0]).toBe(`Use --url ${right}`)
        }
        expect(front.seen.filter(({ headers }) => headers.includes('authorization'))).toEqual([])
        expect((await trial.call(['--dry-run', '--url', right])).code).toBe(0)
      })
    }
  }

  for (const rootPath of ['/mcp', '/v1', '/ui/litellm']) {
    test(`${rootPath} may be a root path: used as it was given`, async ({ open }) => {
      const trial = await open({ servers: TWO, rootPath })
      expect((await trial.call(['--yes', '--url', trial.sandbox.url])).code).toBe(0)
    })
  }

  test('where no shorter one is LiteLLM either, what answered is told', async ({ open, serve }) => {
    const trial = await open()
    const server = await serve(says(503, { status: 'error' }))
    const { code, stderr } = await trial.call(['--yes', '--timeout', '2', '--url', `${server.url}/v1`])
    expect(code).toBe(1)
    expect(sentence(stderr)).not.toContain('too much')
  })

  test('where nothing answers, no shorter one is waited for', async ({ open, serve }) => {
    const trial = await open()
    const server = await serve(() => {})
    const url = `${server.url}/litellm/v1/mcp/server`
    const finished = await trial.call(['--yes', '--json', '--timeout', '1', '--url', url])
    expect([finished.code, documentOf<ErrorDocument>(finished).code]).toEqual([1, 'gateway-timeout'])
    expect(server.seen.map(({ target }) => target)).toEqual(['/litellm/v1/mcp/server/health/readiness'])
  })

  test('a shorter one that only leads elsewhere is not followed', async ({ open, serve }) => {
    const trial = await open()
    const there = await serve(forward(trial.sandbox.url))
    const elsewhere = says(302, '', { location: `${there.url}/health/readiness` })
    const page = says(200, '<html></html>', { 'content-type': 'text/html' })
    const server = await serve(
      inFrontOf(there.url, { 'GET /health/readiness': elsewhere, 'GET /v1/health/readiness': page }),
    )
    const { code, stderr } = await trial.call(['--yes', '--url', `${server.url}/v1`])
    expect(code).toBe(1)
    expect(sentence(stderr)).toContain(`${server.url}/v1 does not answer like LiteLLM`)
    expect(there.seen).toEqual([])
  })
})

const running: Server[] = []
afterAll(() => {
  for (const server of running) server.close()
})

async function listening(server: Server): Promise<number> {
  running.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

const RECORD_OF_TLS = 0x16

/** A port of TLS, and what it does with plain HTTP. */
async function tlsPort(
  onPlain: (socket: Socket, text: string) => void,
  secure: object = IDENTITY,
): Promise<number> {
  const inside = await listening(createTlsServer(secure, (socket) => socket.on('error', () => {})))
  return listening(
    createServer((socket) => {
      socket.on('error', () => {})
      socket.once('data', (first: Buffer) => {
        if (first[0] !== RECORD_OF_TLS) return onPlain(socket, first.toString())
        const onward = connect(inside, '127.0.0.1')
        onward.on('error', () => socket.destroy())
        onward.write(first)
        onward.pipe(socket).pipe(onward)
      })
    }),
  )
}

const answer =
  (status: string, body: string, headers = '') =>
  (socket: Socket): void => {
    socket.end(
      `HTTP/1.1 ${status}\r\n${headers}Content-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
    )
  }

describe.concurrent('plain HTTP to a port of TLS is told:', () => {
  const cases: [what: string, onPlain: (socket: Socket, text: string) => void][] = [
    ['that cuts the connection', (socket) => socket.destroy()],
    ['that resets it', (socket) => socket.resetAndDestroy()],
    ['that ends it without a word', (socket) => socket.end()],
    ['that answers with an alert', (socket) => socket.end(Buffer.from([21, 3, 1, 0, 2, 2, 80]))],
    ['that says nothing', () => {}],
    [
      'of nginx',
      answer(
        '400 Bad Request',
        '<html><head><title>400 The plain HTTP request was sent to HTTPS port</title></head></html>',
      ),
    ],
    ['of Go', answer('400 Bad Request', 'Client sent an HTTP request to an HTTPS server.\n')],
    [
      'that leads to its own https',
      (socket, text) => {
        const host = /^host: (\S+)/im.exec(text)?.[1]
        answer('308 Permanent Redirect', '', `Location: https://${host}/health/readiness\r\n`)(socket)
      },
    ],
  ]
  for (const [what, onPlain] of cases) {
    for (const path of ['', '/litellm']) {
      test(`${what}, at ${path || 'no path'}`, async ({ open }) => {
        const trial = await open()
        const port = await tlsPort(onPlain)
        const url = `http://127.0.0.1:${port}${path}`
        const finished = await trial.call(['--yes', '--json', '--timeout', '2', '--url', url])
        const { code, message, hint } = documentOf<ErrorDocument>(finished)
        expect({ exit: finished.code, code, message, hint }).toEqual({
          exit: 1,
          code: 'gateway-tls',
          message: `127.0.0.1:${port} speaks TLS, and ${url} begins with http://`,
          hint: `Use --url https://127.0.0.1:${port}${path}`,
        })
      })
    }
  }

  const picky: [what: string, secure: object][] = [
    ['wants a certificate of who comes', { requestCert: true, rejectUnauthorized: true }],
    ['shares no cipher', { ciphers: 'PSK', maxVersion: 'TLSv1.2' }],
    ['is too old', { minVersion: 'TLSv1', maxVersion: 'TLSv1.1' }],
  ]
  for (const [what, secure] of picky) {
    test(`that ${what}`, async ({ open }) => {
      const trial = await open()
      const port = await tlsPort((socket) => socket.destroy(), { ...IDENTITY, ...secure })
      const finished = await trial.call(['--yes', '--json', '--url', `http://localhost:${port}`])
      expect(documentOf<ErrorDocument>(finished)).toMatchObject({
        code: 'gateway-tls',
        hint: `Use --url https://localhost:${port}`,
      })
    })
  }

  test('of a Node server: nothing but the handshake arrives', async ({ open, serve }) => {
    const trial = await open()
    const server = await serve(forward(trial.sandbox.url), IDENTITY)
    const { code, stderr } = await trial.call(['--yes', '--url', server.url.replace('https', 'http')])
    expect(code).toBe(1)
    expect(sentence(stderr)).toContain(`Use --url ${server.url}`)
    expect(server.seen).toEqual([])
  })

  test('what speaks neither HTTP nor TLS is told as that', async ({ open }) => {
    const trial = await open()
    const port = await listening(createServer((socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n')))
    const finished = await trial.call(['--yes', '--json', '--url', `http://127.0.0.1:${port}`])
    const { code, message } = documentOf<ErrorDocument>(finished)
    expect([code, message]).toEqual([
      'gateway-connection-lost',
      expect.stringContaining(`What answers at http://127.0.0.1:${port} does not speak HTTP`),
    ])
  })

  test('what cuts every connection, TLS or not, is not called TLS', async ({ open }) => {
    const trial = await open()
    const port = await listening(createServer((socket) => socket.destroy()))
    const finished = await trial.call(['--yes', '--json', '--url', `http://127.0.0.1:${port}`])
    expect(documentOf<ErrorDocument>(finished).code).toBe('gateway-connection-lost')
  })
})

describe.concurrent('a URL without a scheme is 64, by the name of where it was given:', () => {
  test('the option', async ({ open }) => {
    const trial = await open()
    const finished = await trial.call(['--yes', '--json', '--url', '127.0.0.1:4000'])
    expect([finished.code, documentOf<ErrorDocument>(finished)]).toMatchObject([
      64,
      { code: 'usage', hint: 'Use --url http://127.0.0.1:4000' },
    ])
    expect(trial.sandbox.requests).toEqual([])
  })

  for (const args of [['--dry-run'], ['verify'], ['status']]) {
    test(`the variable, of ${args.join(' ')}`, async ({ open }) => {
      const trial = await open()
      const env = { LITELLM_PROXY_URL: 'gateway:4000/litellm' }
      const { code, stderr } = await trial.call(args, { env })
      expect(code).toBe(64)
      expect(sentence(stderr)).toContain(
        'LITELLM_PROXY_URL has no scheme: it must begin with http:// or https:// Set LITELLM_PROXY_URL=http://gateway:4000/litellm or, where it speaks TLS, https://gateway:4000/litellm',
      )
      expect(stderr).not.toContain('--url')
    })
  }
})
