import type { Era } from '../record/eras.ts'
import { withoutHang } from '../record/may-hang.ts'
import type { AppliedChange } from '../run/outcome.ts'
import type { Recorded } from './back/back.ts'
import { unrestored } from './back/lost-settings.ts'
import { type Change, serversIn } from './change.ts'
import { puttingBack } from './assemble-change.ts'
import { CONSENTS } from './consent/consent.ts'
import type { Judgement } from './judge.ts'
import { gatewayNotes, planOf } from './assemble-plan.ts'
import type { GatewayIdentity, Plan } from './plan.ts'
import { unitsOf } from './units.ts'

/** A run that its process did not end, and what is known by now of each of its changes. */
export interface Unfinished {
  run: {
    started: { reverts: string | null; migrations: Plan['migrations'] }
    changes: readonly Pick<Recorded, 'change' | 'settings'>[]
  }
  settled: readonly AppliedChange[]
}

/** What is still to be done about one change of a run: all of it, its settings alone, or nothing. */
function remaining({ changes }: Unfinished['run'], settled: AppliedChange): Change[] {
  const recorded = changes.find(({ change }) => change.id === settled.id)
  if (!recorded) return []
  if (settled.outcome === 'not-applied' || settled.outcome === 'failed') return [recorded.change]
  const lost = unrestored(recorded.settings, settled.collateral)
  const isShort = settled.outcome === 'applied' && Object.keys(lost).length > 0
  return isShort ? [puttingBack(recorded.change, lost)] : []
}

/** What is still to be done of a run. What goes together is not done by halves: where a part drifted, or nobody knows, all stays. */
function left({ run, settled }: Unfinished): Change[] {
  const isInTheWay = ({ outcome }: AppliedChange): boolean => outcome === 'drifted' || outcome === 'unknown'
  const whole = new Set(
    unitsOf(settled)
      .filter((unit) => !unit.some(isInTheWay))
      .flat(),
  )
  return settled.filter((each) => whole.has(each)).flatMap((each) => remaining(run, each))
}

/** How many servers finishing a run would still write to. */
export function leftToDo(unfinished: Unfinished): number {
  return serversIn(left(unfinished))
}

/** The plan that does what is left of a run: a plan like any other. What was refused is tried again. */
export function planCompletion(
  unfinished: Unfinished,
  { identity, era }: { identity: GatewayIdentity; era: Era },
  createdAt: string,
): Plan {
  const { run, settled } = unfinished
  const searches = era.searches.length > 0
  const rest = left(unfinished)
  const waiting = new Set(rest.map(({ server }) => server.id))
  const judgements = rest.map(
    (change): Judgement => ({ kind: 'change', change: searches ? change : withoutHang(change) }),
  )
  return planOf({
    createdAt,
    gateway: identity,
    reverts: run.started.reverts,
    migrations: run.started.migrations,
    notes: gatewayNotes(identity),
    servers: serversIn(settled),
    meant: settled,
    judgements,
    order: 'given',
    // They were consented to when the run began.
    accepted: CONSENTS,
    moved: settled.filter(({ outcome, server }) => outcome === 'applied' && !waiting.has(server.id)),
  })
}
