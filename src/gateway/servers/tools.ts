import { z } from 'zod'
import { ownMember } from '../../core/own-member.ts'
import type { Era } from '../../core/record/eras.ts'
import type { Reach, ReachKind } from '../../core/reach/reach.ts'
import { type Endpoint, getInTurn, spoken } from '../http/http.ts'
import { asValue } from '../http/ids.ts'
import {
  REACH_LIMIT_MS,
  reachOfFailure,
  reachOfTools,
  refusedToTry,
  toolAnswer,
  untried,
  withLimit,
} from './reach-from-litellm.ts'
import type { Answer } from '../http/transport.ts'

/** The word of a fault that 1.106 has for a registered server (`classify_list_exception`). */
const fault = z.looseObject({ detail: z.looseObject({ error: z.string() }) })

const FAULTS: Readonly<Record<string, ReachKind>> = {
  unreachable: 'unreachable',
  timeout: 'time-out',
}

/** LiteLLM hands a server's own 401 and 403 on as they came, with a text under `detail` where its own have an object. */
const handedOn = z.looseObject({ detail: z.string() })

function reachOfStatus(answer: Answer, endpoint: Endpoint): Reach {
  const word = fault.safeParse(answer.json).data?.detail.error
  if (word !== undefined && answer.status >= 500) {
    const kind = ownMember(FAULTS, word) ?? 'unclear'
    return {
      kind,
      tools: null,
      evidence: `LiteLLM cannot list its tools (${spoken(answer, endpoint)})`,
    }
  }
  if ((answer.status === 401 || answer.status === 403) && handedOn.safeParse(answer.json).success) {
    const kind = answer.status === 401 ? 'unauthorized' : 'forbidden'
    return { kind, tools: null, evidence: `LiteLLM: the server answers HTTP ${answer.status}` }
  }
  return refusedToTry(answer, endpoint)
}

function read(answer: Answer, endpoint: Endpoint, { faults }: Era): Reach {
  if (answer.status !== 200) return reachOfStatus(answer, endpoint)
  const { data } = toolAnswer.safeParse(answer.json)
  if (data?.error) return untried(`LiteLLM does not list its tools (${spoken(answer, endpoint)})`)
  return reachOfTools(data?.tools, faults === 'told' ? 'no-tools' : 'unclear')
}

/** GET /mcp-rest/tools/list?server_id=: the tools of a registered server, through the gateway. Never throws. */
export async function listTools(
  endpoint: Endpoint,
  era: Era,
  id: string,
  limitMs = REACH_LIMIT_MS,
): Promise<Reach> {
  try {
    const path = `/mcp-rest/tools/list?server_id=${asValue(id)}`
    return read(await getInTurn(withLimit(endpoint, limitMs), path, limitMs), endpoint, era)
  } catch (error) {
    return reachOfFailure(error, limitMs)
  }
}
