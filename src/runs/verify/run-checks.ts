import type { CheckResult } from '../../core/verify/check.ts'
import { mend } from '../../core/show/remedy.ts'
import { MigrateError } from '../../core/errors.ts'
import { type Check, type Finding, skipped } from './check.ts'
import { orLate } from '../../core/in-time.ts'
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

function look(check: Check, scene: Scene): Promise<Finding> {
  const told: string[] = []
  const finding = check.look(scene, (line) => told.push(line)).catch(failed)
  return orLate(wholeCheck(scene), finding, () => late(check, told, scene))
}

async function runCheck(check: Check, scene: Scene): Promise<CheckResult> {
  const reason = check.skip(scene)
  const finding = reason === null ? await look(check, scene) : skipped(reason)
  return { id: check.id, title: check.title, ...finding }
}

/** A whole verification: of which gateway, and what each check found. */
export interface VerifyReport {
  gateway: { url: string; version: string | null; account: string | null }
  checks: CheckResult[]
}

/** Does the checks side by side, each within a time limit. Their order is kept. */
export async function runChecks(checks: readonly Check[], scene: Scene): Promise<VerifyReport> {
  const { gateway, gatewayUrl: url } = scene
  const { version, account } =
    gateway instanceof MigrateError ? { version: null, account: null } : gateway.identity
  const results = await Promise.all(checks.map((check) => runCheck(check, scene)))
  return { gateway: { url, version, account }, checks: results }
}
