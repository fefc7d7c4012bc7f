import { OWN_REFUSALS, YamlFault } from '../../src/core/config/pyyaml/fault.ts'
import { load } from '../../src/core/config/pyyaml/load.ts'
import { encode } from './encode.ts'
import type { Answer } from './python.ts'

/** Where both readings agree, or how they differ. */
export type Outcome =
  | 'both read'
  | 'both refuse, same line'
  | 'both refuse, no line'
  | 'only we refuse'
  /** Which of merged values counts depends on the release of PyYAML, and this program says so. */
  | 'disputed'
  | `differs: ${string}`

/** The line, counted from 1, as PyYAML counts them. */
export function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split(/\r\n|[\n\r\x85\u2028\u2029]/).length
}

/** From this release on, PyYAML follows some merge keys in another order. */
const isRecent = (version: string): boolean => /^6\.0\.(?:[4-9]|\d\d)/.test(version)

function read(text: string): { value: string; disputed: boolean } | { fault: YamlFault } {
  try {
    const { value, disputed } = load(text)
    return { value: encode(value), disputed: disputed.size > 0 }
  } catch (fault) {
    if (fault instanceof YamlFault) return { fault }
    throw new Error(`this program failed on ${JSON.stringify(text)}`, { cause: fault })
  }
}

function compareRefusals(fault: YamlFault, line: number | null, text: string): Outcome {
  if (line === null) return 'both refuse, no line'
  const ours = lineOf(text, fault.offset)
  if (ours === line || OWN_REFUSALS.has(fault.reason)) return 'both refuse, same line'
  return `differs: the lines are ${ours} (${fault.reason}) and ${line}`
}

/** Compares what this program and a release of PyYAML make of a document. */
export function compare(text: string, answer: string, version: string): Outcome {
  const ours = read(text)
  if ('value' in ours && answer === `{"value":${ours.value}}`) return 'both read'
  const theirs = JSON.parse(answer) as Answer
  if ('value' in ours) {
    if ('error' in theirs) return `differs: only we read ${answer}`
    const mayDiffer = ours.disputed && isRecent(version)
    return mayDiffer ? 'disputed' : `differs: the values are ${ours.value} and ${answer}`
  }
  const { reason, offset } = ours.fault
  const outcome = 'error' in theirs ? compareRefusals(ours.fault, theirs.error, text) : null
  // What is merged twice, 6.0.4 takes once: it may leave out such a key, or come upon it elsewhere first.
  const isLeftOut = isRecent(version) && reason === 'a key is a list or a mapping'
  if (isLeftOut && (outcome === null || outcome.startsWith('differs'))) return 'disputed'
  if (outcome !== null) return outcome
  return OWN_REFUSALS.has(reason) ? 'only we refuse' : `differs: only we refuse (${reason} at ${offset})`
}
