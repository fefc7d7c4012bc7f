import { MigrateError } from '../../../core/errors.ts'
import type { Scene } from '../scene/scene.ts'

/** Why there can be no virtual keys on this gateway, or `null`. */
export function noKeys(gateway: Scene['gateway']): string | null {
  const none = !(gateway instanceof MigrateError) && gateway.identity.database === false
  return none
    ? 'LiteLLM has no database, so it knows only its master key, and there are no virtual keys'
    : null
}
