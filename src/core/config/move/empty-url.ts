import { isBlankUrl } from '../../rule/address.ts'
import { entryUrl, type InventoryEntry } from '../../plan/forward/inventory.ts'
import type { Rule } from '../../rule/rule.ts'
import { verdictOnUrl } from '../../rule/verdict.ts'
import type { ListedServer } from '../../record/server.ts'

/** Servers that need no URL: LiteLLM starts them as programs, or makes them from a description. */
function needsNone({ transport, spec_path: spec }: ListedServer): boolean {
  return transport === 'stdio' || (typeof spec === 'string' && spec !== '')
}

/**
 * Why LiteLLM lists a server of its config.yaml with an empty URL where its file takes the URL from a variable, or `null`:
 * a reference to a variable that is not set, or empty, becomes `""` (seen on 1.77.7, 1.81.14, 1.105.7 and 1.106.2).
 */
export function unsetVariable({ listed, configured }: InventoryEntry): string | null {
  if (!isBlankUrl(listed.url) || needsNone(listed) || configured?.server.url.kind !== 'env') return null
  const { name } = configured.server.url
  return `LiteLLM was started without the variable ${name}, or with it empty, and lists an empty URL; its entry in ${configured.path} takes the URL from there. Set ${name} for LiteLLM and restart it`
}

/** What is worth knowing of a listed server of config.yaml that has an empty URL, or `null`. What matches is told elsewhere. */
export function emptyUrlRemark(entry: InventoryEntry, rules: readonly Rule[]): string | null {
  const { listed, source, configured } = entry
  if (source !== 'config' || !isBlankUrl(listed.url) || needsNone(listed)) return null
  if (verdictOnUrl(rules, entryUrl(entry), listed).kind === 'match') return null
  if (configured !== null) return unsetVariable(entry)
  return 'LiteLLM lists it with an empty URL: it was probably started without the variable from which the entry in config.yaml takes it'
}
