import type { ReachKind, Tried } from './reach.ts'

/** Failures of a whole origin: what is said of an address there that nobody tried any more. */
const NOT_TRIED: Partial<Record<ReachKind, string>> = {
  'unknown-host': 'not tried: the host is unknown',
  refused: 'not tried: the host refuses connections',
  unreachable: 'not tried: the host cannot be reached',
  'time-out': 'not tried: nothing at this host answers',
}

/** Does it say of an address that no other one at the same origin works either? */
export const isOfOrigin = (kind: ReachKind): boolean => kind in NOT_TRIED

/** What was found of an address that nobody tried, as its origin is dead by this. */
export const untriedAsDead = <T extends Pick<Tried, 'kind' | 'evidence'>>(dead: T): T => ({
  ...dead,
  evidence: NOT_TRIED[dead.kind] ?? dead.evidence,
})

/** Was the address itself tried? */
export const wasTried = ({ kind, evidence }: Pick<Tried, 'kind' | 'evidence'>): boolean =>
  evidence !== NOT_TRIED[kind]
