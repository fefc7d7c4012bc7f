import type { Era } from '../../record/eras.ts'
import { isSetting, missingSettings, restorable, type Settings } from '../../record/oauth.ts'
import type { ServerRecord } from '../../record/server.ts'
import type { CollateralChange } from '../../run/outcome.ts'
import type { Recorded } from './back.ts'

/** The settings among these that are known not to have come back. */
export function unrestored(settings: Settings, collateral: readonly CollateralChange[]): Settings {
  const gone = collateral.filter(({ field, repaired }) => !repaired && isSetting(field))
  return Object.fromEntries(
    Object.entries(settings).filter(([name]) => gone.some(({ field }) => field === name)),
  )
}

/**
 * A change without its settings where the release clears none with a URL: nothing was lost there, whatever a journal says.
 * It may be an older one than the run was made on.
 */
export function onRelease<T extends Pick<Recorded, 'change' | 'settings'>>(
  recorded: T,
  { wipesOAuth }: Pick<Era, 'wipesOAuth'>,
): T {
  return wipesOAuth ? recorded : { ...recorded, settings: {}, change: { ...recorded.change, settings: {} } }
}

/**
 * The settings that a run had before it and lost, as far as the record lacks them still: those of which the journal says
 * so, or all where it does not know; an issuer that the run said it would clear, as those did that took 1.94 to 1.105 for
 * releases which drop the client; and any that no write can put back, as knowing them tells what else is at stake.
 * What is missing otherwise, somebody else took away, and it stays away.
 */
export function lostSettings(
  { change, outcome, settings, collateral }: Recorded,
  record: ServerRecord,
  era: Era,
): Settings {
  const toldToGo = change.effects.some(({ code }) => code === 'issuer-cleared') ? ['issuer'] : []
  const missing = missingSettings(settings, record)
  if (outcome === 'unsettled' || outcome === 'unknown') return missing
  const known = unrestored(missing, collateral)
  const writable = restorable(missing, record, era)
  return Object.fromEntries(
    Object.entries(missing).filter(
      ([field]) => field in known || toldToGo.includes(field) || !(field in writable),
    ),
  )
}
