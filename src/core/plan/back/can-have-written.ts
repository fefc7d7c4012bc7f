import { PINNED_ID } from '../../config/read/record.ts'
import { isInjected } from '../../record/fields.ts'
import { type Settings, strangeSetting } from '../../record/oauth.ts'
import { fieldOf, isPath } from '../../record/path.ts'
import { readAddress } from '../../rule/address.ts'
import { splitRest } from '../../rule/match.ts'
import { rewriteAt } from '../../rule/rewrite.ts'
import { isWholeAddress, RULE_FIELDS } from '../../rule/rule-field.ts'
import {
  type Migration,
  type Rule,
  rulesFor,
  rulesNamed,
  type Transport,
  TRANSPORTS,
} from '../../rule/rule.ts'
import { verdictOn } from '../../rule/verdict.ts'
import { aimOf, type Change, type Edit, migrationsOf } from '../change.ts'

/**
 * How far a change that a journal tells of can be believed. `rule`: its rule makes one text of the other. `form`: the rule
 * is not at hand, and they differ as a move makes them differ. `unproven`: it may have been written over somebody's edit,
 * which no rule made. `never`: no run writes that.
 */
export type Credence = 'rule' | 'form' | 'unproven' | 'never'

/** A change of which it is judged, and the settings that were to be put back with it. */
export interface Claim {
  change: Pick<Change, 'server' | 'file' | 'migration' | 'edits' | 'landed' | 'settings'>
  settings: Settings
}

type Texts = Edit & { before: string; after: string }

const hasTexts = (edit: Edit): edit is Texts => edit.before !== null && edit.after !== null

// Every URL in a text, up to its query or fragment.
const PLACES = /https?:\/\/(?:\[[\da-f:.]+\])?[^\s?#\\"'<>`,;)\]}|]*/gi

/** Do two texts differ in nothing but the places that their URLs lead to? Queries and fragments stay. */
function isMove(field: string, before: string, after: string): boolean {
  if (!isWholeAddress(field)) return before.replace(PLACES, '//') === after.replace(PLACES, '//')
  const [from, to] = [readAddress(before), readAddress(after)]
  if (from.kind !== 'address' || to.kind !== 'address') return false
  return splitRest(from.rest).tail === splitRest(to.rest).tail
}

/** Does a text hold an address that rules move from or to? */
function isKnown(rules: readonly Rule[], path: string, text: string): boolean {
  if (rewriteAt(rules, { path, text }).after !== text) return true
  return [...text.matchAll(PLACES)].some(([url]) => verdictOn(rules, url).kind === 'moved')
}

/** Of a move between two texts, either way: what is taken back was written the other way round. */
function ofMove({ field, before, after }: Texts, rules: readonly Rule[] | null): Credence {
  if (rules === null) return isMove(field, before, after) ? 'form' : 'unproven'
  const own = rulesFor(rules, field)
  if (own.length === 0) return 'never'
  const becomes = (text: string): string => rewriteAt(own, { path: field, text }).after
  if (becomes(before) === after || becomes(after) === before) return 'rule'
  return isKnown(own, field, before) || isKnown(own, field, after) ? 'unproven' : 'never'
}

const isTransport = (text: string): text is Transport => (TRANSPORTS as readonly string[]).includes(text)

/** Of a transport, either way: a rule sets it, with the URL of its server or where that stays. */
function ofTransport({ before, after }: Texts, rules: readonly Rule[] | null): Credence {
  if (!isTransport(before) || !isTransport(after)) return 'never'
  if (rules === null) return 'form'
  return rules.some(({ transport }) => transport === after || transport === before) ? 'rule' : 'never'
}

/** Of an edit of a record: the field is one that rules move, in a place that a record can have. */
function inRecord(edit: Edit, rules: readonly Rule[] | null): Credence {
  if (!isPath(edit.field) || isInjected(edit.field) || !hasTexts(edit) || edit.before === edit.after)
    return 'never'
  if (edit.field === 'transport') return ofTransport(edit, rules)
  const field = fieldOf(edit.field)
  if (!(RULE_FIELDS as readonly string[]).includes(field)) return 'never'
  if (isWholeAddress(field) && edit.field !== field) return 'never'
  return ofMove(edit, rules)
}

/** Of an edit of a file, where nobody's edit is ever written over; or of the id that was pinned. */
function inFile(edit: Edit, id: string, rules: readonly Rule[] | null): Credence {
  if (edit.field === PINNED_ID) {
    const pinned = edit.before ?? edit.after
    return pinned === id && !hasTexts(edit) ? 'rule' : 'never'
  }
  const found = inRecord(edit, rules)
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

/** The rules that an edit names, or all of its change's migration; `null` where one of them is not at hand. */
function rulesOfEdit(edit: Edit, migration: string, known: ReadonlyMap<string, Migration>): Rule[] | null {
  const migrations = migrationsOf(edit, migration).map((id) => known.get(id))
  if (migrations.includes(undefined)) return null
  const rules = migrations.flatMap((each) => each?.rules ?? [])
  return edit.rules ? rulesNamed(rules, edit.rules) : rules
}

/**
 * Can a run have written this? It writes the fields of its rules, as these make them, to and fro; and of the settings those
 * that a release clears with the URL. `known`: the migrations of the run that are at hand, by their ids.
 */
export function canHaveWritten({ change, settings }: Claim, known: ReadonlyMap<string, Migration>): Doubt {
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
  const found = edits.map((edit) => {
    const rules = rulesOfEdit(edit, change.migration, known)
    const credence = file === null ? inRecord(edit, rules) : inFile(edit, server.id, rules)
    return { field: edit.field, credence }
  })
  const worst = WORST.find((each) => found.some(({ credence }) => credence === each)) ?? 'never'
  return found.find(({ credence }) => credence === worst) ?? { credence: 'never', field: '' }
}
