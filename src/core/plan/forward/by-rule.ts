import { leftWithPatch, sketchByHand } from '../../config/edit/by-hand.ts'
import { configuredUrl } from '../../config/move/configured.ts'
import { unsetVariable } from '../../config/move/empty-url.ts'
import { missingIn } from '../../config/move/given.ts'
import type { Era } from '../../record/eras.ts'
import { identify } from '../../record/server.ts'
import { editsOf } from '../../rule/leftovers.ts'
import { type Migration, type Verdict, verdictOnUrl } from '../../rule/migration.ts'
import { maskUrl } from '../../show/redact.ts'
import type { Edit } from '../change.ts'
import { entryUrl, type InventoryEntry } from './inventory.ts'
import { aimAt, type Found, type Judgement, judge, type Objection } from '../judge.ts'
import type { Assembly } from './forward.ts'

/** Why a server of a config.yaml stays as it is, for what the given files say of it. */
function configDefined(
  { listed, configured }: InventoryEntry,
  next: string,
  { inventory }: Assembly,
): string {
  const inFile = configured && configuredUrl(configured)
  if (inFile && 'reason' in inFile) {
    const { url } = configured.server
    const isUnset = url.kind === 'env' && configured.variable === null
    return isUnset ? `${inFile.reason}, to ${maskUrl(next)}` : inFile.reason
  }
  if (inventory.files.length > 0) return missingIn(inventory.files, listed.server_name ?? listed.server_id)
  return "defined in LiteLLM's config.yaml, which the API cannot change: give the file with --litellm-config FILE, or edit it by hand and restart"
}

/** Does this say of each file that was given why the server is not to be found in it, as `configDefined` does? */
export const tellsOfFiles = ({ source, configured }: InventoryEntry, judgement: Judgement): boolean =>
  source === 'config' &&
  configured === null &&
  judgement.kind === 'skipped' &&
  judgement.skipped.code === 'config-defined'

/** That a server stands in a config.yaml and cannot be moved there, with what a person would change by hand. */
function leftInFile(
  entry: InventoryEntry,
  { url, next }: { url: string; next: string },
  assembly: Assembly,
  era: Era,
): Objection {
  const { configured, listed } = entry
  const message = configDefined(entry, next, assembly)
  const id = era.pinsConfigIds ? listed.server_id : null
  if (configured) {
    // The URL of a variable is changed where that is set.
    const own = configured.server.url.kind === 'env' ? null : next
    return { code: 'config-defined', ...leftWithPatch(configured, { url: own, server_id: id }, message) }
  }
  if (assembly.inventory.files.length > 0) return { code: 'config-defined', message }
  const patch = sketchByHand(listed.server_name ?? '?', { id, url, next })
  return { code: 'config-defined', message, patch }
}

/** The edits in the other fields of a server that the API can make. */
function otherEdits({ record, source, problem }: InventoryEntry, migration: Migration): Edit[] {
  if (record === null || source === 'config' || problem !== null) return []
  return editsOf(migration, record).filter(({ field }) => field !== 'url')
}

/** What a rule says of a server: of its URL, and of its other fields. */
interface Ruling {
  url: string | null
  verdict: Verdict
  move: { url: string; next: string } | null
  others: readonly Edit[]
}

function rulingOn(entry: InventoryEntry, migration: Migration): Ruling {
  const url = entryUrl(entry)
  const verdict = verdictOnUrl(migration, url)
  const move = verdict.kind === 'match' && url !== null ? { url, next: verdict.after } : null
  return { url, verdict, move, others: otherEdits(entry, migration) }
}

function objectionTo(
  entry: InventoryEntry,
  { verdict, move, others }: Ruling,
  assembly: Assembly,
  era: Era,
): Objection | null {
  const moveInFile = entry.source === 'config' ? move : null
  const unset = moveInFile && unsetVariable(entry)
  if (unset !== null) return { code: 'config-defined', message: unset }
  // That is told with what was read of it.
  if (entry.problem !== null) return null
  if (moveInFile) return leftInFile(entry, moveInFile, assembly, era)
  // Its other fields are changed all the same.
  return 'message' in verdict && others.length === 0 ? { code: verdict.kind, message: verdict.message } : null
}

/** What is to become of a server whose URL stands in no file that was given, or cannot be learned from it. */
export function judgeByRule(entry: InventoryEntry, assembly: Assembly, era: Era): Judgement {
  const { listed, record, source, problem, signIns } = entry
  const { id: migration } = assembly.migration
  const ruling = rulingOn(entry, assembly.migration)
  const { url, verdict, move, others } = ruling
  const edits = [...(move ? [{ field: 'url', before: move.url, after: move.next }] : []), ...others]
  const read = record && { kind: 'record' as const, record, source }
  const reading: Found['reading'] = problem ? { kind: problem.code, message: problem.message } : read
  const aim = aimAt(
    { server: { ...identify(record ?? listed, source), id: listed.server_id }, migration, edits },
    {
      matched: edits.length > 0 || (url === null ? null : false),
      objection: objectionTo(entry, ruling, assembly, era),
      moved: verdict.kind === 'moved',
    },
  )
  return judge({ reading, signIns, url }, aim, era)
}
