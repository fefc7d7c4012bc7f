import { z } from 'zod'
import { type TextPosition, readOwnJson } from '../../../core/own-json.ts'
import { pathText } from '../../../core/record/path.ts'
import { maskUrlsIn } from '../../../core/show/redact.ts'
import { nearestOf } from '../../../core/show/nearest.ts'
import { printable, shortened } from '../../../core/show/text.ts'
import type { SandboxOptions } from '../../../sandbox/index.ts'
import { type WorldFile, worldFile } from '../../../sandbox/world-file/file.ts'
import { type WorldFault, worldFaults } from '../../../sandbox/world-file/faults.ts'
import { worldOptions } from '../../../sandbox/world-file/options.ts'
import { fileUnreadable } from '../../../files/text-file.ts'
import { readGiven } from '../../options/given-file.ts'
import { usage } from '../../options/usage.ts'

type Issue = z.core.$ZodIssue
type Path = readonly PropertyKey[]

const shownText = (text: string): string => shortened(printable(maskUrlsIn(text)), 120)

const shown = (path: Path): string =>
  shownText(pathText(path.map((step) => (typeof step === 'number' ? step : String(step))))) || 'the file'

const stepInto = (value: unknown, step: PropertyKey): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, step)
    ? (value as Record<PropertyKey, unknown>)[step]
    : undefined

const valueAt = (value: unknown, path: Path): unknown => path.reduce(stepInto, value)

/** The parts of a JSON Schema that lead to the names of members. */
interface Shape {
  readonly properties?: Readonly<Record<string, Shape>>
  readonly additionalProperties?: Shape | boolean
  readonly items?: Shape
  readonly anyOf?: readonly Shape[]
}

function inside({ properties, additionalProperties, items }: Shape, step: PropertyKey): Shape[] {
  const next = typeof step === 'number' ? items : (properties?.[String(step)] ?? additionalProperties)
  return typeof next === 'object' ? [next] : []
}

/** The names of all members that the object at a path may have. */
function membersAt(path: Path): string[] {
  const alternatives = (shape: Shape): Shape[] => [shape, ...(shape.anyOf ?? []).flatMap(alternatives)]
  const whole = z.toJSONSchema(worldFile, { io: 'input' }) as Shape
  const found = path.reduce<Shape[]>(
    (shapes, step) => shapes.flatMap((shape) => inside(shape, step)).flatMap(alternatives),
    alternatives(whole),
  )
  return found.flatMap(({ properties = {} }) => Object.keys(properties))
}

/** The alternative that a value was meant for: the one that finds more wrong with it than that it is of another kind. */
const isTelling = ({ code, path }: Issue): boolean =>
  path.length > 0 || code === 'unrecognized_keys' || code === 'custom'

/** What is wrong at the bottom of an issue, and its whole path. */
function meant(issue: Issue, path: Path = issue.path): { issue: Issue; path: Path } {
  const within = issue.code === 'invalid_key' ? issue.issues : []
  const alternatives = issue.code === 'invalid_union' ? issue.errors.flat().filter(isTelling) : []
  const [inner] = [...within, ...alternatives]
  return inner ? meant(inner, [...path, ...inner.path]) : { issue, path }
}

/** All words that would do at the place of an issue. */
function wordsOf(issue: Issue): string[] {
  if (issue.code === 'invalid_union') return issue.errors.flat().flatMap(wordsOf)
  return issue.code === 'invalid_value' ? issue.values.map(String) : []
}

interface Finding extends WorldFault {
  readonly near: string | null
}

function findingOf(first: Issue, value: unknown): Finding {
  const { issue, path } = meant(first)
  const there = valueAt(value, path)
  if (issue.code === 'unrecognized_keys') {
    const [key = '', ...more] = issue.keys
    const others = more.length > 0 ? `, nor is ${shownText(more.join(', '))}` : ''
    return { path: [...path, key], message: `is not known${others}`, near: nearestOf(key, membersAt(path)) }
  }
  if (there === undefined) return { path, message: 'is missing', near: null }
  const words = wordsOf(issue)
  const message = issue.code === 'invalid_value' ? `must be one of ${words.join(', ')}` : issue.message
  return { path, message, near: typeof there === 'string' ? nearestOf(there, words) : null }
}

function read(value: unknown, release: string | undefined): Finding | SandboxOptions {
  const parsed = worldFile.safeParse(value)
  const [issue] = parsed.error?.issues ?? []
  if (!parsed.success) return issue ? findingOf(issue, value) : { path: [], message: 'is wrong', near: null }
  const world: WorldFile = parsed.data
  const options = worldOptions(world, release)
  const [fault] = worldFaults(world, options.version)
  return fault ? { ...fault, near: null } : options
}

const HINT = 'docs/sandbox.md, in the package too, has all members and what they may hold.'

/**
 * The sandbox that a world file describes. `release`, from the command line, beats that of the file. Throws
 * `file-unreadable`, and `usage` with the place of what is wrong.
 */
export async function readWorld(file: string, release: string | undefined): Promise<SandboxOptions> {
  const name = `World file ${printable(file)}`
  const at = ({ line, column }: TextPosition): string => `${name}, line ${line}, column ${column}`
  const given = await readGiven(file)
  if ('why' in given) throw fileUnreadable(`${name}: ${given.why}`)
  const json = readOwnJson(given.text)
  if (json.kind === 'fault') throw usage(`${at(json.place)}: ${json.what}`)
  const world = read(json.value, release)
  if (!('near' in world)) return world
  const { path, message, near } = world
  throw usage(
    `${at(json.placeOf(path))}: ${shown(path)} ${message}`,
    near === null ? HINT : `Did you mean ${near}? ${HINT}`,
  )
}
