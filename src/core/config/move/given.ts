import type { ConfigDocument } from '../read/document.ts'
import { PyDict, type PyValue } from '../pyyaml/construct/values.ts'

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

const path = (steps: readonly string[]): string =>
  steps.map((step) => (/^[\w-]+$/.test(step) ? step : JSON.stringify(step))).join('.')

/** Does a text hold a configuration with MCP servers? */
const isConfiguration = (value: PyValue): boolean =>
  typeof value === 'string' && /^[ \t]*["']?mcp_servers["']?[ \t]*:/m.test(value)

/** As deep as charts nest their values. */
const DEEPEST = 6

interface Nested {
  steps: readonly string[]
  isText: boolean
}

/** Where in a value, not at its top, MCP servers stand. */
function search(value: PyValue, steps: readonly string[]): Nested | null {
  if (isConfiguration(value)) return { steps, isText: true }
  if (steps.length > DEEPEST) return null
  if (Array.isArray(value)) {
    for (const [i, member] of value.entries()) {
      const found = search(member, [...steps, String(i)])
      if (found) return found
    }
  }
  if (!(value instanceof PyDict)) return null
  if (steps.length > 0 && value.has('mcp_servers')) return { steps, isText: false }
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
  const isManifest = top.data.has('apiVersion') && typeof kind === 'string' && /^\w+$/.test(kind)
  const what = isManifest ? `it is a Kubernetes ${kind}` : null
  const found = search(top.data, [])
  if (!found) return what
  if (found.isText)
    return `${what ?? 'it is not a configuration of LiteLLM'}, and LiteLLM's configuration is a text in it, at ${path(found.steps)}. Write that text into a file of its own, give that file, and carry the change over`
  return `${what ?? 'it looks like the values of a Helm chart'}, and mcp_servers stands under ${path(found.steps)}, where LiteLLM does not look. Give the file that LiteLLM is started with, or change it here by hand`
}

const SHOWN = 5

/** What of a server is missing in the files that were given, each with what was read in it. */
export function missingIn(files: readonly GivenFile[], name: string): string {
  const told = files.map(({ path: given, source, fault, servers, looksLike: looks }) => {
    if (fault !== null) return fault
    if (looks !== null) return `${given} has no mcp_servers at its top: ${looks}`
    const file = source === given ? given : `${source}, which ${given} includes,`
    if (servers.length === 0) return `${file} holds no MCP servers`
    const more = servers.length > SHOWN ? ` and ${servers.length - SHOWN} more` : ''
    return `${file} holds the MCP servers ${servers.slice(0, SHOWN).join(', ')}${more}, and no ${name}`
  })
  return `it stands in no file that was given. ${told.join('. ')}`
}
