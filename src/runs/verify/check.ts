import type { CheckResult } from '../../core/verify/check.ts'
import type { CheckId } from '../../core/verify/check-ids.ts'
import { MigrateError } from '../../core/errors.ts'
import type { Remedy } from '../../core/reach/remedies.ts'
import { printable } from '../../core/show/text.ts'
import type { OpenScene, Scene } from './scene/scene.ts'

/** What a check came to, without its name. */
export type Finding = Pick<CheckResult, 'outcome' | 'evidence' | 'hint'>

/**
 * One check of `verify`, as a value. `tell` takes evidence as it is found: it is what is known where the time limit ends
 * the check.
 */
export interface Check {
  id: CheckId
  title: string
  /** What it comes to where its time is over; `fail` unless told, as what is not known is not good. */
  whenLate?: 'fail' | 'skip'
  /** Why it is not done, or `null`. */
  skip(scene: Scene): string | null
  look(scene: Scene, tell: (line: string) => void): Promise<Finding>
}

/** A check that asks the gateway: not done where that cannot be asked, which the check `gateway` tells of. */
export function askingGateway(
  check: Omit<Check, 'skip' | 'look'> & {
    skip?: Check['skip']
    look: (scene: OpenScene, tell: (line: string) => void) => Promise<Finding>
  },
): Check {
  const isOpen = (scene: Scene): scene is OpenScene => !(scene.gateway instanceof MigrateError)
  const closed = 'LiteLLM could not be asked: see the check gateway'
  return {
    ...check,
    skip: (scene) => check.skip?.(scene) ?? (isOpen(scene) ? null : closed),
    look: async (scene, tell) => (isOpen(scene) ? check.look(scene, tell) : skipped(closed)),
  }
}

/** All is well. */
export const pass = (...evidence: string[]): Finding => ({ outcome: 'pass', evidence, hint: null })

/** It could not be done, and why. */
export const skipped = (...evidence: string[]): Finding => ({ outcome: 'skip', evidence, hint: null })

/** One thing that is wrong, and how to mend it: a sentence, and lines of commands, indented, after it. */
export interface Fault {
  line: string
  hint: string | null
}

/** Fails where anything is wrong. `fine`: what else was seen. A hint stands once, however many faults it mends. */
export function judged(faults: readonly Fault[], fine: readonly string[]): Finding {
  if (faults.length === 0) return pass(...fine)
  const hints = [...new Set(faults.flatMap(({ hint }) => hint ?? []))]
  return {
    outcome: 'fail',
    evidence: [...faults.map(({ line }) => line), ...fine],
    hint: hints.length === 0 ? null : hints.join('\n'),
  }
}

/** A remedy as a hint. */
export const hintOf = ({ sentence, command }: Remedy): string =>
  mend(sentence, ...(command?.split('\n') ?? []))

/** A hint that ends in commands, each on a line of its own. */
export const mend = (sentence: string, ...commands: string[]): string =>
  // Names in a sentence may hold anything: no line of theirs is to pass for a command.
  [printable(sentence), ...commands.map((command) => `  ${command}`)].join('\n')
