import {
  accessLine,
  accessOf,
  type Cell,
  guardOf,
  grantsWanted,
  guardRemarks,
  keyFaults,
} from '../../../core/verify/access.ts'
import { mend } from '../../../core/show/remedy.ts'
import { shellQuoted } from '../../../core/show/shell.ts'
import { printable } from '../../../core/show/text.ts'
import type { ListedServer } from '../../../core/record/server.ts'
import type { Endpoint } from '../../../gateway/http/http.ts'
import { serversSeen, toolsListed } from '../../../gateway/as-key.ts'
import { inParallel, LOOKS_AT_ONCE } from '../../../core/in-parallel.ts'
import { askingGateway, type Fault, judged } from '../check.ts'
import { secondLook } from '../limits.ts'
import { noKeysToTry } from './no-keys.ts'
import { type KeyUnderTest, type OpenScene } from '../scene/scene.ts'

/** What a key may do with one server. */
async function cellOf(
  server: ListedServer,
  seen: ReadonlySet<string>,
  endpoint: Endpoint,
  scene: OpenScene,
): Promise<Cell> {
  const { server_id: id } = server
  const { listsByGrant } = guardOf(scene.gateway.identity.version)
  const sees = seen.has(id)
  // A denial comes at once; who is granted it would wait for a backend that is silent for an admin, too.
  const works = sees && (await scene.toolsOf(id)).kind === 'tools'
  const asks = listsByGrant && (works || !sees)
  // What an admin has listed by now comes soon, or not at all.
  const limited = works ? { ...endpoint, timeoutSeconds: secondLook(scene) / 1000 } : endpoint
  const lists = asks ? await toolsListed(limited, id) : 'not-asked'
  return { server, access: accessOf({ sees, lists, works }) }
}

/** Sets the grants of a key to what they should be. It names where the secret is, and never holds it. */
function mendGrants(
  { expected, source }: KeyUnderTest,
  cells: readonly Cell[],
  { gateway, gatewayUrl, curlHeaders }: OpenScene,
): string {
  const secret = 'env' in expected.secret ? `$${expected.secret.env}` : `$(cat ${shellQuoted(source)})`
  const ids = grantsWanted(expected, cells)
  const name = printable(expected.name)
  if (ids.length === 0 && guardOf(gateway.identity.version).failsOpen)
    return `Grant the key ${name} one server that does no harm, as without any grant it reaches all on this release; or update LiteLLM.`
  // The ids are the gateway's words: they must not end the quotation.
  const list = JSON.stringify(ids).replaceAll("'", "'\\''")
  const body = `'{"key": "'"${secret}"'", "object_permission": {"mcp_servers": ${list}}}'`
  return mend(
    `Set the grants of the key ${name} to what it should reach; one that it has by a team or an access group is taken back there:`,
    `curl ${shellQuoted(`${gatewayUrl}/key/update`)} ${curlHeaders} -H 'Content-Type: application/json' -d ${body}`,
  )
}

interface KeyFindings {
  faults: Fault[]
  line: string | null
}

/** Why a key could not be looked at. */
function unusable(
  { expected: { name }, source }: KeyUnderTest,
  kind: 'refused' | 'trouble',
  message: string,
): Fault {
  return kind === 'refused'
    ? {
        line: `${printable(name)}: this is not a key of this gateway (${message})`,
        hint: `Make sure that ${source} holds a key of this gateway that has not expired.`,
      }
    : { line: `${printable(name)}: its servers could not be listed (${message})`, hint: null }
}

async function judgeKey(
  key: KeyUnderTest,
  servers: readonly ListedServer[],
  scene: OpenScene,
): Promise<KeyFindings> {
  const endpoint = scene.endpointFor(key.secret)
  const seen = await serversSeen(endpoint)
  if (seen.kind !== 'servers') return { faults: [unusable(key, seen.kind, seen.message)], line: null }
  const cells: Cell[] = []
  await inParallel(LOOKS_AT_ONCE, [...servers.entries()], async ([i, server]) => {
    cells[i] = await cellOf(server, seen.ids, endpoint, scene)
  })
  const faults = keyFaults(key.expected, cells).map(({ line, grants }) => ({
    line,
    hint: grants
      ? mendGrants(key, cells, scene)
      : 'Correct the name in the keys file, or the server on the gateway.',
  }))
  return { faults, line: accessLine(key.expected.name, cells) }
}

/** Each key may see and use the servers that it is to reach, and no other. */
export const keys = askingGateway({
  id: 'keys',
  title: 'Keys reach what they should, and nothing else',
  skip: noKeysToTry,
  look: async (open) => {
    const servers = await open.servers()
    const judgements = await Promise.all(open.keys.map((key) => judgeKey(key, servers, open)))
    const faults = judgements.flatMap((each) => each.faults)
    const unexpecting = open.keys.filter(
      ({ expected: { reaches, denied } }) => reaches.length + denied.length === 0,
    )
    const remark = unexpecting.map(
      ({ expected: { name } }) =>
        `nothing is expected of ${printable(name)}; --keys FILE says what a key may reach`,
    )
    const lines = judgements.flatMap(({ line }) => line ?? [])
    return judged(faults, [...lines, ...guardRemarks(open.gateway.identity.version), ...remark])
  },
})
