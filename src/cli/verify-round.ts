import { tallyChecks } from '../core/verify/check.ts'
import { MigrateError } from '../core/errors.ts'
import { count, printableJson } from '../core/show/text.ts'
import type { Check } from '../runs/verify/check.ts'
import { CHECKS } from '../runs/verify/checks.ts'
import { runChecks } from '../runs/verify/run-checks.ts'
import type { Scene } from '../runs/verify/scene/scene.ts'
import type { Context } from './context.ts'
import { renderVerify, type VerifyReport, verifyDocument } from './render/verify.ts'
import type { VerifyOptions } from './verify-options.ts'
import { setScene, type Stage } from './verify-scene.ts'

/** The checks that --check names, all without it. */
const chosen = (ids: readonly string[]): readonly Check[] =>
  CHECKS.filter(({ id }) => ids.length === 0 || ids.includes(id))

/** Where the gateway cannot be asked, that is told whichever checks were chosen. */
function withGatewayTold(checks: readonly Check[], { gateway }: Scene): readonly Check[] {
  const isTold = !(gateway instanceof MigrateError) || checks.some(({ id }) => id === 'gateway')
  return isTold ? checks : [...checks, ...CHECKS.filter(({ id }) => id === 'gateway')]
}

async function once(checks: readonly Check[], scene: Scene, { terminal }: Context): Promise<VerifyReport> {
  const told = withGatewayTold(checks, scene)
  terminal.progress(`Verifying: ${count(told.length, 'check')}, side by side`)
  const results = await runChecks(told, scene)
  terminal.settle()
  const { gateway, gatewayUrl: url } = scene
  const { version, account } =
    gateway instanceof MigrateError ? { version: null, account: null } : gateway.identity
  return { gateway: { url, version, account }, checks: results }
}

const exitFor = ({ checks }: VerifyReport): number => (tallyChecks(checks).fail > 0 ? 5 : 0)

function show(report: VerifyReport, { json, watch }: VerifyOptions, { terminal, look }: Context): void {
  // One line for each round can be read as it comes.
  if (json) return terminal.print(printableJson(verifyDocument(report), watch === undefined ? 2 : 0))
  const time = watch === undefined ? '' : `${new Date().toISOString()}\n`
  terminal.print(time + renderVerify(report, look))
}

/** One round of `verify`: plays the chosen checks, and shows what came of them. Returns the exit code. */
export async function verifyRound(
  stage: Stage,
  gateway: Scene['gateway'],
  { options, context }: { options: VerifyOptions; context: Context },
): Promise<number> {
  const scene = await setScene(stage, gateway, { options, context })
  const report = await once(chosen(options.check), scene, context)
  show(report, options, context)
  return exitFor(report)
}
