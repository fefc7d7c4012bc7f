import { readFileSync, statSync } from 'node:fs'
import { devNull } from 'node:os'
import { join } from 'node:path'
import { CommanderError } from 'commander'
import { MigrateError, unforeseen } from '../core/errors.ts'
import { printable, printableJson } from '../core/show/text.ts'
import { type Circumstances, Ending } from './ending.ts'
import { exitForError } from './exit.ts'
import { packageFolder } from '../files/package-folder.ts'
import { answerAtOnce } from './answers.ts'
import { type Invocation, readCommandLine } from './program.ts'
import { errorDocument } from './render/error-document.ts'
import { hintLines, wrap } from './render/layout.ts'
import { watchOutput, writeAtOnce } from './terminal/output.ts'
import { asShown, showsSigns, writeInAscii } from './terminal/signs.ts'
import { giveWidth } from './terminal/width.ts'
import { Written } from './written.ts'

function toolVersion(): string {
  const text = readFileSync(join(packageFolder(), 'package.json'), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

function tellDocument(error: MigrateError, json: boolean): void {
  if (json) process.stdout.write(Buffer.from(`${printableJson(errorDocument(error))}\n`))
}

// Windows tells in its own way who may write to a file, and which processes are alive.
const ON_WINDOWS =
  'This program does not run on Windows itself. Run it in WSL: https://learn.microsoft.com/windows/wsl/install'

/**
 * The files of certificates that Node reads as the first TLS connection is made, with everything waiting for them, signals
 * too: the first one from Node 24 on, the second one with `--use-openssl-ca`.
 */
const AUTHORITIES = ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE']

function isEndless(authority: string): boolean {
  // A pipe that a shell hands over has somebody at its other end.
  if (/^\/(dev|proc\/self)\/fd\//.test(authority)) return false
  try {
    const found = statSync(authority)
    return found.isFIFO() || (found.isCharacterDevice() && authority !== devNull)
  } catch {
    return false
  }
}

/** Why nothing can be done on this machine, or in this environment; `null` where nothing is in the way. */
function refusal(): MigrateError | null {
  if (process.platform === 'win32') return new MigrateError('usage', ON_WINDOWS)
  const name = AUTHORITIES.find((each) => isEndless(process.env[each] ?? ''))
  if (name === undefined) return null
  const file = printable(process.env[name] ?? '')
  return new MigrateError('file-unreadable', `${name} names ${file}, which is not a regular file`)
}

/** Tells of a failure where what does so otherwise is not there yet, or cannot be loaded. Returns the exit code. */
function refused(error: MigrateError, json: boolean): number {
  const { isTTY, columns } = process.stderr
  const room = { width: isTTY ? columns : Infinity, onScreen: isTTY }
  const hint = error.hint === null ? '' : `${hintLines(error.hint, room)}\n`
  process.stderr.write(`${wrap(printable(error.message), room.width)}\n${hint}`)
  tellDocument(error, json)
  return exitForError(error.code, false)
}

/** What the command line asks for: an invocation, or, where it was answered at once, nothing more. `say`: is handed the answer. */
async function understand(
  argv: readonly string[],
  version: string,
  say: (text: string) => void,
): Promise<Invocation | MigrateError | null> {
  try {
    const answer = await answerAtOnce(argv, version)
    if (answer === null) return readCommandLine(argv, version, say)
    say(answer)
    return null
  } catch (error) {
    if (error instanceof CommanderError) return null
    return unforeseen(error)
  }
}

/**
 * Runs the program with the arguments after its name, and ends the process with the right code. What only carries out a
 * command is loaded when there is one: --help and --version are answered without it.
 */
export async function main(argv: readonly string[]): Promise<void> {
  const json = argv.includes('--json')
  const version = toolVersion()
  const said: string[] = []
  const read = await understand(argv, version, (text) => said.push(text))
  const left = writeAtOnce(asShown(said.join(''), process.env))
  if (read === null && left.length === 0) return
  for (const stream of [process.stdout, process.stderr]) {
    giveWidth(stream)
    if (!showsSigns(process.env)) writeInAscii(stream)
  }
  const lost = watchOutput(process.stdout, process.stderr)
  const circumstances: Circumstances = { written: new Written(), lost, tell: () => '' }
  const ending = new Ending(circumstances)
  if (read === null) {
    process.stdout.write(left)
    return ending.come(0)
  }
  if (read instanceof MigrateError) return ending.come(refused(read, json))
  const obstacle = refusal()
  if (obstacle) return ending.come(refused(obstacle, json))
  const part = await import('./work.ts').catch((error: unknown) => refused(unforeseen(error), json))
  if (typeof part === 'number') return ending.come(part)
  await part.work(read, { version, ending, circumstances })
}
