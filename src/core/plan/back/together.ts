import { PINNED_ID } from '../../config/read/record.ts'
import { serverTitle } from '../../record/server.ts'
import { shownPath } from '../../show/redact.ts'
import { printable } from '../../show/text.ts'
import { type Change, newUrl } from '../change.ts'
import type { Judgement } from '../judge.ts'
import type { SkippedCode } from '../plan.ts'
import { unitsBy } from '../units.ts'

/** A change of a run that is taken back, whether it is among those that are meant, and what was found of it. */
interface JudgedChange {
  change: Change
  meant: boolean
  judgement: Judgement
}

const skip = (change: Change, code: SkippedCode, message: string): Judgement => ({
  kind: 'skipped',
  skipped: { server: change.server, matched: true, code, message, url: null },
})

const isSkipped = ({ judgement }: JudgedChange): boolean => judgement.kind === 'skipped'

const removesPin = ({ edits }: Change): boolean =>
  edits.some(({ field, after }) => field === PINNED_ID && after === null)

const names = (changes: readonly Change[]): string =>
  [...new Set(changes.map(({ server }) => printable(serverTitle(server))))].join(', ')

/** Why a change does not go back although nothing speaks against it alone, or `null`. */
function hindrance({ change, judgement }: JudgedChange, unit: readonly JudgedChange[]): Judgement | null {
  if (judgement.kind !== 'change') return null
  const others = unit.filter((each) => each.change !== change)
  const absent = others.filter((each) => !each.meant && each.judgement.kind !== 'nothing')
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
 * What happens to the changes of a run, with those that go together or not at all (`unitsOf`). In their order.
 */
export function together<T extends JudgedChange>(all: readonly T[]): T[] {
  const units = unitsBy(all.map(({ change }) => change))
  const judged = (among: readonly T[], isTheirTurn: (change: Change) => boolean): T[] => {
    const found = new Map(among.map((each) => [each.change, each]))
    return among.map((each) => {
      if (!isTheirTurn(each.change)) return each
      const own = (units.get(each.change) ?? []).flatMap((change) => found.get(change) ?? [])
      return { ...each, judgement: hindrance(each, own) ?? each.judgement }
    })
  }
  // What becomes of a pin depends on what becomes of the URL.
  const withUrls = judged(all, (change) => newUrl(change) !== null)
  return judged(withUrls, (change) => newUrl(change) === null)
}
