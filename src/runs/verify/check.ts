import type { CheckId, CheckResult } from '../../core/verify/check.ts'
import { MigrateError } from '../../core/errors.ts'
import { isUnavailable } from '../../core/unavailable.ts'
import type { Docker } from '../../docker/port.ts'
import type { Deployment } from '../deployment/deployment.ts'
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

/** A check that asks Docker for the deployment: not done where there is no Docker. */
export function askingDocker(
  check: Omit<Check, 'skip' | 'look'> & {
    look: (docker: Docker, deployment: Deployment, scene: Scene) => Promise<Finding>
  },
): Check {
  return {
    ...check,
    skip: ({ docker }) => (isUnavailable(docker) ? `Docker cannot be asked: ${docker.unavailable}` : null),
    look: async (scene) => {
      const [{ docker }, deployment] = [scene, await scene.deployment()]
      return isUnavailable(docker) || isUnavailable(deployment)
        ? skipped('Docker cannot be asked')
        : check.look(docker, deployment, scene)
    },
  }
}

/** All is well. */
const pass = (...evidence: string[]): Finding => ({ outcome: 'pass', evidence, hint: null })

/** It could not be done, and why. */
export const skipped = (...evidence: string[]): Finding => ({ outcome: 'skip', evidence, hint: null })

/** One thing that is wrong, and how to mend it: a sentence, and lines of commands, indented, after it. */
export interface Fault {
  line: string
  hint: string | null
}

/** What was found on the way: faults, and what is fine. */
export interface Found {
  faults: Fault[]
  fine: string[]
}

/** All that several looks came to. */
export const found = (...all: Found[]): Found => ({
  faults: all.flatMap(({ faults }) => faults),
  fine: all.flatMap(({ fine }) => fine),
})

/** One fault, and nothing else. */
export const fault = (line: string, hint: string | null): Found => ({ faults: [{ line, hint }], fine: [] })

/** Nothing but what is fine. */
export const fine = (...lines: string[]): Found => ({ faults: [], fine: lines })

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
