import { spawn } from 'node:child_process'
import { Duplex } from 'node:stream'

const OPTIONS = ['-o', 'BatchMode=yes', '-o', 'ConnectTimeout=3']

/**
 * A connection to an engine on another machine, as Docker's own client makes it: through the person's `ssh`, with its
 * configuration, agent and known hosts. It never asks for anything. `destination` and `port` as ssh takes them.
 */
export function dialSsh(
  { destination, port }: { destination: string; port: string | null },
  env: NodeJS.ProcessEnv,
): Duplex {
  const command = [...OPTIONS, ...(port === null ? [] : ['-p', port]), '--', destination]
  const child = spawn('ssh', [...command, 'docker', 'system', 'dial-stdio'], { stdio: 'pipe', env })
  let said = ''
  const stream = new Duplex({
    read: () => child.stdout.resume(),
    write: (chunk, _, done) => child.stdin.write(chunk, () => done()),
    final: (done) => child.stdin.end(done),
    destroy: (error, done) => {
      child.kill()
      done(error)
    },
  })
  child.stdin.on('error', () => {}) // ssh has ended; why, it says itself
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-1000)
  })
  child.stdout.on('data', (chunk: Buffer) => {
    if (!stream.push(chunk)) child.stdout.pause()
  })
  child.once('error', (error) => stream.destroy(error))
  child.once('close', (code) => {
    if (code === 0) stream.push(null)
    else stream.destroy(new Error(said.trim().split('\n').at(-1) || `ssh ended with ${code}`))
  })
  return stream
}
