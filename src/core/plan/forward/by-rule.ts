import { leftWithPatch, sketchByHand } from '../../config/edit/by-hand.ts'
import { configuredUrl } from '../../config/move/configured.ts'
import { unsetVariable } from '../../config/move/empty-url.ts'
import { missingIn } from '../../config/move/given.ts'
import type { Era } from '../../record/eras.ts'
import { identify } from '../../record/server.ts'
import { editsOf, namesOf, transportEdit } from '../../rule/leftovers.ts'
import type { Rule } from '../../rule/rule.ts'
import { type Verdict, verdictOnUrl } from '../../rule/verdict.ts'
import { maskUrl } from '../../show/redact.ts'
import { type Edit, migrationOf, transportAmong } from '../change.ts'
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
  { url, next, edits }: { url: string; next: string; edits: readonly Edit[] },
  assembly: Assembly,
  era: Era,
): Objection {
  const { configured, listed } = entry
  const message = configDefined(entry, next, assembly)
  const id = era.pinsConfigIds ? listed.server_id : null
  const transport = transportAmong(edits)
  if (configured) {
    // The URL of a variable is changed where that is set.
    const own = configured.server.url.kind === 'env' ? null : next
    return {
      code: 'config-defined',
      ...leftWithPatch(configured, { url: own, server_id: id, transport }, message),
    }
  }
  if (assembly.inventory.files.length > 0) return { code: 'config-defined', message }
  const patch = sketchByHand(listed.server_name ?? '?', { id, url, next, transport })
  return { code: 'config-defined', message, patch }
}

/** The edits in the other fields of a server that the API can make. */
function otherEdits({ record, source, problem }: InventoryEntry, rules: readonly Rule[]): Edit[] {
  if (record === null || source === 'config' || problem !== null) return []
  return editsOf(rules, record).filter(({ field }) => field !== 'url' && field !== 'transport')
}

/** What the rules say of a server: of its URL with the transport, and of its other fields. */
interface Ruling {
  url: string | null
  verdict: Verdict
  move: { url: string; next: string; edits: readonly Edit[] } | null
  others: readonly Edit[]
}

function rulingOn(entry: InventoryEntry, rules: readonly Rule[]): Ruling {
  const url = entryUrl(entry)
  const subject = entry.record ?? entry.listed
  const verdict = verdictOnUrl(rules, url, subject)
  const others = otherEdits(entry, rules)
  if (verdict.kind !== 'match' || url === null) return { url, verdict, move: null, others }
  const { after: next, rule } = verdict
  const moved: Edit = { field: 'url', before: url, after: next, rules: namesOf([rule]) }
  const edits = [moved, ...transportEdit(rule, subject)]
  return { url, verdict, move: { url, next, edits }, others }
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
  const { ruleSet } = assembly
  const ruling = rulingOn(entry, ruleSet.rules)
  const { url, verdict, move, others } = ruling
  const edits = [...(move?.edits ?? []), ...others]
  const migration = migrationOf(edits, ruleSet)
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
