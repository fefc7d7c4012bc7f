import { type Document, isMap, isScalar, isSeq } from 'yaml'
import { PyDict } from '../pyyaml/construct/values.ts'
import { load } from '../pyyaml/load.ts'
import { isSection } from '../read/sections.ts'
import { documentsIn } from './documents.ts'
import { pointerOf } from './pointer.ts'

/** Is a text LiteLLM's configuration, by the names at its top? */
function isConfiguration(text: string): boolean {
  if (!/^\s*["']?[a-z_]+["']?\s*:/m.test(text)) return false
  try {
    const { value } = load(text)
    return (
      value instanceof PyDict &&
      [...value.entries()].some(([key]) => typeof key === 'string' && isSection(key))
    )
  } catch {
    return false
  }
}

/**
 * The pointers of all texts and mappings of a file that are LiteLLM's configuration; none where the file itself is one, or is no
 * YAML.
 */
export function configurationsIn(file: string): string[] {
  if (isConfiguration(file)) return []
  const documents = documentsIn(file)
  return 'fault' in documents ? [] : [...new Set(documents.flatMap(pointersIn))]
}

/** The pointers of what is LiteLLM's configuration in one document. */
export function pointersIn(document: Document.Parsed): string[] {
  const found: string[] = []
  const look = (node: unknown, steps: readonly (string | number)[]): void => {
    if (isMap(node) && steps.length > 0 && node.has('mcp_servers')) found.push(pointerOf(steps))
    else if (isMap(node))
      for (const { key, value } of node.items) if (isScalar(key)) look(value, [...steps, String(key.value)])
    if (isSeq(node)) for (const [i, item] of node.items.entries()) look(item, [...steps, i])
    if (
      isScalar(node) &&
      typeof node.value === 'string' &&
      node.value.includes('\n') &&
      isConfiguration(node.value)
    )
      found.push(pointerOf(steps))
  }
  look(document.contents, [])
  return found
}
