import { PINNED_ID } from '../../config/read/record.ts'
import { isInjected } from '../../record/fields.ts'
import { type Settings, strangeSetting } from '../../record/oauth.ts'
import { fieldOf, isPath } from '../../record/path.ts'
import { originText, readAddress } from '../../rule/address.ts'
import { asRuleField, isWholeAddress, type Migration, type RuleField } from '../../rule/migration.ts'
import { rewriteAddress, rewriteText } from '../../rule/rewrite.ts'
import { aimOf, type Change, type Edit } from '../change.ts'

/**
 * How far a change that a journal tells of can be believed. `rule`: its rule makes one text of the other. `form`: the rule
 * is not at hand, and they differ as a move makes them differ. `unproven`: it may have been written over somebody's edit,
 * which no rule made. `never`: no run writes that.
 */
export type Credence = 'rule' | 'form' | 'unproven' | 'never'

/** A change of which it is judged, and the settings that were to be put back with it. */
export interface Claim {
  change: Pick<Change, 'server' | 'file' | 'edits' | 'landed' | 'settings'>
  settings: Settings
}

type Texts = Edit & { before: string; after: string }

const hasTexts = (edit: Edit): edit is Texts => edit.before !== null && edit.after !== null

// Scheme, host and port of every URL in a text, up to where its path begins.
const ORIGINS = /https?:\/\/(?:\[[\da-f:.]+\])?[^\s/?#\\"'<>`,;)\]}|]*/gi

/** Do two texts differ in nothing but the origins of their URLs? */
function isMove(field: RuleField, before: string, after: string): boolean {
  if (!isWholeAddress(field)) return before.replace(ORIGINS, '//') === after.replace(ORIGINS, '//')
  const [from, to] = [readAddress(before), readAddress(after)]
  return from.kind === 'address' && to.kind === 'address' && from.rest === to.rest
}

/** The rule's way with a field, and whether a text holds an address that it moves from or to. */
function knows(rule: Migration, field: RuleField, text: string): boolean {
  if (!isWholeAddress(field))
    return rewriteText(rule, text).after !== text || text.includes(originText(rule.to))
  const address = readAddress(text)
  const isMoved = address.kind === 'address' && originText(address) === originText(rule.to)
  return isMoved || rewriteAddress(rule, text).after !== text
}

/** Of a move between two texts, either way: what is taken back was written the other way round. */
function ofMove({ before, after }: Texts, field: RuleField, rule: Migration | null): Credence {
  if (rule === null) return isMove(field, before, after) ? 'form' : 'unproven'
  if (!rule.fields.includes(field)) return 'never'
  const rewrite = isWholeAddress(field) ? rewriteAddress : rewriteText
  if (rewrite(rule, before).after === after || rewrite(rule, after).after === before) return 'rule'
  return knows(rule, field, before) || knows(rule, field, after) ? 'unproven' : 'never'
}

/** Of an edit of a record: the field is one that rules move, in a place that a record can have. */
function inRecord(edit: Edit, rule: Migration | null): Credence {
  const field = asRuleField(fieldOf(edit.field))
  const isPlace = isPath(edit.field) && !isInjected(edit.field)
  if (field === null || !isPlace || !hasTexts(edit) || edit.before === edit.after) return 'never'
  if (isWholeAddress(field) && edit.field !== field) return 'never'
  return ofMove(edit, field, rule)
}

/** Of an edit of a file: the URL, and nobody's edit is ever written over there; or the id that was pinned. */
function inFile(edit: Edit, id: string, rule: Migration | null): Credence {
  if (edit.field === PINNED_ID) {
    const pinned = edit.before ?? edit.after
    return pinned === id && !hasTexts(edit) ? 'rule' : 'never'
  }
  const found = edit.field === 'url' ? inRecord(edit, rule) : 'never'
  return found === 'unproven' ? 'never' : found
}

const WORST: readonly Credence[] = ['never', 'unproven', 'form', 'rule']

// In the address of a request, these are steps of its path.
const isNoId = (id: string): boolean => id === '' || id === '.' || id === '..'

/** What is not believed of a change, and where: a field, an OAuth setting, or the id of its server. */
export interface Doubt {
  credence: Credence
  field: string
}

/**
 * Can a run have written this? It writes the fields of its rule, as the rule makes them, to and fro; and of the settings
 * those that a release clears with the URL. `rule`: the one that the change names, `null` where it is not at hand.
 */
export function canHaveWritten({ change, settings }: Claim, rule: Migration | null): Doubt {
  const { server, file } = change
  const edits = aimOf(change)
  if (isNoId(server.id)) return { credence: 'never', field: 'server_id' }
  const all = [change.settings, settings]
  const strange = all.map(strangeSetting).find((field) => field !== null)
  const [kept] = file === null ? [] : all.flatMap(Object.keys)
  const setting = strange ?? kept
  if (setting !== undefined) return { credence: 'never', field: setting }
  const twice = edits.find(({ field }, i) => edits.findIndex((each) => each.field === field) < i)
  if (twice) return { credence: 'never', field: twice.field }
  const found = edits.map((edit) => ({
    field: edit.field,
    credence: file === null ? inRecord(edit, rule) : inFile(edit, server.id, rule),
  }))
  const worst = WORST.find((each) => found.some(({ credence }) => credence === each)) ?? 'never'
  return found.find(({ credence }) => credence === worst) ?? { credence: 'never', field: '' }
}
