/**
 * What LiteLLM reads at the top of a config.yaml (`proxy_server.py`, `proxy_cli.py` and `utils.py` of 1.77.7 to 1.106.2).
 * What stands under other keys is a template: others refer to it, and LiteLLM does not look there.
 */
const SECTIONS = new Set([
  'agent_list',
  'agents',
  'assistant_settings',
  'callback_settings',
  'classifier_plugin',
  'credential_list',
  'default_vertex_config',
  'environment_variables',
  'files_settings',
  'finetune_settings',
  'general_settings',
  'guardrails',
  'include',
  'litellm_settings',
  'mcp_servers',
  'mcp_tools',
  'model_list',
  'pass_through_endpoints',
  'plugins',
  'policies',
  'policy_attachments',
  'prompts',
  'router_settings',
  'sandbox_tools',
  'search_tools',
  'success_callback',
  'vector_store_registry',
  'worker_registry',
])

/** The server whose URL stands at a path of the data, or `null`. */
export function serverAt(path: readonly string[]): string | null {
  const [section, name, field] = path
  return path.length === 3 && section === 'mcp_servers' && field === 'url' && name !== undefined ? name : null
}

/** Is this one of the names that LiteLLM reads at the top? */
export const isSection = (name: string): boolean => SECTIONS.has(name)

/** Is a path of the data one that LiteLLM never looks at? */
export function isTemplate([section]: readonly string[]): boolean {
  return section !== undefined && !section.startsWith('\0') && !SECTIONS.has(section)
}
