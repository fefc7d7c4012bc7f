import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { FIGURES } from './figures.ts'
import { SERVERS } from './place.ts'

/** What is said where the arguments mean nothing. */
export const USAGE = `npm run bench -- [OPTION...]
  --program PATH   what to measure: the JavaScript of bin/, or of an installed one (default bin/mcp-url-migrate.js)
  --runs N         how many times each (default 7)
  --only TEXT      the figures with this in their name; repeatable
  --lab            real LiteLLM as well: started by the scripts in $LITELLM_LAB, or running in $LITELLM_GATEWAYS
  --servers N      how many servers a real LiteLLM is given (default 200)
  --cold           without Node's compile cache
  --json           the document on standard output, in place of the table
  -o, --output F   the document into a file
  --check          exit 1 where a figure is over its limit
`

/** What the bench was asked for. */
export interface Asked {
  program: string
  runs: number
  only: string[]
  isLab: boolean
  servers: number
  isCold: boolean
  json: boolean
  output: string | null
  check: boolean
}

/** Reads the arguments. Throws a `TypeError` where they mean nothing. */
export function readArguments(argv: readonly string[]): Asked {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      program: { type: 'string', default: 'bin/mcp-url-migrate.js' },
      runs: { type: 'string', default: '7' },
      only: { type: 'string', multiple: true, default: [] },
      lab: { type: 'boolean', default: false },
      servers: { type: 'string', default: String(SERVERS) },
      cold: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      output: { type: 'string', short: 'o' },
      check: { type: 'boolean', default: false },
    },
  })
  for (const option of ['runs', 'servers'] as const)
    if (!/^[1-9]\d{0,3}$/.test(values[option])) throw new TypeError(`--${option} takes a number from 1 on`)
  if (!existsSync(values.program)) throw new TypeError(`--program: there is no ${values.program}`)
  const { only, json, check, output = null } = values
  const known = FIGURES.filter(({ needsLab }) => values.lab || !needsLab).map(({ name }) => name)
  const unknown = only.find((text) => !known.some((name) => name.includes(text)))
  if (unknown !== undefined) throw new TypeError(`--only ${unknown}: the figures are ${known.join(', ')}`)
  return {
    program: resolve(values.program),
    runs: Number(values.runs),
    only,
    isLab: values.lab,
    servers: Number(values.servers),
    isCold: values.cold,
    json,
    output,
    check,
  }
}
