import { canonical } from '../canonical.ts'
import { ownMember } from '../own-member.ts'
import { type FieldChange, settableFields, settableNames } from './fields.ts'
import { type HeldFields, heldNames } from './held.ts'
import { isSetting, restorable, settingsOf } from './oauth.ts'
import type { Era } from './eras.ts'
import { type FieldEdit, writeBody } from './put-body.ts'
import type { ServerRecord } from './server.ts'

const nothing = (value: unknown): boolean =>
  value === null ||
  value === undefined ||
  value === false ||
  (typeof value === 'object' && Object.keys(value).length === 0)

/** What a PUT of 1.77.7 to 1.87 makes of a field that it leaves out, seen on 1.77.7 and 1.81.14. */
const RESETS: Readonly<Record<string, (value: unknown) => boolean>> = {
  transport: (value) => value === 'sse',
  mcp_access_groups: nothing,
  args: nothing,
  env: nothing,
  alias: nothing,
  allow_all_keys: nothing,
  // False on 1.81, true from 1.82 on.
  available_on_public_internet: (value) => typeof value === 'boolean',
  delegate_auth_to_upstream: nothing,
  oauth_passthrough: nothing,
  is_byok: nothing,
  byok_description: nothing,
}

/** Those that every record has, on every release. */
const TELLING = ['transport', 'mcp_access_groups', 'args', 'env']

const isReset = (record: ServerRecord, field: string): boolean => RESETS[field]?.(record[field]) ?? false

/** Are these the same names, in whatever order? */
const areSameNames = (a: readonly string[], b: readonly string[]): boolean =>
  a.toSorted().join() === b.toSorted().join()

/** Are two records shown by one release? It shows the same fields in each of its answers. */
export const isSameRelease = (a: ServerRecord, b: ServerRecord): boolean =>
  areSameNames(settableNames(a), settableNames(b))

/** Was what was held shown by the release that shows this record? */
export const isOfRelease = (held: HeldFields, record: ServerRecord): boolean =>
  areSameNames(heldNames(held), settableNames(record))

/**
 * What differs in what a release shows of a server from what another one showed before. A field that it does not show tells
 * nothing, and nothing is nothing, whether it is left out or however it is written.
 */
export function changesAcross(
  before: ServerRecord,
  after: ServerRecord,
  intended: readonly string[],
): FieldChange[] {
  const [was, is] = [settableFields(before), settableFields(after)]
  const text = (value: unknown): string => canonical(nothing(value) ? null : value)
  return Object.keys(is)
    .toSorted()
    .filter((field) => !intended.includes(field))
    .map((field) => ({ field, before: ownMember(was, field) ?? null, after: ownMember(is, field) ?? null }))
    .filter((each) => text(each.before) !== text(each.after))
}

/** One server around a write: before, in the gateway's answer (`null` where it held none), and after. */
interface Around {
  before: ServerRecord
  answered: ServerRecord | null
  after: ServerRecord
  sent: readonly string[]
}

/** The fields, not sent, that hold by now what another release writes there by itself, in its answer and ever since. */
function resetFields({ before, answered, after, sent }: Around): string[] {
  const states = answered === null ? [after] : [answered, after]
  if (!TELLING.every((field) => sent.includes(field) || states.every((state) => isReset(state, field))))
    return []
  return Object.keys(RESETS).filter(
    (field) =>
      !sent.includes(field) &&
      states.every((state) => isReset(state, field)) &&
      canonical(before[field]) !== canonical(after[field]),
  )
}

/** The same of the OAuth settings, all of which a release from 1.94 on clears with the URL; those that can be put back. */
function clearedFields({ before, answered, after, sent }: Around, era: Era): string[] {
  const held = settingsOf(before)
  const states = answered === null ? [after] : [answered, after]
  const gone = Object.keys(held).every((field) => states.every((state) => nothing(state[field])))
  if (era.wipesOAuth || !sent.includes('url') || !gone) return []
  return Object.keys(restorable(held, before, { ...era, dropsClient: true }))
}

/**
 * What a member of another release, behind the same address, has taken from a server with a write that was made for the
 * release of `era`: such a write takes all there is of its kind at once. One single field may be somebody's edit, and
 * counts only where the answer shows the fields of another release.
 */
export function takenByAnotherRelease(around: Around, era: Era): string[] {
  const { before, answered } = around
  const isForeign = answered !== null && !isSameRelease(answered, before)
  return [resetFields(around), clearedFields(around, era)]
    .filter((fields) => fields.length > 1 || isForeign)
    .flat()
}

/** What a member of another release behind the same address did. `isHidden`: may it be more than anybody can see? */
interface DoneByOthers {
  message: string
  isHidden: boolean
}

const byOthers = (what: string, isHidden: boolean): DoneByOthers => ({
  message: `another release of LiteLLM answers at this address, too, and ${what}. Bring all replicas to one release first`,
  isHidden,
})

/** The same in words, `null` where nothing is known of such a member. `taken`: by it; `isAll`: could all fields be compared? */
export function doneByOthers(taken: readonly string[], isAll: boolean): DoneByOthers | null {
  if (!isAll) return byOthers('what one of them does not show was not compared', true)
  if (taken.some(isSetting))
    return byOthers(
      "cleared its OAuth settings; client id, client secret and people's sign-ins may be gone, too",
      true,
    )
  return taken.length > 0 ? byOthers('reset fields that the write did not send', false) : null
}

/** Edits with all beside them that a release before 1.88 resets where a body leaves it out, as the record holds it. */
export function againstResets(record: ServerRecord, edits: readonly FieldEdit[]): FieldEdit[] {
  const { server_id: _id, ...fields } = writeBody('defaulted-fields', record, edits)
  return Object.entries(fields).map(([field, after]) => ({ field, after }))
}
