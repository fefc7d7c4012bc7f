import { aimOf } from '../change.ts'
import type { Era } from '../../record/eras.ts'
import { ownMember } from '../../own-member.ts'
import { movedFields } from '../../record/held.ts'
import { isSetting } from '../../record/oauth.ts'
import { shellQuoted } from '../../show/shell.ts'
import type { ServerRecord } from '../../record/server.ts'
import { count, printable } from '../../show/text.ts'
import { recordWith } from '../drift.ts'
import { gatewayNotes } from '../assemble-plan.ts'
import type { GatewayIdentity, Note } from '../plan.ts'
import { onRelease } from './lost-settings.ts'
import type { Candidate, Recorded, Reversal, RunToRevert } from './back.ts'

/** The fields that are not as they were before a write that went wrong or was cut short, besides those that it was to change. */
function damagedBy(recorded: Recorded, record: ServerRecord, era: Era): string[] {
  const { change, outcome, collateral, fieldsBefore } = recorded
  const suspect = outcome !== 'applied' || collateral.some(({ repaired }) => !repaired)
  if (!suspect || fieldsBefore === null) return []
  const { settings } = onRelease(recorded, era)
  return movedFields(fieldsBefore, recordWith(record, aimOf(change), 'before')).filter(
    // Settings are put back, or told of as lost, where the release clears them.
    (field) => !(isSetting(field) && field in settings),
  )
}

/** What else is not as it was before a run, by its write or one that took it back: a revert of the URL leaves it so. */
export function stillChanged({ recorded, earlier = [], reading }: Candidate, era: Era): Note[] {
  if (reading.kind !== 'record') return []
  const { record } = reading
  const fields = [...new Set([recorded, ...earlier].flatMap((each) => damagedBy(each, record, era)))]
  if (fields.length === 0) return []
  const message = `${fields.map(printable).join(', ')}: not as before that run's write, and not put back by this`
  return [{ code: 'still-changed', server: recorded.change.server, field: null, message }]
}

const LOSSES: Readonly<Record<string, string>> = {
  reauthorization: "people's sign-ins",
  'issuer-cleared': 'the issuer',
  'client-loss': 'client id and secret, if they were lost',
}

/** What a run took from a server that taking it back does not bring back. */
export function notRestorable({ recorded, wrote }: Candidate, era: Era): Note[] {
  const { server, effects } = recorded.change
  const lost = effects.flatMap(({ code }) =>
    code === 'issuer-cleared' && !era.dropsClient ? [] : (ownMember(LOSSES, code) ?? []),
  )
  if (lost.length === 0 || !wrote) return []
  const message = `what that run took does not come back: ${lost.join(', ')}`
  return [{ code: 'not-restorable', server, field: null, message }]
}

/** Remarks about the run that is taken back, and about those that are not. */
export function runNotes(run: RunToRevert, inForce: Reversal['inForce'], gateway: GatewayIdentity): Note[] {
  const note = (message: string): Note => ({ code: 'other-run', server: null, field: null, message })
  const { url } = run.started.gateway
  const stays = inForce.map(({ id, servers, options }) => {
    const back = ['--revert', id, ...options].map(shellQuoted).join(' ')
    return note(`Run ${id} stays in force (${count(servers, 'server')}); ${back} takes it back.`)
  })
  const through = `The run was made through ${url}; it is taken back through ${gateway.url}, on servers with the same ids that still hold what it wrote.`
  return [
    ...gatewayNotes(gateway),
    ...(url === gateway.url ? [] : [note(through)]),
    ...(run.started.reverts === null ? stays : []),
  ]
}
