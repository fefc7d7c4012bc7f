import { emptyUrlRemark } from '../../config/move/empty-url.ts'
import { identify, isUnlisted } from '../../record/server.ts'
import { editsOf, leftovers } from '../../rule/leftovers.ts'
import { type Migration, verdictOnUrl } from '../../rule/migration.ts'
import { shownPath } from '../../show/redact.ts'
import { printable } from '../../show/text.ts'
import type { Inventory, InventoryEntry } from './inventory.ts'
import { gatewayNotes } from '../assemble-plan.ts'
import type { Note } from '../plan.ts'
import type { Assembly } from './forward.ts'

const CONFIGURED =
  "holds the old address; it stands in LiteLLM's config.yaml, where only the URL is rewritten"

/** Why the URL stays where only the other fields of a server are changed. */
function nearMiss({ record, source }: InventoryEntry, migration: Migration): Omit<Note, 'server'>[] {
  const verdict = verdictOnUrl(migration, record?.url)
  if (!record || source === 'config' || !('message' in verdict) || editsOf(migration, record).length === 0)
    return []
  return [{ code: 'near-miss', field: 'url', message: `${verdict.message}; not rewritten` }]
}

function oldAddresses(entry: InventoryEntry, migration: Migration): Note[] {
  const server = identify(entry.listed, entry.source)
  const found = leftovers(migration, entry.record ?? entry.listed)
  // No API and no file edit rewrites these.
  const left = entry.source === 'config' ? editsOf(migration, entry.record ?? entry.listed) : []
  const own = left
    .filter(({ field }) => field !== 'url')
    .map(({ field }) => ({ code: 'old-address' as const, field: shownPath(field), message: CONFIGURED }))
  const near = nearMiss(entry, migration)
  return [...near, ...own, ...found].map((each) => ({ ...each, server }))
}

function emptyUrl(entry: InventoryEntry, migration: Migration): Note[] {
  const message = emptyUrlRemark(entry, migration)
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

/** What is worth knowing of a gateway, its list, the files that were given, and the servers that are meant. */
export function forwardNotes(
  { gateway, inventory, migration }: Assembly,
  meant: readonly InventoryEntry[],
  areFilesTold: boolean,
): Note[] {
  const { suspicion } = inventory
  const suspicious: Note[] =
    suspicion === null ? [] : [{ code: 'suspicious-list', server: null, field: null, message: suspicion }]
  return [
    ...gatewayNotes(gateway),
    ...suspicious,
    ...fileNotes(inventory, areFilesTold),
    ...deletions(inventory),
    ...meant.flatMap((entry) => [
      ...unlisted(entry, inventory),
      ...emptyUrl(entry, migration),
      ...oldAddresses(entry, migration),
    ]),
  ]
}
