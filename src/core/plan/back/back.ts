import { RESTART } from '../../config/move/fate.ts'
import { type Era, FILE_ERA } from '../../record/eras.ts'
import type { HeldFields } from '../../record/held.ts'
import type { Settings } from '../../record/oauth.ts'
import { isSilent, type Reading } from '../../record/place.ts'
import { identify, type ListedServer, listedServer } from '../../record/server.ts'
import type { CollateralChange, Outcome } from '../../run/outcome.ts'
import { type Change, newUrl, serversIn } from '../change.ts'
import type { Consent } from '../consent/consent.ts'
import { reversed } from '../drift.ts'
import { aimAt, type Judgement, judge, type Objection } from '../judge.ts'
import { planOf } from '../assemble-plan.ts'
import type { GatewayIdentity, Plan } from '../plan.ts'
import { type Selection, select } from '../select.ts'
import { shellQuoted } from '../../show/shell.ts'
import { lostSettings, onRelease } from './lost-settings.ts'
import { isOverEdit, OVER_EDIT } from './options.ts'
import { notRestorable, runNotes, stillChanged } from './notes.ts'
import { together } from './together.ts'

/** One change of a run that is to be taken back, as its journal knows it. `unsettled`: what became of it is not recorded. */
export interface Recorded {
  change: Change
  outcome: Outcome | 'unsettled'
  collateral: readonly CollateralChange[]
  /** What the record's fields held right before the write, `null` when there was none. */
  fieldsBefore: HeldFields | null
  /** The OAuth settings that have to be there after the write. */
  settings: Settings
}

/** A change of the run, with what its server holds now. */
export interface Candidate {
  recorded: Recorded
  /** What runs that took this one back before did to its server. */
  earlier?: readonly Recorded[]
  /** Was it written, or may it have been, whatever became of it since? */
  wrote: boolean
  reading: Reading
  /** How many people's sign-ins are stored by now, `null` where nobody can tell. */
  signIns: number | null
  /** The options that would name the files which it is about, and were not given. */
  unnamed?: readonly string[]
}

/** The run that is taken back, as far as its plan tells of it. */
export interface RunToRevert {
  id: string
  started: { gateway: { url: string }; reverts: string | null; migrations: Plan['migrations'] }
}

/** What a reversal is planned from. */
export interface Reversal {
  createdAt: string
  gateway: { identity: GatewayIdentity; era: Era }
  run: RunToRevert
  /** Other migrations of the gateway that stay as they are, with the options that take them back. */
  inForce: readonly { id: string; servers: number; options: readonly string[] }[]
  /** Its changes that were tried, in their order. */
  candidates: readonly Candidate[]
  selection: Selection
  /** Effects that the person consents to. */
  accepted: readonly Consent[]
}

/** A file is written only when it is named again: a journal that somebody else wrote may name any. */
function notNamed(unnamed: readonly string[]): Objection | null {
  if (unnamed.length === 0) return null
  const options = unnamed.map(shellQuoted).join(' ')
  return { code: 'file-not-named', message: `a file is written only when it is named again: add ${options}` }
}

/** What is to become of a change of a run, by itself. Its server is called as it is called now. */
function judgeBack({ recorded, reading, signIns, unnamed = [] }: Candidate, gatewayEra: Era): Judgement {
  const { change } = recorded
  const { server, migration, file } = change
  const era = file === null ? gatewayEra : FILE_ERA
  const record = reading.kind === 'record' ? reading.record : null
  const named = record && file === null ? identify(record, server.source) : server
  const aim = aimAt(
    { server: { ...named, id: server.id }, migration, edits: reversed(change.edits) },
    {
      file,
      effects: [...(file ? [RESTART] : []), ...(isOverEdit(change) ? [OVER_EDIT] : [])],
      lost: record ? lostSettings(onRelease(recorded, era), record, era) : {},
      objection: notNamed(unnamed),
    },
  )
  return judge({ reading, signIns, url: record?.url ?? null }, aim, era)
}

/** What a server is selected by. A file holds no name under that field: there it is the key of the entry. */
function asListed({ recorded: { change }, reading }: Candidate): ListedServer {
  const { id, name, alias } = change.server
  const record = reading.kind === 'record' && change.file === null ? reading.record : {}
  return listedServer.parse({ server_name: name, alias, ...record, server_id: id })
}

/** A candidate, whether its server is meant, and what is to become of it. */
interface JudgedCandidate {
  candidate: Candidate
  change: Change
  meant: boolean
  judgement: Judgement
}

/** The judgements with each server that is left alone once, for its URL where that is. */
function onceEach(judged: readonly JudgedCandidate[]): Judgement[] {
  const urlsFirst = judged.toSorted(
    (a, b) => Number(newUrl(b.change) !== null) - Number(newUrl(a.change) !== null),
  )
  const told = new Map<string, Judgement>()
  for (const { change, judgement } of urlsFirst)
    if (judgement.kind === 'skipped' && !told.has(change.server.id)) told.set(change.server.id, judgement)
  return judged.flatMap(({ change, judgement }) =>
    judgement.kind !== 'skipped' || told.get(change.server.id) === judgement ? [judgement] : [],
  )
}

/**
 * The plan that takes a run back: a plan like any other. A server that holds something else than the run wrote is left
 * alone. Throws `usage` for a pattern that selects no server of the run.
 */
export function assembleReversal(reversal: Reversal): Plan {
  const { createdAt, gateway, run, inForce, candidates, selection, accepted } = reversal
  const { identity, era } = gateway
  const selected = select(selection, candidates.map(asListed), `run ${run.id}`)
  const judged = together(
    candidates.map((candidate): JudgedCandidate => {
      const { change } = candidate.recorded
      const meant = selected.has(change.server.id)
      return { candidate, change, meant, judgement: judgeBack(candidate, era) }
    }),
  ).filter(({ meant }) => meant)
  return planOf({
    createdAt,
    gateway: identity,
    reverts: run.id,
    migrations: run.started.migrations,
    notes: [
      ...runNotes(run, inForce, identity),
      ...judged.flatMap(({ candidate }) => stillChanged(candidate, era)),
      ...judged.flatMap(({ candidate, judgement }) =>
        judgement.kind === 'nothing' ? [] : notRestorable(candidate, era),
      ),
    ],
    servers: serversIn(candidates.map(({ recorded }) => recorded.change)),
    meant: judged.map(({ change }) => change),
    judgements: onceEach(judged),
    order: 'back',
    silent: new Set(
      candidates.filter(({ reading }) => isSilent(reading)).map(({ recorded }) => recorded.change.server.id),
    ),
    accepted,
  })
}
