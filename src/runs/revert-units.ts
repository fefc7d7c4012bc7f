import type { Change, Skipped } from '../core/plan.ts'
import { shownPath } from '../core/redact.ts'
import { serverTitle } from '../core/server.ts'
import { printable } from '../core/text.ts'
import { newUrl, unitsOf } from '../core/withheld.ts'

/** What is to become of one change of a run that is taken back. */
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
  // A pin holds the id for as long as the URL is the new one.
  const url = others.find((each) => newUrl(each.change) !== null)
  const stays = url && url.judged !== 'nothing' && 'skipped' in url.judged
  if (newUrl(change) !== null || !stays) return null
  const where = printable(shownPath(url.change.file?.path ?? ''))
  return skip(change, 'drifted', `its id stays pinned, as its URL in ${where} is left as it is`)
}

/**
 * What is to become of the changes of a run, with those that go together or not at all: servers of a config.yaml whose
 * URL stands in a `.env` file. Of those that are meant, in order.
 */
export function asUnits(judgements: readonly Judgement[]): Judged[] {
  const units = unitsOf(judgements.map(({ change }) => change)).map((unit) =>
    judgements.filter(({ change }) => unit.includes(change)),
  )
  const unitOf = new Map(units.flatMap((unit) => unit.map((each) => [each, unit] as const)))
  return judgements
    .filter(({ meant }) => meant)
    .map((each) => hindrance(each, unitOf.get(each) ?? []) ?? each.judged)
}
