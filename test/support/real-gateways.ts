import { z } from 'zod'

const GATEWAYS = z.array(
  z.object({
    version: z.string(),
    url: z.string(),
    masterKey: z.string(),
    username: z.string(),
    password: z.string(),
  }),
)

/** A real LiteLLM proxy with its database, to run tests against. */
export type RealGateway = z.infer<typeof GATEWAYS>[number]

/**
 * The real proxies named by the environment's `LITELLM_GATEWAYS`, a JSON array of
 * `{version, url, masterKey, username, password}`; none when it is unset. Throws when it is not that.
 */
export function realGateways(environment: NodeJS.ProcessEnv = process.env): readonly RealGateway[] {
  const text = environment['LITELLM_GATEWAYS']
  return text === undefined || text === '' ? [] : GATEWAYS.parse(JSON.parse(text))
}
