import type { Reach, ReachKind, ReachOutcome, Tried } from './reach.ts'
import { type Failing, remedyFor, remedyText } from './remedies.ts'

/** What a kind comes to. */
export function outcomeOf(kind: ReachKind): ReachOutcome {
  if (kind === 'tools') return 'reached'
  if (kind === 'unauthorized' || kind === 'forbidden') return 'sign-in'
  return kind === 'untried' ? 'not-tried' : 'failed'
}

/** Is there more to be told of a failure than LiteLLM tells, so that somebody else is worth asking? */
export function needsWitness({ kind }: Reach): boolean {
  return kind === 'unclear' || kind === 'unreachable'
}

/** What a witness may have found where LiteLLM could not connect at all: it has to fail in the same way. */
const ON_THE_WAY: readonly ReachKind[] = ['unknown-host', 'refused', 'time-out', 'unreachable']

function isCause(kind: ReachKind, told: ReachKind): boolean {
  if (['tools', 'unclear', 'untried'].includes(kind)) return false
  return told === 'unreachable' ? ON_THE_WAY.includes(kind) : true
}

/**
 * What is wrong with an address, from two words about it. Whether it works is LiteLLM's to say; why it does not, a
 * witness says where LiteLLM does not, and `null` means that nobody else could look.
 */
export function diagnose(gatewaysWord: Reach, witness: Reach | null): Reach {
  if (!needsWitness(gatewaysWord)) return gatewaysWord
  if (witness === null)
    return { ...gatewaysWord, evidence: `${gatewaysWord.evidence}; the cause cannot be told from here` }
  const evidence = `${gatewaysWord.evidence}; ${witness.evidence}`
  const kind = isCause(witness.kind, gatewaysWord.kind) ? witness.kind : gatewaysWord.kind
  return { ...gatewaysWord, kind, evidence }
}

/** A finding as it is shown and kept, with what mends it. */
export function triedAs({ kind, tools, evidence }: Reach, failing: Failing): Tried {
  const remedy = remedyFor(kind, failing)
  return {
    outcome: outcomeOf(kind),
    kind,
    evidence,
    tools: tools?.length ?? null,
    hint: remedy && remedyText(remedy),
  }
}
