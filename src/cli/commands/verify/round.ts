import { tallyChecks } from '../../../core/verify/check.ts'
import { count } from '../../../core/show/text.ts'
import { chosenChecks } from '../../../runs/verify/checks.ts'
import { runChecks, type VerifyReport } from '../../../runs/verify/run-checks.ts'
import type { Scene } from '../../../runs/verify/scene/scene.ts'
import type { Context } from '../../context.ts'
import { renderVerify, verifyDocument } from '../../render/verify.ts'
import type { VerifyOptions } from '../verify.ts'
import { setScene, type Stage } from './scene.ts'

const exitFor = ({ checks }: VerifyReport): number => (tallyChecks(checks).fail > 0 ? 5 : 0)

function show(
  report: VerifyReport,
  { json, watch, quiet }: VerifyOptions,
  { terminal, look }: Context,
): void {
  // One line for each round can be read as it comes.
  if (json) return terminal.document(verifyDocument(report), watch === undefined ? 2 : 0)
  const time = watch === undefined ? '' : `${new Date().toISOString()}\n`
  terminal.print(time + renderVerify(report, look, quiet))
}

/** One round of `verify`: plays the chosen checks, and shows what came of them. Returns the exit code. */
export async function verifyRound(
  stage: Stage,
  gateway: Scene['gateway'],
  { options, context }: { options: VerifyOptions; context: Context },
): Promise<number> {
  const scene = await setScene(stage, gateway, { options, context })
  const checks = chosenChecks(options.check, scene)
  context.terminal.progress(`Verifying: ${count(checks.length, 'check')}, side by side`)
  const report = await runChecks(checks, scene)
  context.terminal.settle()
  show(report, options, context)
  return exitFor(report)
}
