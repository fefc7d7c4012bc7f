import { existsSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { MigrateError } from '../../../core/errors.ts'
import { originOf, originText, readAddress, readOrigin } from '../../../core/rule/address.ts'
import {
  draftId,
  draftMigration,
  type DraftMove,
  fromText,
  wrongTarget,
} from '../../../core/rule/file/draft.ts'
import { isLoopbackName } from '../../../core/rule/host-names.ts'
import { nearestOf } from '../../../core/show/nearest.ts'
import { redactText } from '../../../core/show/redact.ts'
import { shellQuoted } from '../../../core/show/shell.ts'
import { fileWords } from '../../../core/show/system-words.ts'
import { count, printable } from '../../../core/show/text.ts'
import { isUnavailable } from '../../../core/unavailable.ts'
import { connectDocker } from '../../../docker/connect/connect.ts'
import type { Container } from '../../../docker/port.ts'
import { fileUnreadable } from '../../../files/text-file.ts'
import { listWhole } from '../../../runs/plan/whole-list.ts'
import { gatewayUrl, openGateway } from '../../connect/session.ts'
import type { Context } from '../../context.ts'
import { usage } from '../../options/usage.ts'
import { hintLines, type Look, wrap } from '../../render/layout.ts'
import { cancelled } from '../../terminal/terminal.ts'
import type { InitOptions } from '../init.ts'
import { type Found, originsOf, placed } from './found.ts'

/** So many names of servers are shown with an address. */
const MOST_NAMES = 6

/** The containers of this machine; none where no engine tells. */
async function containers({ env }: Context): Promise<Container[]> {
  try {
    const docker = await connectDocker(env)
    return isUnavailable(docker) ? [] : await docker.containers()
  } catch (error) {
    if (!(error instanceof MigrateError)) throw error
    return []
  }
}

/** The container that has the port of an origin published on this machine, as others on its network reach it; or `''`. */
function suggestionFor(origin: string, all: readonly Container[]): string {
  const address = readAddress(origin)
  if (address.kind !== 'address' || !isLoopbackName(address.host)) return ''
  for (const { name, published } of all) {
    const port = published.find(({ hostPort }) => hostPort === address.port)
    if (port) return `http://${name}:${port.containerPort}`
  }
  return ''
}

/** The moves that `--move` names. Throws `usage` for one that is none. */
function namedMoves(words: readonly string[], found: readonly Found[]): DraftMove[] {
  return words.map((word) => {
    const at = word.indexOf('=')
    const [from, to] = [word.slice(0, at), word.slice(at + 1)]
    const origin = readOrigin(from)
    if (at < 1 || !origin)
      throw usage(
        '--move takes an origin and where its servers go, as in http://localhost:8585=http://mcp-proxy-sse:8080',
      )
    const text = originText(origin)
    const { urls, hidden } = found.find((each) => fromText(each.origin) === fromText(text)) ?? NOWHERE
    const move = { from: text, to, urls, hidden }
    const why = wrongTarget(move)
    if (why !== null) throw usage(`--move ${text}: the new address ${why}`)
    return move
  })
}

const NOWHERE = { urls: [], hidden: 0 }

const HOW =
  'For each address: where do its servers go? Type scheme, host and port, and a path where all get the same one. Enter leaves them, Ctrl-C ends. Nothing of the gateway changes.'

/** The servers of an address, a few by name, with their path where it is the same for all. */
function whoIs({ names, urls, hidden }: Found, look: Look): string {
  const [path, more] = new Set(urls.map((url) => url.slice(originOf(url).length)))
  const where = hidden > 0 || path === undefined || more !== undefined ? '' : `, at ${path || '/'}`
  const shown = names.slice(0, MOST_NAMES).join(', ')
  const others = names.length > MOST_NAMES ? `, and ${names.length - MOST_NAMES} more` : ''
  return look.paint('dim', wrap(`  ${shown}${others}${where}`, look.width, '  '))
}

/** Asks for each origin where its servers go; an empty line leaves them. Throws `cancelled` where none goes anywhere. */
async function askedMoves(found: readonly Found[], context: Context): Promise<DraftMove[]> {
  const { terminal, look } = context
  const known = await containers(context)
  const moves: DraftMove[] = []
  terminal.warn(wrap(HOW, look.width))
  for (const each of found) {
    const { origin, urls, hidden, names } = each
    const suggestion = suggestionFor(origin, known)
    terminal.warn(`\n${whoIs(each, look)}`)
    for (;;) {
      const question = `${origin} (${count(names.length, 'server')}) goes to`
      const to = (await terminal.askText(question, suggestion || 'stays')).trim()
      if (to === '' || to === 'stays') break
      const move = { from: origin, to, urls, hidden }
      const why = to === '?' ? null : wrongTarget(move)
      if (why === null && to !== '?') {
        moves.push(move)
        break
      }
      terminal.warn(
        why === null ? wrap(HOW, look.width) : wrap(`  ${printable(to)} ${why}.`, look.width, '  '),
      )
    }
  }
  if (moves.length > 0) return moves
  terminal.warn('All stay where they are: there is nothing to write.')
  throw cancelled()
}

/** Writes a new file. Throws `file-unreadable` where there is one already, or none can be written. */
async function writeNew(path: string, text: string): Promise<void> {
  try {
    const handle = await open(path, 'wx', 0o644)
    await handle.writeFile(text).finally(() => handle.close())
  } catch (error) {
    throw fileUnreadable(
      `${printable(path)}: ${fileWords(error, 'write')}`,
      'Name another one with --out FILE.',
    )
  }
}

/** Throws `file-unreadable` where there is something in the place of a new file, before anybody is asked for what it would hold. */
function refuseTaken(path: string): void {
  if (existsSync(path))
    throw fileUnreadable(
      `${printable(path)}: such a file exists already`,
      'Name another one with --out FILE.',
    )
}

/** The name of the file for a migration that nobody named: that of its id, with a number where it is taken. */
function freeName(id: string): string {
  for (let n = 1; ; n++) {
    const name = `${id}${n === 1 ? '' : `-${n}`}.yaml`
    if (!existsSync(name)) return name
  }
}

/** That no server is at an address, with the one that may have been meant. */
function noneAt(from: string, found: readonly Found[]): string {
  const nearest = nearestOf(
    from,
    found.map(({ origin }) => origin),
  )
  return `No server of this gateway is at ${printable(from)}${nearest === null ? '.' : `; did you mean ${nearest}?`}`
}

/** `init migration`. Returns the exit code. */
export async function initMigration(options: InitOptions, context: Context): Promise<number> {
  const { terminal, look } = context
  if (options.move.length === 0 && !terminal.interactive)
    throw new MigrateError(
      'no-terminal',
      'There is no terminal to ask in where the servers go',
      'Say it with --move OLD=NEW, once for each address.',
    )
  if (options.out !== undefined && options.out !== '-') refuseTaken(options.out)
  const url = await gatewayUrl(options, context, null)
  const gateway = await openGateway(options, url, context)
  terminal.progress('Listing the MCP servers')
  const { servers } = await listWhole(gateway, [])
  terminal.settle()
  const all = originsOf(placed(servers, context.redactor))
  // A key in a host would be the rule itself.
  const found = all.filter(({ origin }) => context.redactor.words(redactText(origin)) === origin)
  if (found.length < all.length)
    terminal.warn('An address whose host may be a secret is left out: write its rule by hand.')
  if (found.length === 0) throw usage('No server of this gateway has a URL that could be moved')
  const moves = options.move.length > 0 ? namedMoves(options.move, found) : await askedMoves(found, context)
  for (const { from, urls, hidden } of moves)
    if (urls.length + hidden === 0) terminal.warn(noneAt(from, found))
  const id = draftId(moves)
  const { text, problem } = draftMigration(id, moves)
  if (problem !== null)
    throw new MigrateError('migration-invalid', `These moves make no migration: ${problem}`)
  const path = options.out ?? freeName(id)
  if (path === '-') terminal.print(text.trimEnd(), true)
  else {
    await writeNew(path, text)
    const named = /[/\\]/.test(path) ? path : `./${path}`
    const command = `${context.startedAs} --migration ${shellQuoted(named)} --dry-run`
    terminal.print(`Written: ${printable(path)}, ${count(moves.length, 'rule')}.`)
    terminal.warn(hintLines(`Look at it, and at what it would do:\n  ${command}`, look))
  }
  return 0
}
