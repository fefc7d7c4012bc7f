import { diffArrays } from 'diff'
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Scalar,
  visit,
  type YAMLMap,
} from 'yaml'
import { nearestOf } from '../../show/nearest.ts'
import { documentsIn, fault, type NestedFault } from './documents.ts'
import { pointersIn } from './find.ts'
import { pointerSteps } from './pointer.ts'

/**
 * A text inside a YAML file, line by line: what stands there from `start` to `end`, each line of it `indent` and a line of the text.
 * A line that is indented less, such as a comment or an empty one, is the same in both.
 */
interface Block {
  text: string
  start: number
  end: number
  indent: string
}

/** The lines of a text, each with its end. */
const withEnds = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? []

/** What stands at some steps; of a key that a mapping has twice all values. */
function nodesAt(document: Document.Parsed, steps: readonly string[]): unknown[] {
  let nodes: unknown[] = [document.contents]
  for (const step of steps)
    nodes = nodes.flatMap((node) => {
      if (isMap(node))
        return node.items
          .filter(({ key }) => isScalar(key) && String(key.value) === step)
          .map(({ value }) => value)
      return isSeq(node) ? [node.items[Number(step)]] : []
    })
  return nodes.filter((node) => node !== undefined && node !== null)
}

/** Does an alias elsewhere in a document repeat a block, or something in it or round it? Then more would change with it. */
function isRepeated(document: Document.Parsed, { start, end }: Block): boolean {
  const isInside = ({ range }: Node): boolean => !!range && range[0] >= start && range[0] < end
  const touches = ({ range }: Node): boolean => !!range && range[0] < end && range[1] > start
  const anchors = new Map<string, Node>()
  let found = false
  visit(document, {
    Alias: (_, alias) => {
      const target = isInside(alias) ? undefined : anchors.get(alias.source)
      if (target && touches(target)) found = true
      return found ? visit.BREAK : undefined
    },
    Node: (_, each) => {
      if ('anchor' in each && each.anchor) anchors.set(each.anchor, each)
    },
  })
  return found
}

// The header of a literal block: how it ends, and how deep it is where that cannot be seen.
const HEADER = /^\|[-+\d]*[^\S\r\n]*(?:#[^\r\n]*)?(?:\r\n|\n)/

/** The block of a literal scalar, as it stands in a file. */
function blockOf(file: string, node: Scalar): Block | NestedFault {
  const [first, , end] = node.range ?? []
  if (
    node.type !== 'BLOCK_LITERAL' ||
    first === undefined ||
    end === undefined ||
    typeof node.value !== 'string'
  )
    return fault('is no block of text that begins with |; write it as one')
  const header = HEADER.exec(file.slice(first))
  if (!header) return fault('begins in a way that is not known here')
  const start = first + header[0].length
  const body = file.slice(start, end)
  const [, indent = ''] = /^(?:[^\S\r\n]*(?:\r\n|\n))*([^\S\r\n]+)\S/.exec(body) ?? []
  const [, written] = /^\|[-+]?([1-9])/.exec(file.slice(first)) ?? []
  if (written !== undefined) return fault('says how deep it is indented; take that number out')
  return { text: node.value, start, end, indent }
}

/** The block of a mapping, as it stands in a file: from its first key to the end of its last line. */
function mappingBlock(file: string, node: YAMLMap): Block | NestedFault {
  const [first, end] = node.range ?? []
  if (node.flow || first === undefined || end === undefined)
    return fault('is written within braces; write it line by line')
  if (node.anchor || node.tag?.startsWith('!')) return fault('has an anchor or a tag')
  const start = file.lastIndexOf('\n', first - 1) + 1
  const indent = file.slice(start, first)
  if (indent.trim() !== '' || indent === '') return fault('does not begin on a line of its own')
  const lineEnd = file.indexOf('\n', end)
  const stop = file[end - 1] === '\n' ? end : lineEnd < 0 ? file.length : lineEnd + 1
  const lines = withEnds(file.slice(start, stop))
  const text = lines.map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line)).join('')
  return { text, start, end: stop, indent }
}

/** The block of text at a JSON pointer of a file, in whichever of its documents. */
function blockAt(file: string, pointer: string): Block | NestedFault {
  const documents = documentsIn(file)
  if ('fault' in documents) return documents
  const steps = pointerSteps(pointer)
  const found = documents.flatMap((document) => nodesAt(document, steps).map((node) => ({ document, node })))
  const [first, second] = found
  if (!first) return fault(`does not exist${meant(documents, pointer)}`)
  if (second)
    return fault(
      second.document === first.document
        ? 'is written twice in it: take one out'
        : 'exists in more than one of its documents: take them apart into files',
    )
  const { document, node } = first
  if (isAlias(node)) return fault('is an alias')
  const block = isMap(node)
    ? mappingBlock(file, node)
    : isScalar(node)
      ? blockOf(file, node)
      : fault('is no text and no mapping')
  if ('fault' in block) return block
  if (isRepeated(document, block)) return fault('holds what an alias elsewhere in the file repeats')
  const body = file.slice(block.start, block.end)
  return /\r\n/.test(body) && /[^\r]\n/.test(body)
    ? fault('has lines that end in two ways (LF and CRLF): make them alike')
    : block
}

/** The pointer that may have been meant. */
function meant(documents: readonly Document.Parsed[], pointer: string): string {
  const nearest = nearestOf(pointer, documents.flatMap(pointersIn))
  return nearest === null ? '' : `; did you mean ${nearest}?`
}

/** The text at a JSON pointer of a file. */
export function textIn(file: string, pointer: string): { text: string } | NestedFault {
  const block = blockAt(file, pointer)
  return 'fault' in block ? block : { text: block.text }
}

/**
 * The file with another text at a JSON pointer. Lines that stay keep all of their bytes; a new one is indented as the others are,
 * and ends as they do.
 */
export function withText(file: string, pointer: string, next: string): { text: string } | NestedFault {
  const block = blockAt(file, pointer)
  if ('fault' in block) return block
  const body = file.slice(block.start, block.end)
  const outer = withEnds(body)
  const [inner, after] = [withEnds(block.text), withEnds(next)]
  const end = outer[0]?.endsWith('\r\n') ? '\r\n' : '\n'
  let at = 0
  const lines: string[] = []
  for (const { value, added, removed } of diffArrays(inner, after)) {
    if (added) lines.push(...value.map((line) => block.indent + line.replace(/\r?\n$/, '') + end))
    else {
      if (!removed) lines.push(...outer.slice(at, at + value.length))
      at += value.length
    }
  }
  const edited = file.slice(0, block.start) + [...lines, ...outer.slice(at)].join('') + file.slice(block.end)
  const read = textIn(edited, pointer)
  return 'text' in read && read.text === next ? { text: edited } : fault('cannot be written as it stands')
}
