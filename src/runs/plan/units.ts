import { PINNED_ID } from '../../core/config/read/record.ts'
import type { Change, Skipped } from '../../core/plan/plan.ts'
import { shownPath } from '../../core/show/redact.ts'
import { serverTitle } from '../../core/record/server.ts'
import { printable } from '../../core/show/text.ts'
import { newUrl, unitsBy } from '../../core/plan/withheld.ts'

/** What happens to one change of a run that is taken back. */
export type Judged = { change: Change } | { skipped: Skipped } | 'nothing'

/** A change of the run, whether it is among those that are meant, and what was found of it. */
export interface Judgement {
  change: Change
  meant: boolean
  judged: Judged
}

const skip = (change: Change, code: Skipped['code'], message: string): Judged => ({
  skipped: { server: change.server, matched: true, code, message, url: null },
})

const isSkipped = ({ judged }: Judgement): boolean => judged !== 'nothing' && 'skipped' in judged

const removesPin = ({ edits }: Change): boolean =>
  edits.some(({ field, after }) => field === PINNED_ID && after === null)

const names = (changes: readonly Change[]): string =>
  [...new Set(changes.map(({ server }) => printable(serverTitle(server))))].join(', ')

/** Why a change does not go back although nothing speaks against it alone, or `null`. */
function hindrance({ change, judged }: Judgement, unit: readonly Judgement[]): Judged | null {
  if (judged === 'nothing' || 'skipped' in judged) return null
  const others = unit.filter((each) => each.change !== change)
  const absent = others.filter((each) => !each.meant && each.judged !== 'nothing')
  if (absent.length > 0) {
    const missing = names(absent.map((each) => each.change))
    return skip(change, 'config-defined', `goes back only together with ${missing}: select that, too`)
  }
  // Of a revert that is taken back: without its pin a server would get another id with its URL.
  const unpinned = others.find((each) => removesPin(each.change) && isSkipped(each))
  if (newUrl(change) !== null && unpinned)
    return skip(
      change,
      'drifted',
      `goes only together with the id of ${names([unpinned.change])}, which cannot be pinned`,
    )
  // A pin holds the id for as long as the URL is the new one.
  const url = others.find((each) => newUrl(each.change) !== null)
  const stays = url && isSkipped(url)
  if (newUrl(change) !== null || !stays) return null
  const where = printable(shownPath(url.change.file?.path ?? ''))
  const id = removesPin(change) ? 'its id is not pinned again' : 'its id stays pinned'
  return skip(change, 'drifted', `${id}, as its URL in ${where} is left as it is`)
}

/**
 * What happens to the changes of a run, with those that go together or not at all: servers of a config.yaml whose
 * URL stands in a `.env` file. Of those that are meant, in order.
 */
export function asUnits(judgements: readonly Judgement[]): Judged[] {
  const units = unitsBy(judgements.map(({ change }) => change))
  const judged = (among: readonly Judgement[], isTheirTurn: (change: Change) => boolean): Judgement[] => {
    const found = new Map(among.map((each) => [each.change, each]))
    return among.map((each) => {
      if (!isTheirTurn(each.change)) return each
      const own = (units.get(each.change) ?? []).flatMap((change) => found.get(change) ?? [])
      return { ...each, judged: hindrance(each, own) ?? each.judged }
    })
  }
  // What becomes of a pin depends on what becomes of the URL.
  const withUrls = judged(judgements, (change) => newUrl(change) !== null)
  const all = judged(withUrls, (change) => newUrl(change) === null)
  return all.filter(({ meant }) => meant).map((each) => each.judged)
}
