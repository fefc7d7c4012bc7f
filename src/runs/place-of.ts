import type { Change } from '../core/plan.ts'
import { FilePlace } from '../gateway/file-place.ts'
import type { Gateway, Place } from '../gateway/port.ts'

/** Where a change is made: through the gateway's API, or in a file. */
export function placeOf(gateway: Gateway, change: Pick<Change, 'file' | 'edits'>): Place {
  const { file, edits } = change
  return file === null
    ? gateway
    : new FilePlace(
        file,
        edits.some(({ field }) => field === 'url'),
      )
}
