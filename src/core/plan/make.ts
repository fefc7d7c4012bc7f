import { originText } from '../rule/address.ts'
import { type Assembly, assess } from './judge.ts'
import { assessFiles } from './judge-files.ts'
import { eraOf, NEWEST_CHECKED } from '../record/eras.ts'
import { entryUrl, type Inventory, type InventoryEntry } from './inventory.ts'
import { emptyUrlRemark } from '../config/move/empty-url.ts'
import { editsOf, leftovers } from '../rule/leftovers.ts'
import { hangingLast } from '../record/may-hang.ts'
import { judge, judgeUrl, type Migration } from '../rule/migration.ts'
import { databaseNotes } from './no-database.ts'
import { isVariable, type Note, type Plan, type Skipped } from './plan.ts'
import { shownPath } from '../show/redact.ts'
import { identify, isUnlisted } from '../record/server.ts'
import { printable } from '../show/text.ts'
import { waitingUnless } from './withheld.ts'

/** Remarks about the release itself. */
export function releaseNotes(version: string | null): Note[] {
  const { era, known } = eraOf(version)
  const note = (code: Note['code'], message: string): Note => ({ code, server: null, field: null, message })
  return [
    ...(known === 'newer'
      ? [
          note(
            'newer-release',
            `LiteLLM ${version} is newer than ${NEWEST_CHECKED}, the newest release checked; it is treated like that one.`,
          ),
        ]
      : []),
    ...(era.warning ? [note('release-note', era.warning)] : []),
  ]
}

const CONFIGURED =
  "holds the old address; it stands in LiteLLM's config.yaml, where only the URL is rewritten"

/** Why the URL stays where only the other fields of a server are changed. */
function nearMiss({ record, source }: InventoryEntry, migration: Migration): Omit<Note, 'server'>[] {
  const verdict = judgeUrl(migration, record?.url)
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

/** What is wrong with a file that was given and is not said with a server that is left alone, and what is odd in it. */
function fileNotes({ files, startFaults }: Inventory, skipped: readonly Skipped[]): Note[] {
  const note = (code: Note['code'], message: string): Note => ({ code, server: null, field: null, message })
  const isSaid = (fault: string): boolean => skipped.some(({ message }) => message.includes(fault))
  const faults = files.flatMap(({ fault }) => (fault === null || isSaid(fault) ? [] : [fault]))
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

function countOrigins(entries: readonly InventoryEntry[], migration: Migration): Plan['origins'] {
  const counts = new Map<string, number>()
  for (const entry of entries) {
    const url = entryUrl(entry)
    const origin = url === null ? null : judge(migration, url).origin
    if (origin) counts.set(originText(origin), (counts.get(originText(origin)) ?? 0) + 1)
  }
  return [...counts].map(([origin, count]) => ({ origin, count })).toSorted((a, b) => b.count - a.count)
}

/** Makes the plan of a migration. Pure: the same values give the same plan. */
export function assemblePlan(assembly: Assembly): Plan {
  const { createdAt, gateway, migration, inventory, selected } = assembly
  const { era } = eraOf(gateway.version)
  const meant = inventory.entries.filter(({ listed }) => selected.has(listed.server_id))
  const inFiles = assessFiles(assembly, era)
  const assessments = meant.map((entry) => assess(entry, assembly, era, inFiles))
  const changing = assessments.filter((each) => 'changes' in each)
  // A variable changes after all pins: it may be the URL of several servers.
  const changes = hangingLast(
    changing
      .flatMap((each) => each.changes)
      .toSorted((a, b) => Number(isVariable(a)) - Number(isVariable(b))),
  )
  const skipped = assessments.flatMap((each) => ('skipped' in each ? [each.skipped] : []))
  const suspicion: Note[] = inventory.suspicion
    ? [{ code: 'suspicious-list', server: null, field: null, message: inventory.suspicion }]
    : []
  return {
    createdAt,
    gateway,
    reverts: null,
    migrations: [{ id: migration.id, sha256: migration.sha256 }],
    changes,
    withheld: waitingUnless(changes, assembly.accepted),
    skipped,
    notes: [
      ...releaseNotes(gateway.version),
      ...databaseNotes(gateway),
      ...suspicion,
      ...fileNotes(inventory, skipped),
      ...deletions(inventory),
      ...meant.flatMap((entry) => [
        ...unlisted(entry, inventory),
        ...emptyUrl(entry, migration),
        ...oldAddresses(entry, migration),
      ]),
    ],
    preflight: {},
    tools: {},
    origins: countOrigins(inventory.entries, migration),
    summary: {
      servers: inventory.entries.length,
      changes: changing.length,
      unchanged: meant.length - changing.length - skipped.length,
      skipped: skipped.length,
      excluded: inventory.entries.length - meant.length,
      moved: assessments.filter((each) => 'moved' in each && each.moved).length,
    },
  }
}
