import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CommanderError } from 'commander'
import { MigrateError, unforeseen } from '../core/errors.ts'
import { printable, printableJson } from '../core/show/text.ts'
import { type Circumstances, Ending } from './ending.ts'
import { exitForError } from './exit.ts'
import { packageFolder } from '../files/package-folder.ts'
import { type Invocation, readCommandLine, withoutValues } from './program.ts'
import { errorDocument } from './render/error-document.ts'
import { watchOutput, writeAtOnce } from './terminal/output.ts'
import { giveWidth } from './terminal/width.ts'
import { Written } from './written.ts'

function toolVersion(): string {
  const text = readFileSync(join(packageFolder(), 'package.json'), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

function tellDocument(error: MigrateError, json: boolean): void {
  if (json) process.stdout.write(`${printableJson(errorDocument(error))}\n`)
}

/** For wrong usage commander has printed its sentence already; the document is still owed. Returns the exit code. */
function misused({ message }: CommanderError, json: boolean): number {
  tellDocument(new MigrateError('usage', printable(withoutValues(message.replace(/^error: /, '')))), json)
  return exitForError('usage', false)
}

/** Not even that could be loaded which tells of failures. Returns the exit code. */
function unloaded(cause: unknown, json: boolean): number {
  const error = unforeseen(cause)
  process.stderr.write(`${error.message}\n${error.hint ?? ''}\n`)
  tellDocument(error, json)
  return exitForError(error.code, false)
}

/**
 * Runs the program with the arguments after its name, and ends the process with the right code. What only carries out a
 * command is loaded when there is one: --help and --version are answered without it.
 */
export async function main(argv: readonly string[]): Promise<void> {
  const json = argv.includes('--json')
  const version = toolVersion()
  const said: string[] = []
  let read: Invocation | CommanderError
  try {
    read = readCommandLine(argv, version, (text) => said.push(text))
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    read = error
  }
  const left = writeAtOnce(said.join(''))
  if (read instanceof CommanderError && read.exitCode === 0 && left.length === 0) return
  for (const stream of [process.stdout, process.stderr]) giveWidth(stream)
  const lost = watchOutput(process.stdout, process.stderr)
  const circumstances: Circumstances = { written: new Written(), lost, tell: () => '' }
  const ending = new Ending(circumstances)
  if (read instanceof CommanderError) {
    process.stdout.write(left)
    return ending.come(read.exitCode === 0 ? 0 : misused(read, json))
  }
  const part = await import('./work.ts').catch((error: unknown) => unloaded(error, json))
  if (typeof part === 'number') return ending.come(part)
  await part.work(read, { version, ending, circumstances })
}
