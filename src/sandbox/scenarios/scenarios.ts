import type { SandboxOptions } from '../options.ts'

/** A gateway on which one thing goes wrong, or nothing. */
export interface Scenario {
  /** What goes wrong, and what to try first, for whoever plays it: a line. */
  readonly about: string
  /** How its gateway differs from the usual one. */
  readonly options: SandboxOptions
  /** Is a run, before that of the person, to be killed as the first write is no longer answered? */
  readonly crashes: boolean
}

const PUT = { method: 'PUT', path: '/v1/mcp/server' } as const

/** The scenarios, by their names. */
export const SCENARIOS = {
  guide: {
    about: 'Scenario guide: seven servers, and all of them can move. Answer y to move them.',
    options: {},
    crashes: false,
  },
  unreachable: {
    about: 'Scenario unreachable: nothing serves n8n there. Answer c to move it too, or y.',
    options: { faults: { 'http://mcp-proxy-sse:8080/servers/n8n/': 404 } },
    crashes: false,
  },
  drift: {
    about: 'Scenario drift: a colleague moves postgres while you read the plan. Answer y.',
    options: {
      quirks: [
        {
          // When the new addresses are tried, all servers have been read.
          on: { method: 'POST', path: '/mcp-rest/test/tools/list', nth: 1 },
          do: { edits: { server: 'postgres', fields: { url: 'http://pg-mcp:9000/sse' } } },
        },
      ],
    },
    crashes: false,
  },
  crash: {
    about: 'Scenario crash: a run was killed half way. Answer f to finish it, r to undo it.',
    options: { quirks: [{ on: { ...PUT, nth: 3 }, do: 'silence' }] },
    crashes: true,
  },
} as const satisfies Record<string, Scenario>

/** The name of a scenario. */
export type ScenarioName = keyof typeof SCENARIOS
