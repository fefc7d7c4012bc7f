import type { MigrateError } from '../../../core/errors.ts'
import type { Unavailable } from '../../../core/unavailable.ts'
import type { RuleSet } from '../../../core/rule/rule.ts'
import type { CommandMaker } from '../../../core/show/own-command.ts'
import type { Reach } from '../../../core/reach/reach.ts'
import type { ListedServer } from '../../../core/record/server.ts'
import type { ExpectedKey } from '../../../core/verify/keys-file.ts'
import type { Docker } from '../../../docker/port.ts'
import type { Endpoint } from '../../../gateway/http/http.ts'
import type { Gateway } from '../../../gateway/port.ts'
import type { RecordedRun } from '../../../journal/fold.ts'
import type { JournalProblem } from '../../../journal/port.ts'
import type { Machine } from '../../../machine/port.ts'
import type { Deployment, DeploymentNames } from '../../deployment/deployment.ts'
import type { Surroundings } from '../../deployment/surroundings.ts'
import type { Inside } from './inside.ts'
import type { Migrated } from './migrated.ts'

/** A key to try. `source`: the variable or the file that holds it. */
export interface KeyUnderTest {
  expected: ExpectedKey
  secret: string
  source: string
}

/** All that the checks look at. What several of them need is asked for once. */
export interface Scene {
  /** Signed in as an admin; where that failed, why. */
  gateway: Gateway | MigrateError
  gatewayUrl: string
  /** The gateway's API under another key, or none. */
  endpointFor: (key: string | null) => Endpoint
  ruleSet: RuleSet
  /** The runs of the journal, oldest first, and what of it could not be read. */
  runs: readonly RecordedRun[]
  journalProblems: readonly JournalProblem[]
  machine: Machine
  docker: Docker | Unavailable
  /** What the person calls the containers and the network. */
  names: DeploymentNames
  /** What was found on it. Throws `docker-failed`. */
  deployment: () => Promise<Deployment | Unavailable>
  /** Where LiteLLM stands, and who can look from there. Never throws. */
  around: () => Promise<Surroundings>
  handshake: (url: string, transport: string, limitMs: number) => Promise<Reach>
  keys: readonly KeyUnderTest[]
  chatModel: string | null
  allowedPorts: ReadonlySet<number>
  /** This program's own commands, as they are printed. */
  own: CommandMaker
  /** The options with which `curl` asks the gateway as this program does: words for a shell, which name variables and hold no value. */
  curlHeaders: string
  /** For one request to the gateway, in milliseconds. */
  timeoutMs: number
  servers: () => Promise<ListedServer[]>
  /** The same, `null` where the gateway cannot be asked or does not tell. Never throws. */
  current: () => Promise<ListedServer[] | null>
  migrated: () => Promise<Migrated[]>
  /** What a server lists through the gateway, asked for by its id. */
  toolsOf: (id: string) => Promise<Reach>
  /** What a request to an origin's `/status` from inside LiteLLM's container came to. */
  inside: (origin: string) => Promise<Inside | Unavailable>
  /** The services that the MCP proxy serves, by its `/status` as seen from inside LiteLLM's container; `null` where that cannot be told. */
  served: () => Promise<string[] | null>
  /** Paths of MCP servers, as the gateway knows them; none where it cannot be asked. */
  knownPaths: () => Promise<string[]>
}

/** A scene whose gateway can be asked. */
export type OpenScene = Scene & { gateway: Gateway }
