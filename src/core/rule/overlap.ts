import { isLoopbackName, LOOPBACK_SAMPLES } from './host-names.ts'
import { hasHost, originsOf, type Where } from './match.ts'
import { LOOPBACK, type Part, type PathPattern, type UrlPattern } from './pattern.ts'

/** A pattern, with the values that its variables may have. */
export interface Bounded {
  pattern: UrlPattern
  where: Where
}

// A value that no rule has in mind.
const SAMPLE = 'sample'

/** A segment that may be anything. */
const FREE: Part = { before: '', name: 'free', after: '' }

/** The texts that a part may be, or `null` where they cannot be counted. */
function textsOf({ before, name, after }: Part, where: Where): string[] | null {
  if (name === null) return [before]
  return where.get(name)?.map((value) => before + value + after) ?? null
}

function isText(part: Part, text: string, where: Where): boolean {
  if (part === FREE) return true
  const texts = textsOf(part, where)
  if (texts !== null) return texts.includes(text)
  const { before, after } = part
  return text.length > before.length + after.length && text.startsWith(before) && text.endsWith(after)
}

/** A text that two parts may both be, or `null`. */
function commonText(a: Part, whereA: Where, b: Part, whereB: Where): string | null {
  const [textsA, textsB] = [textsOf(a, whereA), textsOf(b, whereB)]
  if (textsA !== null) return textsA.find((text) => isText(b, text, whereB)) ?? null
  if (textsB !== null) return textsB.find((text) => isText(a, text, whereA)) ?? null
  const [start, start2] = [a.before, b.before].toSorted((x, y) => y.length - x.length)
  const [end, end2] = [a.after, b.after].toSorted((x, y) => y.length - x.length)
  if (!start?.startsWith(start2 ?? '') || !end?.endsWith(end2 ?? '')) return null
  return start + SAMPLE + end
}

function commonParts(a: readonly Part[], whereA: Where, b: readonly Part[], whereB: Where): string[] | null {
  const found: string[] = []
  for (const [i, part] of a.entries()) {
    const other = b[i]
    const text = other ? commonText(part, whereA, other, whereB) : null
    if (text === null) return null
    found.push(text)
  }
  return found
}

function commonHost(a: Bounded, b: Bounded): string | null {
  const [hostA, hostB] = [a.pattern.host, b.pattern.host]
  if (hostA === LOOPBACK || hostB === LOOPBACK) {
    const names = [a, b].flatMap(hostsOf)
    return (
      [...LOOPBACK_SAMPLES, ...names].find(
        (name) => hasHost(a.pattern, name, a.where) && hasHost(b.pattern, name, b.where),
      ) ?? null
    )
  }
  return hostA.length === hostB.length
    ? (commonParts(hostA, a.where, hostB, b.where)?.join('.') ?? null)
    : null
}

const NONE: PathPattern = { segments: [], isOpen: true }

/** The segments of a path that goes on, so far that it has as many as another. */
const stretched = ({ segments, isOpen }: PathPattern, length: number): readonly Part[] =>
  isOpen ? [...segments, ...Array.from({ length: length - segments.length }, () => FREE)] : segments

function commonPath(a: Bounded, b: Bounded): string | null {
  const [pathA, pathB] = [a.pattern.path ?? NONE, b.pattern.path ?? NONE]
  // What is open has one segment more, at least.
  const least = (path: PathPattern): number => path.segments.length + (path.isOpen ? 1 : 0)
  const length = Math.max(least(pathA), least(pathB))
  const [partsA, partsB] = [stretched(pathA, length), stretched(pathB, length)]
  if (partsA.length !== length || partsB.length !== length) return null
  const texts = commonParts(partsA, a.where, partsB, b.where)
  return texts && texts.map((text) => `/${text}`).join('')
}

/** An address that two patterns are both about, or `null` where there is none. */
export function commonAddress(a: Bounded, b: Bounded): string | null {
  const { scheme, port } = a.pattern
  if (scheme !== b.pattern.scheme || port !== b.pattern.port) return null
  const host = commonHost(a, b)
  const path = host === null ? null : commonPath(a, b)
  return path === null ? null : `${scheme}://${host}:${port}${path}`
}

/** All hosts that a pattern stands for; none where they cannot be counted, or are too many. */
const hostsOf = ({ pattern, where }: Bounded): string[] =>
  pattern.host === LOOPBACK ? [] : originsOf(pattern, where).map(({ host }) => host)

function coversParts(wide: readonly Part[], whereWide: Where, a: readonly Part[], where: Where): boolean {
  return a.every((part, i) => {
    const other = wide[i]
    if (!other) return false
    const texts = textsOf(part, where)
    if (texts !== null) return texts.every((text) => isText(other, text, whereWide))
    if (textsOf(other, whereWide) !== null) return false
    return part.before.startsWith(other.before) && part.after.endsWith(other.after)
  })
}

function coversHost(wide: Bounded, a: Bounded): boolean {
  const [hostWide, host] = [wide.pattern.host, a.pattern.host]
  if (host === LOOPBACK) return hostWide === LOOPBACK
  if (hostWide === LOOPBACK) {
    const names = hostsOf(a)
    return names.length > 0 && names.every(isLoopbackName)
  }
  return host.length === hostWide.length && coversParts(hostWide, wide.where, host, a.where)
}

function coversPath(wide: Bounded, a: Bounded): boolean {
  const [{ segments: first, isOpen: goesOn }, path] = [wide.pattern.path ?? NONE, a.pattern.path ?? NONE]
  const { segments, isOpen } = path
  if (goesOn ? segments.length + Number(isOpen) <= first.length : isOpen || segments.length !== first.length)
    return false
  return coversParts(first, wide.where, segments.slice(0, first.length), a.where)
}

/** Is every address that `a` is about one of `wide`, too? */
export function covers(wide: Bounded, a: Bounded): boolean {
  const { scheme, port } = a.pattern
  return (
    scheme === wide.pattern.scheme && port === wide.pattern.port && coversHost(wide, a) && coversPath(wide, a)
  )
}
