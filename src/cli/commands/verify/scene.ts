import { shellQuoted } from '../../../core/show/shell.ts'
import type { RuleSet } from '../../../core/rule/rule.ts'
import { connectDocker } from '../../../docker/connect/connect.ts'
import { endpointWith, type Target } from '../../../gateway/connect/connect.ts'
import { handshake } from '../../../mcp/handshake.ts'
import type { FileJournal } from '../../../journal/file-journal.ts'
import { localMachine } from '../../../machine/local-machine.ts'
import { makeScene } from '../../../runs/verify/scene/make-scene.ts'
import type { Scene } from '../../../runs/verify/scene/scene.ts'
import { deploymentNames } from '../../options/groups.ts'
import { readHeaderOptions } from '../../options/header-option.ts'
import { type Context, requireNamedJournal } from '../../context.ts'
import { ownCommands } from '../../own-command.ts'
import type { VerifyOptions } from '../verify.ts'

/** What does not change between two rounds: where the gateway is, the rule, the keys to try, the journal's folder. */
export interface Stage {
  url: string
  target: Target
  ruleSet: RuleSet
  keys: Scene['keys']
  journal: FileJournal
}

/** A header as an option of `curl`. `value`: shell, for inside double quotes. */
const curlHeader = (name: string, value: string): string =>
  /^[\w-]+$/.test(name) ? `-H "${name}: ${value}"` : `-H ${shellQuoted(`${name}: `)}"${value}"`

/** The key and the headers of `--header` as options of `curl`, with the variables that hold them. */
const curlHeaders = ({ header, keyHeader }: VerifyOptions): string =>
  [
    curlHeader(keyHeader ?? 'Authorization', 'Bearer $LITELLM_PROXY_API_KEY'),
    ...readHeaderOptions(header, keyHeader).map(({ name, variable }) => curlHeader(name, `$${variable}`)),
  ].join(' ')

/** Sets the scene for one round: with the journal, Docker and the gateway as they are now. */
export async function setScene(
  { url, target, ruleSet, keys, journal }: Stage,
  gateway: Scene['gateway'],
  { options, context }: { options: VerifyOptions; context: Context },
): Promise<Scene> {
  const docker = await connectDocker(context.env)
  requireNamedJournal(journal, options)
  const { runs, problems } = await journal.runs()
  return makeScene({
    gateway,
    gatewayUrl: url,
    endpointFor: (key) => endpointWith(target, key),
    ruleSet,
    runs,
    journalProblems: problems,
    machine: localMachine,
    docker,
    names: deploymentNames(options),
    handshake,
    keys,
    chatModel: options.chat ?? null,
    allowedPorts: new Set(options.allowPublished),
    curlHeaders: curlHeaders(options),
    own: ownCommands(options, { context, invoked: 'verify', url }),
    timeoutMs: options.timeout * 1000,
  })
}
