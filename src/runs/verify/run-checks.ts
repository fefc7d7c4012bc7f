import type { CheckResult } from '../../core/verify/check.ts'
import { MigrateError } from '../../core/errors.ts'
import { type Check, type Finding, mend } from './check.ts'
import { wholeCheck } from './limits.ts'
import type { Scene } from './scene/scene.ts'

/** What is known where the time limit ends a check: what it has told so far, which is not enough to call it good. */
function late({ id, whenLate = 'fail' }: Check, told: readonly string[], scene: Scene): Finding {
  const limitMs = wholeCheck(scene)
  const seconds = Math.min(3600, Math.max(30, Math.ceil(scene.timeoutMs / 500)))
  const line = `not finished within ${Math.round(limitMs / 1000)} s`
  const hint = mend(
    'Try it alone, with more time for each request:',
    scene.own('verify', '--check', id, '--timeout', String(seconds)),
  )
  return { outcome: whenLate, evidence: [line, ...told], hint: whenLate === 'fail' ? hint : null }
}

/** An outside thing that did not answer is told as the reason; what is a fault of this program is thrown. */
function failed(error: unknown): Finding {
  if (!(error instanceof MigrateError)) throw error
  return { outcome: 'fail', evidence: [error.message], hint: error.hint }
}

async function withinLimit(check: Check, scene: Scene): Promise<Finding> {
  const limitMs = wholeCheck(scene)
  const told: string[] = []
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<Finding>((resolve) => {
    timer = setTimeout(() => resolve(late(check, told, scene)), limitMs)
  })
  const found = check.look(scene, (line) => told.push(line)).catch(failed)
  return Promise.race([found, limit]).finally(() => clearTimeout(timer))
}

async function carryOut(check: Check, scene: Scene): Promise<CheckResult> {
  const reason = check.skip(scene)
  const finding: Finding =
    reason === null ? await withinLimit(check, scene) : { outcome: 'skip', evidence: [reason], hint: null }
  return { id: check.id, title: check.title, ...finding }
}

/** Carries out the checks side by side, each within a time limit. Their order is kept. */
export function runChecks(checks: readonly Check[], scene: Scene): Promise<CheckResult[]> {
  return Promise.all(checks.map((check) => carryOut(check, scene)))
}
