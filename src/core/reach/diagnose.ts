import type { Reach, ReachKind, ReachOutcome, Tried } from './reach.ts'
import { type Remedy, remedyText } from '../show/remedy.ts'

/** What a kind comes to. */
export function outcomeOf(kind: ReachKind): ReachOutcome {
  if (kind === 'tools') return 'reached'
  if (kind === 'unauthorized' || kind === 'forbidden') return 'sign-in'
  return kind === 'untried' ? 'not-tried' : 'failed'
}

/** A witness's findings that tell what a request met. */
const MET: readonly ReachKind[] = [
  'redirect',
  'web-page',
  'login-page',
  'not-mcp',
  'wrong-transport',
  'no-tls',
  'tls-only',
  'certificate',
  'tls-failed',
]

/** Those where nothing came back, or no connection came about. */
const ON_THE_WAY: readonly ReachKind[] = ['unknown-host', 'refused', 'time-out', 'unreachable', 'reset']

const ANSWERED: readonly ReachKind[] = [
  'no-tools',
  'not-found',
  'host-refused',
  'unauthorized',
  'forbidden',
  'rate-limited',
  'server-error',
]

/**
 * For which causes a witness is believed, by what LiteLLM says. It has to be a cause of what LiteLLM met: where LiteLLM
 * could not connect, a witness who gets further explains nothing. As seen on 1.81.14 and 1.106.2: "unreachable" is what
 * LiteLLM says of TLS that fails, too, and "interrupted" of TLS where none was expected; of pages and redirects 1.81.14
 * waits for more. What is not here LiteLLM knows better than any witness.
 */
const CAUSES: Partial<Record<ReachKind, readonly ReachKind[]>> = {
  unclear: [...MET, ...ON_THE_WAY, ...ANSWERED],
  unreachable: [...ON_THE_WAY, 'no-tls', 'certificate', 'tls-failed'],
  reset: [...MET, ...ON_THE_WAY],
  'time-out': MET,
  redirect: MET,
  'not-mcp': [...MET, ...ANSWERED],
  'wrong-transport': MET,
  'not-found': ['wrong-transport'],
  unauthorized: ['login-page'],
  forbidden: ['login-page', 'host-refused'],
}

/** Does LiteLLM say so little that its word alone tells no cause? */
export const isVague = ({ kind }: Reach): boolean => kind === 'unclear' || kind === 'unreachable'

/** Is there more to be told of a failure than LiteLLM tells, so that somebody else is worth asking? */
export const needsWitness = ({ kind }: Reach): boolean => kind in CAUSES

/**
 * What is wrong with an address, from two words about it. Whether it works is LiteLLM's to say; why it does not, a
 * witness says where that is the better evidence. `null` means that nobody else could look.
 */
export function diagnose(gatewaysWord: Reach, witness: Reach | null): Reach {
  const causes = CAUSES[gatewaysWord.kind]
  if (!causes) return gatewaysWord
  if (witness === null)
    return isVague(gatewaysWord)
      ? { ...gatewaysWord, evidence: `${gatewaysWord.evidence}; the cause cannot be told from here` }
      : gatewaysWord
  const evidence = `${gatewaysWord.evidence}; ${witness.evidence}`
  if (causes.includes(witness.kind)) return { ...witness, tools: gatewaysWord.tools, evidence }
  return isVague(gatewaysWord) ? { ...gatewaysWord, evidence } : gatewaysWord
}

/** A finding as it is shown and kept, with what mends it. */
export function triedAs({ kind, tools, evidence }: Reach, remedy: Remedy | null): Tried {
  return {
    outcome: outcomeOf(kind),
    kind,
    evidence,
    tools: tools?.length ?? null,
    hint: remedy && remedyText(remedy),
  }
}
