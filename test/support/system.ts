import { spawnSync } from 'node:child_process'

/** Runs a line of shell, in which `"$1"` and so on are the arguments. Did it succeed? */
const isDone = (line: string, ...args: string[]): boolean =>
  spawnSync('sh', ['-c', line, 'sh', ...args]).status === 0

/** The same, where nothing else makes sense. Fails unless it succeeds. */
export function system(line: string, ...args: string[]): void {
  if (!isDone(line, ...args)) throw new Error(`${line}: failed`)
}

/** Makes a named pipe, at whose other end nobody is. */
export const makePipe = (path: string): void => system('mkfifo "$1"', path)
