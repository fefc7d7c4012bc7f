import { shellQuoted } from '../../../core/show/shell.ts'
import { type Sandbox, type SandboxOptions, startSandbox } from '../../../sandbox/index.ts'
import type { Context } from '../../context.ts'
import { hintLines } from '../../render/layout.ts'
import type { SandboxGatewayOptions } from '../sandbox-gateway.ts'
import { readWorld } from './world-file.ts'

/** What has to be known besides the two lines, to use a gateway that is not like others. */
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

/** `sandbox`: a gateway that stays up until Ctrl-C, with the lines that point the tool at it. */
export async function serveSandbox(
  { release, world }: SandboxGatewayOptions,
  { terminal, look, signals }: Context,
): Promise<number> {
  const options = world === undefined ? { version: release } : await readWorld(world, release)
  const sandbox = await startSandbox(options)
  terminal.print(
    `export LITELLM_PROXY_URL=${shellQuoted(sandbox.url)}\nexport LITELLM_PROXY_API_KEY=${shellQuoted(sandbox.masterKey)}`,
  )
  const about = `A sandbox gateway that behaves as LiteLLM ${sandbox.version}. Run the lines above in another terminal; Ctrl-C ends it.`
  for (const each of [about, ...sayings(options, sandbox)]) terminal.remark(hintLines(each, look))
  signals.finish()
  return new Promise(() => {})
}
