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

/** A running sandbox in a process of its own. */
export interface Sandbox {
  url: string
  key: string
  close: () => Promise<void>
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill()
  await once(child, 'exit')
}

/** Starts the program's own sandbox. `args`: further options of it. Throws `Mismeasured` where it does not come up. */
export async function openSandbox(
  program: string,
  env: NodeJS.ProcessEnv,
  ...args: readonly string[]
): Promise<Sandbox> {
  const child = spawn(process.execPath, [program, 'sandbox', ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const endWithUs = (): boolean => child.kill()
  process.once('exit', endWithUs)
  const close = (): Promise<void> => {
    process.off('exit', endWithUs)
    return end(child)
  }
  let stderr = ''
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const told = new Map<string, string>()
  for await (const line of createInterface({ input: child.stdout })) {
    const [, name, value] = /^export (\w+)='?([^']*)'?$/.exec(line) ?? []
    if (name !== undefined && value !== undefined) told.set(name, value)
    const [url, key] = [told.get('LITELLM_PROXY_URL'), told.get('LITELLM_PROXY_API_KEY')]
    if (url !== undefined && key !== undefined) return { url, key, close }
  }
  await close()
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
  const sandbox = await openSandbox(program, env)
  const { url, key } = sandbox
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
      await sandbox.close()
    },
  }
}
