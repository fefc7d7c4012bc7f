import type { Change } from '../core/plan/change.ts'
import { FilePlace } from '../files/place.ts'
import type { Place } from '../core/record/place.ts'
import type { Gateway } from '../gateway/port.ts'

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
