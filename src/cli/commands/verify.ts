import { setTimeout as sleep } from 'node:timers/promises'
import { tallyChecks } from '../../core/check.ts'
import { MigrateError } from '../../core/errors.ts'
import { nearestOf } from '../../core/selection.ts'
import { count, printable, printableJson } from '../../core/text.ts'
import { CHECK_IDS } from '../../core/verify/check-ids.ts'
import type { Gateway } from '../../gateway/port.ts'
import type { Check } from '../../runs/verify/check.ts'
import { CHECKS } from '../../runs/verify/checks.ts'
import { runChecks } from '../../runs/verify/run-checks.ts'
import type { Scene } from '../../runs/verify/scene.ts'
import type { Context } from '../context.ts'
import { renderVerify, type VerifyReport, verifyDocument } from '../render/verify.ts'
import { setScene } from '../verify-scene.ts'
import type { VerifyOptions } from '../verify-options.ts'
import { Connection } from './connection.ts'
import { gatewayUrl } from './session.ts'

/** The checks that --check names, all without it. Throws `usage` for one that there is not. */
function chosen(ids: readonly string[]): readonly Check[] {
  const known: readonly string[] = CHECK_IDS
  const wrong = ids.find((id) => !known.includes(id))
  if (wrong === undefined) return CHECKS.filter(({ id }) => ids.length === 0 || ids.includes(id))
  const near = nearestOf(wrong, known)
  const meant = near === null ? '' : `Did you mean ${near}? `
  throw new MigrateError(
    'usage',
    `There is no check ${printable(wrong)}`,
    `${meant}There are: ${known.join(', ')}.`,
  )
}

async function openOrFinding(connection: Connection): Promise<Gateway | MigrateError> {
  try {
    return await connection.open()
  } catch (error) {
    if (connection.isFinding(error)) return error
    throw error
  }
}

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

/**
 * `verify`: proves that the old addresses are closed, the new ones reachable, and open to the right keys only. Returns the
 * exit code: 5 where any check fails. With --watch it goes on until Ctrl-C.
 */
export async function verify(options: VerifyOptions, context: Context): Promise<number> {
  const checks = chosen(options.check)
  const url = await gatewayUrl(options, context, null)
  const set = await setScene(options, url, context)
  if (options.watch !== undefined) context.signals.finish()
  const connection = new Connection(options, url, context)
  for (;;) {
    const report = await once(checks, await set(await openOrFinding(connection)), context)
    show(report, options, context)
    if (options.watch === undefined || !context.terminal.isHeard) return exitFor(report)
    context.terminal.progress(`Again in ${options.watch} s; Ctrl-C ends`)
    await sleep(options.watch * 1000)
  }
}
