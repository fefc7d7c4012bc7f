import { Document } from 'yaml'
import { originOf, originText, readAddress, readOrigin } from '../address.ts'
import { isOwnName } from '../host-names.ts'
import { readPattern, variablesOf } from '../pattern.ts'
import { FORMAT_2 } from './format-2.ts'
import { editsOf } from '../leftovers.ts'
import { readMigration } from './read.ts'

/**
 * Where servers are, and where they are to go. `urls`: those of the servers there that may be shown, without query and fragment;
 * `hidden`: how many may not.
 */
export interface DraftMove {
  from: string
  to: string
  urls: readonly string[]
  hidden: number
}

/** So many of the real URLs become examples of a rule. */
const MOST_EXAMPLES = 3

/** The paths of URLs, each once. */
const pathsOf = (urls: readonly string[]): string[] => [
  ...new Set(urls.map((url) => url.slice(originLength(url)))),
]

/** The path by which a rule finds the servers of a move that gives them another one; `null` where each keeps its own. */
function pathBefore({ to, urls }: DraftMove): string | null {
  const [path] = pathsOf(urls)
  return hasPath(to) && path !== undefined ? path : null
}

/** Does a target say more than scheme, host and port? */
const hasPath = (to: string): boolean => readOrigin(to) === null

const AFTERWARDS = 'give scheme, host and port alone, and write paths into the file afterwards'

/** What is wrong with a new path for all servers of a move, or `null`. */
function wrongPath({ from, urls, hidden }: DraftMove): string | null {
  const [path, more] = pathsOf(urls)
  if (hidden > 0) return `has a path, and the one that it would replace may hold a secret: ${AFTERWARDS}`
  if (path === undefined)
    return `has a path, and no server is there whose path that would replace: ${AFTERWARDS}`
  if (more !== undefined)
    return `has a path, and the servers there have several (${path || '/'}, ${more || '/'}): ${AFTERWARDS}`
  const found = readPattern(fromText(from) + path)
  const isPlain =
    !('fault' in found) && found.path !== null && variablesOf({ ...found, host: [] }).length === 0
  return isPlain && !found.path?.isOpen
    ? null
    : `has a path, and the one that it would replace cannot be written here: ${AFTERWARDS}`
}

/** What is wrong with the place to which somebody wants to move servers, or `null`. Continues "it". */
export function wrongTarget(move: DraftMove): string | null {
  const { from, to } = move
  const pattern = readPattern(plain(to))
  if ('fault' in pattern) return pattern.fault
  const address = readAddress(to)
  if (address.kind !== 'address' || variablesOf(pattern).length > 0 || pattern.path?.isOpen)
    return `holds a variable: ${AFTERWARDS}`
  if (hasPath(to)) return wrongPath(move)
  return originText(address) === originOf(from) ? 'is where they are now' : null
}

const slug = (origin: string): string =>
  origin
    .replace(/^https?:\/\//, '')
    .toLowerCase()
    .replace(/[^a-z\d]+/g, '-')
    .replace(/^-|-$/g, '')

/** The addresses that a rule for an origin matches: all names of the machine where it is one of them. */
export function fromText(origin: string): string {
  const address = readAddress(origin)
  if (address.kind !== 'address' || !isOwnName(address.host)) return origin
  return `${address.scheme}://{loopback}:${address.port}`
}

/** A target as a rule writes it: without a port that goes without saying, and without a path that is none. */
function plain(to: string): string {
  const read = readAddress(to)
  return read.kind === 'address' ? originText(read) + (read.rest === '/' ? '' : read.rest) : to
}

/** An id for a migration that makes these moves. */
export function draftId(moves: readonly DraftMove[]): string {
  const targets = [...new Set(moves.map(({ to }) => slug(originOf(to))))]
  const [first] = moves
  const id =
    targets.length === 1 && moves.length === 1 && first
      ? `${slug(first.from)}-to-${targets[0]}`
      : `to-${targets[0] ?? 'nowhere'}`
  return id.slice(0, 100)
}

/**
 * A migration file that makes these moves, with examples from the real URLs; those that may hold a secret are left out. Throws
 * what is wrong where it could not be used.
 */
export function draftMigration(
  id: string,
  moves: readonly DraftMove[],
): { text: string; problem: string | null } {
  const rules = moves.map((move) => ({
    from: fromText(move.from) + (pathBefore(move) ?? ''),
    to: plain(move.to),
  }))
  const examples = moves.flatMap((move) => {
    const { from, to, urls } = move
    const shown = [...new Set(urls)].slice(0, MOST_EXAMPLES)
    const path = pathBefore(move)
    const own = shown.length > 0 ? shown : [`${from}${path ?? '/servers/example/sse'}`]
    return own.map((before) => ({
      before,
      after: path === null ? plain(to) + before.slice(originLength(before)) : plain(to),
    }))
  })
  const still = moves.map(({ to }) => ({ before: `${originOf(to)}/servers/example/sse`, unchanged: true }))
  const once = [...new Map([...examples, ...still].map((each) => [each.before, each])).values()]
  const title =
    moves.length === 1 && moves[0]
      ? `From ${moves[0].from} to ${moves[0].to}`
      : `${moves.length} addresses move`
  const document = new Document({ schema: FORMAT_2, id, title, rules, examples: once })
  const text = document.toString({ lineWidth: 0 })
  const { migration, findings } = readMigration(text, { kind: 'file', path: id })
  const error = findings.find(({ severity }) => severity === 'error')
  const isMoved =
    migration !== null && examples.every(({ before }) => editsOf(migration.rules, { url: before }).length > 0)
  return { text, problem: isMoved ? null : (error?.message ?? 'its examples do not hold') }
}

const originLength = (url: string): number => /^[^/]*\/\/[^/?#]*/.exec(url)?.[0].length ?? 0
