import { once } from 'node:events'
import { mkdir, rmdir } from 'node:fs/promises'
import { createServer } from 'node:net'

// No socket gets one of these unasked: Linux gives those from 32768 on to outgoing connections, and to listeners that name
// none. A port of theirs that is free now may be somebody's before the program that is to have it has come up.
const FIRST = 29_500
const AFTER_LAST = 32_768

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  const found = Promise.race([
    once(server, 'listening').then(() => true),
    once(server, 'error').then(() => false),
  ]).catch(() => false)
  server.listen(port, '127.0.0.1')
  if (!(await found)) return false
  await new Promise((resolve) => server.close(resolve))
  return true
}

/** A port of 127.0.0.1 at which nothing listens, and which no listener gets that names none. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * (AFTER_LAST - FIRST))
    if (await isFree(port)) return port
  }
}

/** The same for a program that takes its time to come up: nobody else who asks here gets the port until it is given back. */
export async function claimPort(): Promise<{ port: number; giveBack: () => Promise<void> }> {
  for (;;) {
    const port = await freePort()
    // Runs of the tests have folders of their own, and the ports of this machine in common.
    const claim = `/tmp/mcp-url-migrate-port-${port}`
    const isOurs = await mkdir(claim).then(
      () => true,
      () => false,
    )
    if (isOurs) return { port, giveBack: () => rmdir(claim).catch(() => {}) }
  }
}

/** An origin at which nothing listens. */
export async function closedOrigin(): Promise<string> {
  return `http://127.0.0.1:${await freePort()}`
}
