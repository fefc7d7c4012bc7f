import { z } from 'zod'

const event = <Name extends string, Shape extends z.core.$ZodLooseShape>(name: Name, shape: Shape) =>
  z.object({ event: z.literal(name), ...shape })

/**
 * What an MCP client met at an address: facts, and no opinion of them. Both clients, the one of this process and the one
 * that runs inside LiteLLM's container, report these, and `judgeLook` makes a `Reach` of them.
 */
export const observed = z.discriminatedUnion('event', [
  /** The whole list of its tools, as it came. */
  event('tools', { tools: z.array(z.unknown()) }),
  /**
   * An HTTP answer with which MCP does not go on. `at`: the URL that gave it. `type`: the content type in lower case,
   * `challenge`: whether it says how to sign in, `beginning`: of its body, some 4,000 characters.
   */
  event('answer', {
    at: z.string(),
    method: z.string(),
    status: z.number(),
    type: z.string(),
    location: z.string().nullable(),
    challenge: z.boolean(),
    beginning: z.string(),
  }),
  /** No HTTP answer. `code` as Node.js names it; `tls`: a plain URL, and TLS is spoken there. */
  event('failure', { code: z.string(), tls: z.boolean() }),
  /** An error of JSON-RPC, in an answer that is fine otherwise. */
  event('error', { method: z.string(), code: z.number(), message: z.string() }),
  /** HTTP+SSE whose messages should go to another origin. */
  event('endpoint', { at: z.string() }),
  /** It answers, and what it says is not what an MCP server says. */
  event('foreign', {}),
  /** The stream that was to bring the answer ended before it. */
  event('ended', {}),
  /** More than anybody reads. */
  event('endless', { what: z.enum(['answer', 'list']) }),
  /** The time was up. `opened`: a stream had been opened, and said nothing of use. */
  event('late', { opened: z.boolean() }),
])
export type Observed = z.infer<typeof observed>

/** An HTTP answer that an MCP client can do nothing with. */
export type OddAnswer = Extract<Observed, { event: 'answer' }>

/** What was asked: the URL, how (`http` or `sse`), and how long it was waited for. */
export interface Asked {
  url: string
  transport: string
  seconds: number
}

/** How many characters of a body are worth reading where it is no answer to a message. */
export const BEGINNING = 4000
