import type { Era } from '../record/eras.ts'
import type { Change } from './plan.ts'

/**
 * Do changes take effect only when LiteLLM is restarted? `required` where one is in a file, which LiteLLM reads when it
 * starts, whatever the release; `no` where there is none.
 */
export function restartFor(changes: readonly Pick<Change, 'file'>[], era: Era): Era['restart'] {
  if (changes.length === 0) return 'no'
  return changes.some(({ file }) => file !== null) ? 'required' : era.restart
}
