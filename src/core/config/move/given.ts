import type { ConfigDocument } from '../read/document.ts'
import { PyDict, type PyValue } from '../pyyaml/construct/values.ts'
import { firstOf, printable } from '../../show/text.ts'

/** A config.yaml that was given, and what was found in it. */
export interface GivenFile {
  path: string
  /** The file whose `mcp_servers` holds: itself, or one that it includes. */
  source: string
  /** The sentence for what is wrong with it, with its path and line; `null` where it was read. */
  fault: string | null
  /** The servers that it, or what it includes, defines. */
  servers: readonly string[]
  /** Where a key appears a second time, in it or what it includes, each with path and line. */
  twice: readonly string[]
  /** What else it is, where it has no `mcp_servers` of its own: continues "it has no mcp_servers at its top: "; or `null`. */
  looksLike: string | null
}

/** As deep as charts nest their values. */
const DEEPEST = 6

/** Where in a value, not at its top, MCP servers stand: the keys that lead there. */
function search(value: PyValue, steps: readonly string[]): readonly string[] | null {
  if (steps.length > DEEPEST || !(value instanceof PyDict)) return null
  if (steps.length > 0 && value.has('mcp_servers')) return steps
  for (const [key, member] of value.entries()) {
    const found = typeof key === 'string' ? search(member, [...steps, key]) : null
    if (found) return found
  }
  return null
}

/** What a file is that has no MCP servers where LiteLLM looks for them, or `null` where there is nothing to say about it. */
export function looksLike({ top }: ConfigDocument): string | null {
  if (!top || top.data.has('mcp_servers')) return null
  const kind = top.data.get('kind')
  if (top.data.has('apiVersion') && typeof kind === 'string' && /^\w+$/.test(kind))
    return `it is a Kubernetes ${kind}`
  const steps = search(top.data, [])
  return (
    steps &&
    `they stand under ${steps.map(printable).join('.')}, where LiteLLM does not look; move them to its top`
  )
}

const SHOWN = 5

/** What of a server is missing in the files that were given, each with what was read in it. */
export function missingIn(files: readonly GivenFile[], name: string): string {
  const told = files.map(({ path: given, source, fault, servers, looksLike: looks }) => {
    if (fault !== null) return fault
    if (looks !== null) return `${given} has no mcp_servers at its top: ${looks}`
    const isOwn = source === given || source.startsWith(`${given}#`)
    const file = isOwn ? source : `${source}, which ${given} includes,`
    if (servers.length === 0) return `${file} holds no MCP servers`
    return `${file} holds the MCP servers ${firstOf(servers, SHOWN)}, and no ${name}`
  })
  return `it stands in no file that was given. ${told.join('. ')}`
}
