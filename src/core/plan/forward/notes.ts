import { emptyUrlRemark } from '../../config/move/empty-url.ts'
import { identify, isUnlisted } from '../../record/server.ts'
import { editsOf, leftovers } from '../../rule/leftovers.ts'
import type { Rule } from '../../rule/rule.ts'
import { verdictOnUrl } from '../../rule/verdict.ts'
import { maskUrl, shownPath } from '../../show/redact.ts'
import { printable } from '../../show/text.ts'
import { entryUrl, type Inventory, type InventoryEntry } from './inventory.ts'
import { groupedBy } from '../../grouped.ts'
import { isBlankUrl } from '../../rule/address.ts'
import { type Change, newUrl } from '../change.ts'
import { gatewayNotes } from '../assemble-plan.ts'
import type { Note } from '../plan.ts'
import type { Assembly } from './forward.ts'

const CONFIGURED =
  "holds the old address; it stands in LiteLLM's config.yaml, which this run does not change there"

/** Why the URL stays where only the other fields of a server are changed. */
function nearMiss({ record, source }: InventoryEntry, rules: readonly Rule[]): Omit<Note, 'server'>[] {
  const verdict = verdictOnUrl(rules, record?.url, record ?? undefined)
  if (!record || source === 'config' || !('message' in verdict) || editsOf(rules, record).length === 0)
    return []
  return [{ code: 'near-miss', field: 'url', message: `${verdict.message}; not rewritten` }]
}

function oldAddresses(entry: InventoryEntry, rules: readonly Rule[], changes: readonly Change[]): Note[] {
  const server = identify(entry.listed, entry.source)
  const found = leftovers(rules, entry.record ?? entry.listed)
  // No API rewrites these, and not every file can be edited there.
  const changed = changes.filter(({ server: { id } }) => id === entry.listed.server_id)
  const isChanged = (path: string): boolean =>
    changed.some(({ edits }) => edits.some(({ field }) => field === path))
  const left = entry.source === 'config' ? editsOf(rules, entry.record ?? entry.listed) : []
  const own = left
    .filter(({ field }) => field !== 'url' && field !== 'transport' && !isChanged(field))
    .map(({ field }) => ({ code: 'old-address' as const, field: shownPath(field), message: CONFIGURED }))
  const near = nearMiss(entry, rules)
  return [...near, ...own, ...found].map((each) => ({ ...each, server }))
}

function emptyUrl(entry: InventoryEntry, rules: readonly Rule[]): Note[] {
  const message = emptyUrlRemark(entry, rules)
  if (message === null) return []
  return [{ code: 'empty-url', server: identify(entry.listed, entry.source), field: 'url', message }]
}

const deletions = ({ gone }: Inventory): Note[] =>
  gone.map((listed) => ({
    code: 'deleted',
    server: identify(listed, listed.is_config ? 'config' : 'database'),
    field: null,
    message: 'was deleted while the servers were read',
  }))

/** What is wrong with files that were given, unless it is told already, and what is odd in them. */
function fileNotes({ files, startFaults }: Inventory, isTold: boolean): Note[] {
  const note = (code: Note['code'], message: string): Note => ({ code, server: null, field: null, message })
  const faults = isTold ? [] : files.flatMap(({ fault }) => fault ?? [])
  return [
    ...faults.map((fault) => note('file-fault', `${fault}; its servers are left alone`)),
    ...files.flatMap(({ twice }) =>
      twice.map((place) =>
        note('duplicate-key', `${place}: a key appears a second time; LiteLLM takes the last`),
      ),
    ),
    ...startFaults.map((message) => note('start-fault', message)),
  ]
}

function unlisted({ listed, source, problem }: InventoryEntry, { recalled }: Inventory): Note[] {
  const isRecalled = recalled.has(listed.server_id)
  if (!isUnlisted(listed) && !isRecalled) return []
  const why = isUnlisted(listed)
    ? printable(listed.approval_status ?? '')
    : 'an earlier run or a grant names it'
  const fate = problem
    ? 'its record cannot be read: LiteLLM lists no server whose headers or environment it cannot decrypt'
    : 'is moved like the others'
  const message = `is in no list (${why}), and ${fate}`
  return [{ code: 'unlisted', server: identify(listed, source), field: null, message }]
}

/** URLs that several servers would have, and that not all of them have now. */
function sameUrls({ entries }: Inventory, changes: readonly Change[]): Note[] {
  const next = new Map(changes.flatMap((change) => [[change.server.id, newUrl(change)] as const]))
  const ends = entries.flatMap((entry) => {
    const before = entryUrl(entry)
    const after = next.get(entry.listed.server_id) ?? before
    return isBlankUrl(after) ? [] : [{ entry, before, after }]
  })
  return groupedBy(ends, ({ after }) => after).flatMap((own) => {
    const [first] = own
    if (!first || new Set(own.map(({ before }) => before)).size < 2) return []
    const names = own.map(({ entry: { listed } }) => listed.server_name ?? listed.server_id)
    const message = `${names.join(', ')} would all have the URL ${maskUrl(first.after)}`
    return [{ code: 'same-url', server: null, field: 'url', message }]
  })
}

/** What is to become of servers. `meant`: those that are selected; `areFilesTold`: is it told with one of them what is wrong with a file? */
interface Judged {
  meant: readonly InventoryEntry[]
  changes: readonly Change[]
  areFilesTold: boolean
}

/** What is worth knowing of a gateway, its list, the files that were given, and the servers that are meant. */
export function forwardNotes(
  { gateway, inventory, ruleSet: { rules } }: Assembly,
  { meant, changes, areFilesTold }: Judged,
): Note[] {
  const { suspicion } = inventory
  const suspicious: Note[] =
    suspicion === null ? [] : [{ code: 'suspicious-list', server: null, field: null, message: suspicion }]
  return [
    ...gatewayNotes(gateway),
    ...suspicious,
    ...fileNotes(inventory, areFilesTold),
    ...deletions(inventory),
    ...sameUrls(inventory, changes),
    ...meant.flatMap((entry) => [
      ...unlisted(entry, inventory),
      ...emptyUrl(entry, rules),
      ...oldAddresses(entry, rules, changes),
    ]),
  ]
}
