import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import type { Ended } from '../../src/docker/port.ts'

const PYTHON = process.env['PYTHON'] ?? 'python3'

/** Runs Python as it is run inside a container. */
export async function runPython(args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  const child = spawn(PYTHON, args, { env: { ...process.env, ...env } })
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { code, stdout, stderr }
}
