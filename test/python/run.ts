import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { text } from 'node:stream/consumers'
import type { Docker, Ended } from '../../src/docker/port.ts'
import { engineWith } from '../support/containers.ts'

const PYTHON = process.env['PYTHON'] ?? 'python3'

/** Runs Python as it is run inside a container. */
async function runPython(args: readonly string[], env: Record<string, string>, cwd?: string): Promise<Ended> {
  const child = spawn(PYTHON, args, { env: { ...process.env, ...env }, cwd })
  const ended = new Promise<number | null>((resolve) =>
    // As an engine tells of an end by a signal.
    child.on('close', (code, signal) => resolve(signal === null ? code : 128 + constants.signals[signal])),
  )
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { code, stdout, stderr }
}

/** What was run inside a container: the command line, and how it ended. */
export interface Ran {
  command: readonly string[]
  ended: Ended
}

/** An engine whose one container is this machine. `seconds`: for each script, in place of its own; what it ran is in `ran`. */
export function engineHere(
  more: { seconds?: number; env?: Record<string, string>; cwd?: string } = {},
): Docker & { ran: Ran[] } {
  const ran: Ran[] = []
  const look = async (
    _: string,
    command: readonly string[],
    _limitMs: number,
    env: Readonly<Record<string, string>> = {},
  ): Promise<Ended> => {
    const asked = JSON.parse(env['MCP_URL_MIGRATE_ASKED'] ?? '') as { seconds: number }
    const { seconds = asked.seconds } = more
    const given = { ...more.env, MCP_URL_MIGRATE_ASKED: JSON.stringify({ ...asked, seconds }) }
    const ended = await runPython(command.slice(1), given, more.cwd)
    ran.push({ command, ended })
    return { ...ended, stdout: ended.stdout.slice(0, 1 << 20) }
  }
  return { ...engineWith([]), look, ran }
}
