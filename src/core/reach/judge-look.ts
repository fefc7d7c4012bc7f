import { failureOf } from './failures.ts'
import { judgeAnswer } from './judge-answer.ts'
import type { Asked, Observed } from './observed.ts'
import type { Reach, ReachKind } from './reach.ts'
import { redactText } from '../show/redact.ts'
import { count } from '../show/text.ts'
import { toolPrints } from './tools.ts'

const METHOD_NOT_FOUND = -32601

const without = (kind: ReachKind, evidence: string): Reach => ({ kind, tools: null, evidence })

const FOREIGN = without('not-mcp', 'it answers, but does not speak MCP')

function judgeTools(listed: readonly unknown[]): Reach {
  const tools = toolPrints(listed)
  if (!tools) return FOREIGN
  return tools.length === 0
    ? { kind: 'no-tools', tools, evidence: 'it speaks MCP, and lists no tools' }
    : { kind: 'tools', tools, evidence: `it lists ${count(tools.length, 'tool')}` }
}

function judgeError({ method, code, message }: Extract<Observed, { event: 'error' }>): Reach {
  const evidence = `it answers ${method} with error ${code} (${redactText(message)})`
  if (code !== METHOD_NOT_FOUND) return without('server-error', evidence)
  return method === 'tools/list'
    ? without('no-tools', 'it speaks MCP, and has no tools')
    : without('not-mcp', evidence)
}

function judgeFailure({ code, tls }: Extract<Observed, { event: 'failure' }>): Reach {
  const { kind, words } = failureOf(code, tls)
  return without(kind, words)
}

function judgeEndpoint(at: string): Reach {
  const origin = URL.canParse(at) ? redactText(new URL(at).origin) : 'nowhere'
  return { ...without('redirect', `it wants its messages at ${origin}, which is not followed`), leadsTo: at }
}

const ENDLESS = { answer: 'its answer has no end', list: 'its list of tools has no end' }

/** What the facts of a look say of the address. */
export function judgeLook(seen: Observed, asked: Asked): Reach {
  switch (seen.event) {
    case 'tools':
      return judgeTools(seen.tools)
    case 'answer':
      return judgeAnswer(seen, asked)
    case 'failure':
      return judgeFailure(seen)
    case 'error':
      return judgeError(seen)
    case 'endpoint':
      return judgeEndpoint(seen.at)
    case 'foreign':
      return FOREIGN
    case 'ended':
      return without('reset', 'it closes its stream before it answers')
    case 'endless':
      return without('not-mcp', ENDLESS[seen.what])
    case 'late':
      return without('time-out', `it does not answer within ${asked.seconds} s`)
  }
}
