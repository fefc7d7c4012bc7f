import { shellQuoted } from '../../../core/show/shell.ts'
import { mend } from '../../../core/show/remedy.ts'
import type { Sandbox, SandboxOptions } from '../../../sandbox/index.ts'
import type { Context } from '../../context.ts'
import { hintLines } from '../../render/layout.ts'
import type { SandboxGatewayOptions } from '../sandbox-gateway.ts'
import { raiseCurtain, setStage } from './stage.ts'
import { readWorld } from './world-file.ts'

/** What has to be known besides the lines that are printed, to use a gateway that is not like others. */
function sayings({ keyHeader, openToAll, ...options }: SandboxOptions, sandbox: Sandbox): string[] {
  const signsIn = [options.username, options.password, options.passwordLogin].some(
    (each) => each !== undefined,
  )
  const account = `export UI_USERNAME=${shellQuoted(sandbox.username)} UI_PASSWORD=${shellQuoted(sandbox.password)}`
  return [
    ...(keyHeader === undefined
      ? []
      : [`The key goes into a header of its own: add --key-header ${keyHeader}.`]),
    ...(openToAll === true ? ['No master key is configured there: it takes any key.'] : []),
    ...(signsIn
      ? [`To sign in by password, as a key beats a user name:\n  unset LITELLM_PROXY_API_KEY; ${account}`]
      : []),
  ]
}

/** `sandbox`: a gateway that stays up until Ctrl-C, with the lines that point the tool at it and at a journal that goes with it. */
export async function serveSandbox(
  { release, world, scenario }: SandboxGatewayOptions,
  context: Context,
): Promise<number> {
  const { terminal, look, signals, startedAs } = context
  const options = world === undefined ? { version: release } : await readWorld(world, release)
  const stage = await setStage(options, scenario)
  await raiseCurtain(stage, context)
  const { sandbox, journal } = stage
  const lines = {
    LITELLM_PROXY_URL: sandbox.url,
    LITELLM_PROXY_API_KEY: sandbox.masterKey,
    MCP_URL_MIGRATE_JOURNAL: journal,
  }
  terminal.print(
    Object.entries(lines)
      .map(([name, value]) => `export ${name}=${shellQuoted(value)}`)
      .join('\n'),
  )
  const next = mend(
    `A sandbox that behaves as LiteLLM ${sandbox.version} is up until Ctrl-C. Paste the export lines into another terminal, then type:`,
    startedAs,
  )
  // A world says itself what goes wrong in it.
  const about = world === undefined ? [stage.scenario.about] : []
  for (const each of ['', next, ...about, ...sayings(options, sandbox)])
    terminal.remark(hintLines(each, look))
  signals.finish()
  return new Promise(() => {})
}
