import { z } from 'zod'
import type { Answer } from '../http/transport.ts'

/** The route that needs no key on any release. */
export const READINESS = '/health/readiness'

/** A release as a gateway may call itself; anything else is not believed, nor printed. */
export const release = z.string().regex(/^v?\d+\.\d+\.\d+[\w.+-]{0,40}$/)

/** What readiness says: `db` is `connected`, `Not connected` (there is none), or tells of trouble. */
export const readiness = z.looseObject({
  status: z.string(),
  db: z.string().nullish(),
  litellm_version: release.nullish().catch(null),
})

/** LiteLLM's own 503: it runs, and its database does not. */
export const isNotReady = ({ status, json, text }: Answer): boolean =>
  status === 503 && (readiness.safeParse(json).success || /Service Unhealthy/.test(text))

/** Is this LiteLLM's, ready or not, and no other program's answer with a status in it? Without `db` nobody can tell. */
export const isLiteLlms = ({ status, json, text }: Answer): boolean =>
  [200, 503].includes(status) &&
  (typeof readiness.safeParse(json).data?.db === 'string' || /Service Unhealthy/.test(text))
