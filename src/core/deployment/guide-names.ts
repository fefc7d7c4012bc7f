/** What the guide calls LiteLLM's container, that of the MCP proxy, and the network on which they meet. By itself, as --help shows them. */
export const GUIDE_NAMES = { litellm: 'litellm', proxy: 'mcp-proxy-sse', network: 'litellm-net' } as const
