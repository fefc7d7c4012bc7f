import type { Random } from './random.ts'

const VALUES = [
  'http://localhost:8585/mcp',
  '"http://localhost:8585/mcp"',
  "'http://localhost:8585/a?b=c#d'",
  'os.environ/MCP_URL',
  'sse',
  'true',
  'null',
  '',
  '4',
  '0.5',
  '2025-01-01',
  '["a", b]',
  '{a: 1, b: [c]}',
  '|\n      line\n      two',
  '>-\n      a\n\n      b',
  '*more',
  '"é 🗂"',
  '60:30',
  'gpt-4o',
  'azure/gpt-4o # c',
] as const

const WITHOUT_ALIASES: [string, ...string[]] = ['x', ...VALUES.filter((value) => !value.startsWith('*'))]

const FIELDS = [
  'url',
  'transport',
  'auth_type',
  'description',
  '"url"',
  'spec_version',
  'server_id',
  'alias',
  'extra_headers',
  'api_key',
  'model',
] as const

function fields(random: Random, indent: string, values: readonly [string, ...string[]] = VALUES): string {
  let text = ''
  for (let left = 1 + random.below(4); left > 0; left--)
    text += `${indent}${random.pick(FIELDS)}: ${random.pick(values)}${random.once(6) ? '  # note' : ''}\n`
  if (values === VALUES && random.once(4))
    text += `${indent}<<: ${random.pick(['*defaults', '[*defaults, *more]', '{transport: sse}'])}\n`
  return text
}

function servers(random: Random): string {
  let text = 'mcp_servers:\n'
  for (let left = 1 + random.below(3); left > 0; left--)
    text += `  ${random.pick(['github', 'zapier', '"deep wiki"', 'db_1', "'x'", '12'])}:\n${fields(random, '    ')}`
  return text
}

function models(random: Random): string {
  let text = 'model_list:\n'
  const indent = random.pick(['', '  '])
  for (let left = 1 + random.below(3); left > 0; left--)
    text += `${indent}- model_name: ${random.pick(VALUES)}\n${indent}  litellm_params:\n${fields(random, `${indent}    `)}`
  return text
}

const settings = (random: Random): string =>
  `litellm_settings:\n  mcp_aliases: {"gh": github, z: "zapier"}\n  drop_params: ${random.pick(VALUES)}\n`

const general = (random: Random): string =>
  `general_settings:\n  master_key: ${random.pick(['sk-1234', 'os.environ/KEY', '"sk-🗂"'])}\n${fields(random, '  ')}`

/** A config.yaml as people write them. */
export function litellmConfig(random: Random): string {
  const defaults = `x-defaults: &defaults\n${fields(random, '  ', WITHOUT_ALIASES)}x-more: &more {transport: http, a: 1}\n`
  const parts = [servers, models, settings, general].filter(() => random.once(2)).map((part) => part(random))
  return `${random.once(4) ? '# LiteLLM\n' : ''}${random.once(5) ? '' : defaults}${parts.join(random.once(3) ? '\n' : '')}`
}
