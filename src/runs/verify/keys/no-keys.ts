import { MigrateError } from '../../../core/errors.ts'
import type { Scene } from '../scene/scene.ts'

/** Why there can be no virtual keys on this gateway, or `null`. */
export function noKeys(gateway: Scene['gateway']): string | null {
  const none = !(gateway instanceof MigrateError) && gateway.identity.database === false
  return none
    ? 'LiteLLM has no database, so it knows only its master key, and there are no virtual keys'
    : null
}

/** Why no virtual key is tried, or `null`. */
export const noKeysToTry = ({ gateway, keys }: Pick<Scene, 'gateway' | 'keys'>): string | null =>
  noKeys(gateway) ??
  (keys.length === 0 ? 'no keys to try: name them with --keys FILE or --key NAME=ENV' : null)
