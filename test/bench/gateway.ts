import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createInterface } from 'node:readline'
import { Mismeasured } from './figure.ts'

/** A gateway that tells when it was first asked. */
export interface Gateway {
  url: string
  key: string
  /** Forgets what came so far. */
  reset: () => void
  /** When the first request since then came, by the clock of this process in milliseconds; `null` where none did. */
  firstAsked: () => number | null
  close: () => Promise<void>
}

/** Starts the program's own sandbox. */
async function sandboxOf(
  program: string,
  env: NodeJS.ProcessEnv,
): Promise<{ child: ChildProcess; url: string; key: string }> {
  const child = spawn(process.execPath, [program, 'sandbox'], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let stderr = ''
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const told = new Map<string, string>()
  for await (const line of createInterface({ input: child.stdout })) {
    const [, name, value] = /^export (\w+)='?([^']*)'?$/.exec(line) ?? []
    if (name !== undefined && value !== undefined) told.set(name, value)
    const [url, key] = [told.get('LITELLM_PROXY_URL'), told.get('LITELLM_PROXY_API_KEY')]
    if (url !== undefined && key !== undefined) return { child, url, key }
  }
  child.kill()
  throw new Mismeasured(`the sandbox did not say where it is:\n${stderr.trim()}`)
}

function passOn(url: string, asked: IncomingMessage, answer: ServerResponse): void {
  const { method, headers, url: path } = asked
  const onward = request(new URL(path ?? '/', url), { method, headers }, (response) => {
    answer.writeHead(response.statusCode ?? 502, response.headers)
    response.pipe(answer)
  })
  onward.on('error', () => answer.destroy())
  asked.pipe(onward)
}

/**
 * A gateway in this process that passes everything on to the sandbox of the program: so what is measured does its job, and
 * this process sees when its first request came.
 */
export async function openGateway(program: string, env: NodeJS.ProcessEnv): Promise<Gateway> {
  const { child, url, key } = await sandboxOf(program, env)
  let first: number | null = null
  const server = createServer((asked, answer) => {
    first ??= performance.now()
    passOn(url, asked, answer)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    key,
    reset: () => {
      server.closeAllConnections()
      first = null
    },
    firstAsked: () => first,
    close: async () => {
      server.closeAllConnections()
      server.close()
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill()
      await once(child, 'exit')
    },
  }
}
