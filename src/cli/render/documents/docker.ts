import { z } from 'zod'
import type { ContainerRole, OpenPort } from '../../../core/deployment/topology.ts'
import { coded, count, flag, list, part, text } from './shape.ts'

const role = coded<ContainerRole>('role', 'What a container is in the deployment.', {
  litellm: 'LiteLLM',
  proxy: 'the MCP proxy',
  other: 'it shares a network with one of the two',
})

const portReach = coded<OpenPort['reach']>('reach', 'For whom a port is open.', {
  machine: 'this machine alone',
  everybody: 'whoever reaches one of its addresses',
})

const found = part('found', 'A part of the deployment.', {
  name: text.nullable().describe('Its name, `null` where it was not found.'),
  how: text.describe('How it was found, or what was looked for in vain.'),
})

const port = part('port', 'A port of a container that is open outside.', {
  hostIp: text.describe('The address of the machine; `0.0.0.0` or `::` for each.'),
  hostPort: count.describe('The port of the machine.'),
  containerPort: count.describe('The port of the container.'),
  protocol: text.describe('`tcp` or `udp`.'),
  reach: portReach.describe('For whom it is open.'),
  exposed: flag.describe('Does it lead past LiteLLM and its keys?'),
})

const container = part('container', 'A container.', {
  name: text.describe('Its name.'),
  role: role.describe('What it is in the deployment.'),
  state: text.describe('`running`, `exited` and so on, as the engine says.'),
  status: text.describe('The same for a person: `Up 2 hours`.'),
  networks: list(text).describe('The networks that it is on, of those below.'),
  ports: list(port).describe('Its open ports.'),
  onHostNetwork: flag.describe(
    'Is it on the network of the machine itself, so that each of its ports is one of the machine?',
  ),
})

const network = part('network', 'A network.', {
  name: text.describe('Its name.'),
  internal: flag.describe('Is there no way out of it?'),
  mcp: flag.describe('Is it the one on which LiteLLM and the MCP proxy are to meet?'),
})

const call = part('call', 'An origin that LiteLLM calls.', {
  origin: text.describe('Scheme, host and port.'),
  servers: count.describe('How many servers are at it.'),
  to: text.nullable().describe('The container that answers, `null` where that is not shown.'),
})

const log = part('log', 'The log of a container.', {
  container: text.describe('The container.'),
  problem: text.nullable().describe('Why its log could not be read, `null` where it could.'),
  errors: list(
    z.strictObject({
      time: text.nullable().describe('When it came, ISO 8601; `null` where the log does not tell.'),
      stream: z.enum(['stdout', 'stderr']).describe('Where it came from.'),
      text: text.describe('The line, with secrets masked.'),
      times: count.describe('How often it came.'),
    }),
  ).describe('Its last lines that tell of errors, oldest first.'),
})

const asked = '`null` where Docker could not be asked'

/** What Docker shows of the deployment. */
export const docker = z.strictObject({
  where: text.nullable().describe(`The engine; ${asked}.`),
  problem: text.nullable().describe('Why it could not be asked, `null` where it could.'),
  litellm: found.nullable().describe(`LiteLLM's container; ${asked}.`),
  proxy: found.nullable().describe(`The MCP proxy's container; ${asked}.`),
  network: found.nullable().describe(`The network on which the two meet; ${asked}.`),
  containers: list(container).nullable().describe(`The two, and who shares a network with them; ${asked}.`),
  networks: list(network).nullable().describe(`Their networks; ${asked}.`),
  calls: list(call).nullable().describe(`What LiteLLM calls; ${asked}.`),
  exposures: list(text).nullable().describe(`What is open that should not be, a sentence each; ${asked}.`),
  logs: list(log).nullable().describe(`The last errors in the logs of the two; ${asked}.`),
})
