import { spawn } from 'node:child_process'
import { basename } from 'node:path'
import { Mismeasured } from './figure.ts'

/** How to start a program. */
export interface Start {
  env: NodeJS.ProcessEnv
  cwd: string
  /** The exit codes that say that it did what it was started for (default: 0 alone). */
  fine?: readonly number[]
  /** A program that takes longer is ended (default: five minutes). */
  patienceMs?: number
}

/** How a program ran. */
export interface Ran {
  stdout: string
  /** Milliseconds by the clock of this process: when it was started, and when it had ended. */
  began: number
  ended: number
}

const PATIENCE_MS = 300_000

function complaint(words: readonly string[], how: string, stderr: string): Mismeasured {
  const [program = '', ...args] = words
  const tail = stderr.trim().split('\n').slice(-5).join('\n')
  return new Mismeasured(`${[basename(program), ...args].join(' ')} ${how}${tail === '' ? '' : `:\n${tail}`}`)
}

/**
 * Runs a program to its end, with nothing on standard input. Throws `Mismeasured` with the last that it said where it ends
 * with another exit code than a fine one, cannot be started, or does not end.
 */
export function run(words: readonly [string, ...string[]], start: Start): Promise<Ran> {
  const { env, cwd, fine = [0], patienceMs = PATIENCE_MS } = start
  const [program, ...args] = words
  return new Promise((resolve, reject) => {
    let [stdout, stderr] = ['', '']
    const began = performance.now()
    const child = spawn(program, args, {
      env,
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: patienceMs,
      killSignal: 'SIGKILL',
    })
    let ended = began
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
    child.once('error', ({ message }) => reject(complaint(words, `did not start (${message})`, stderr)))
    child.once('exit', () => (ended = performance.now()))
    child.once('close', (code, signal) => {
      if (code !== null && fine.includes(code)) resolve({ stdout, began, ended })
      else reject(complaint(words, `ended with ${signal ?? `exit code ${code}`}`, stderr))
    })
  })
}
