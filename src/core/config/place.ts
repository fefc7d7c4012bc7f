import { isAlias, isMap, isScalar, type Pair, Scalar, type YAMLMap } from 'yaml'
import type { ConfigDocument } from './document.ts'

/** Where a server's entry stands in the file, or why it does not stand there as such. */
export type EntryPlace =
  | { kind: 'here'; offset: number; entry: YAMLMap; section: YAMLMap }
  | { kind: 'elsewhere'; offset: number; reason: string }

/** The pair of a mapping with this key, written in the mapping itself. */
export function pairOf(map: YAMLMap, key: string): Pair | null {
  return map.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === key) ?? null
}

const offsetOf = (item: unknown): number => (isScalar(item) || isMap(item) ? (item.range?.[0] ?? 0) : 0)

/** Finds the entry of a server that `data` of the document holds. */
export function findEntry({ root }: ConfigDocument, name: string): EntryPlace {
  const section = root && pairOf(root, 'mcp_servers')
  if (!section || !isMap(section.value)) {
    const reason = `mcp_servers ${section ? 'is an alias' : 'comes through a merge key'}`
    return { kind: 'elsewhere', offset: offsetOf(section?.key), reason }
  }
  const pair = pairOf(section.value, name)
  const offset = offsetOf(pair?.key ?? section.key)
  if (!pair) return { kind: 'elsewhere', offset, reason: 'its entry comes through a merge key' }
  if (isMap(pair.value)) return { kind: 'here', offset, entry: pair.value, section: section.value }
  return { kind: 'elsewhere', offset, reason: 'its entry is an alias of another one' }
}

const BETWEEN = new Set(['space', 'newline', 'comment', 'comma'])

/** The offset at which a pair begins: at its `?`, anchor or tag, where it has one, else at its key. */
export function startOf(pair: Pair): number {
  const first = pair.srcToken?.start.find(({ type }) => !BETWEEN.has(type))
  return first?.offset ?? offsetOf(pair.key)
}

const isComplex = (pair: Pair): boolean =>
  pair.srcToken?.start.some(({ type }) => type === 'explicit-key-ind') ?? false

/** Where the value of a scalar stands in the file character by character, or why it does not. */
export type Verbatim =
  | { kind: 'here'; scalar: Scalar; start: number; text: string }
  | { kind: 'elsewhere'; reason: string }

const elsewhere = (reason: string): Verbatim => ({ kind: 'elsewhere', reason })

const isBlock = ({ type }: Scalar): boolean => type === Scalar.BLOCK_LITERAL || type === Scalar.BLOCK_FOLDED

/** The offsets between which the text of a scalar stands, without quotes and without the header of a block. */
function innerRange(body: string, scalar: Scalar): [number, number] {
  const [start, end] = scalar.range ?? [0, 0]
  if (isBlock(scalar)) return [body.indexOf('\n', start) + 1, end]
  return scalar.type === Scalar.PLAIN ? [start, end] : [start + 1, end - 1]
}

/** Finds the characters of a pair's text. Those of a block are found without the line break at its end. */
export function verbatim(body: string, pair: Pair): Verbatim {
  const scalar = pair.value
  if (isComplex(pair)) return elsewhere('it is written with a complex key (a question mark)')
  if (isAlias(scalar)) return elsewhere('it is an alias')
  if (!isScalar(scalar) || typeof scalar.value !== 'string' || !scalar.range)
    return elsewhere('it is no text')
  const [start, end] = innerRange(body, scalar)
  const written = body.slice(start, end)
  const text = isBlock(scalar) ? scalar.value.trimEnd() : scalar.value
  const found = isBlock(scalar) ? written.trim() : written
  if (found !== text || text.includes('\n'))
    return elsewhere(
      'it is written with escapes or over several lines, so that its characters are not its value',
    )
  return { kind: 'here', scalar, start: start + written.indexOf(text), text }
}
