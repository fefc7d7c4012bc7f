import { optionsToFinish, optionsToRevert } from '../../core/plan/back/options.ts'
import { acceptOptions, CONSENTS, type Consent } from '../../core/plan/consent/consent.ts'
import { wideReach, wideReachText } from '../../core/plan/consent/wide-reach.ts'
import { awaitingChanges, readyChanges } from '../../core/plan/plan.ts'
import { awaitedConsents } from '../../core/plan/withheld.ts'
import type { CommandMaker } from '../../core/show/own-command.ts'
import { mend } from '../../core/show/remedy.ts'
import type { Proposal } from '../../runs/job/ports.ts'
import type { MainOptions } from '../commands/main.ts'
import { hintLines, type Look, warningLines } from '../render/layout.ts'

interface Given {
  options: MainOptions
  own: CommandMaker
}

/** The options that choose servers, as words. */
const choosing = ({ only, except }: MainOptions): string[] => [
  ...only.flatMap((pattern) => ['--only', pattern]),
  ...except.flatMap((pattern) => ['--except', pattern]),
]

/** The options that say how it is written, as words: nobody who asked for care is to get a command without. */
const writing = ({ onFailure, canary, patience, preflight, wait, thorough }: MainOptions): string[] => [
  ...(thorough ? ['--thorough'] : []),
  ...(onFailure === 'stop' ? [] : ['--on-failure', onFailure]),
  ...(canary ? ['--canary'] : []),
  ...(patience === undefined ? [] : ['--patience', String(patience)]),
  ...(preflight ? [] : ['--no-preflight']),
  ...(wait ? [] : ['--no-wait']),
]

/** The command for what needs no further consent, and for what waits for one, too; `null` where there is no such thing. */
function migrating({ plan }: Proposal, { options, own }: Given): [now: string | null, all: string | null] {
  const waiting = awaitingChanges(plan)
  const reach = wideReach(plan)
  const allowed = reach === null ? [] : ['--allow', String(reach.servers)]
  const command = (consents: readonly Consent[]): string =>
    own(
      'migrate',
      ...acceptOptions(CONSENTS.filter((code) => consents.includes(code))),
      ...allowed,
      ...writing(options),
    )
  return [
    readyChanges(plan).length > 0 ? command(options.accept) : null,
    waiting.length > 0 ? command([...options.accept, ...awaitedConsents(waiting, plan)]) : null,
  ]
}

/** The command that does what a dry run showed, in the words of its purpose. */
function applying(proposal: Proposal, given: Given): string[] {
  const { purpose, plan } = proposal
  const { options, own } = given
  if (purpose.kind === 'revert') {
    const { run } = purpose
    const words = [...optionsToRevert(plan.changes, run.head), ...choosing(options), ...writing(options)]
    return [mend('To take it back:', own('revert', run.id, ...words))]
  }
  if (purpose.kind === 'completion') {
    const { run } = purpose.resumption
    const words = [...optionsToFinish(run.started.changes, run.head), ...writing(options)]
    return [mend('To finish it:', own('unfinished', 'finish', ...words))]
  }
  const [now, all] = migrating(proposal, given)
  return [
    ...(now === null ? [] : [mend('To apply it:', now)]),
    ...(all === null ? [] : [mend(now === null ? 'To apply it all the same:' : 'With what waits:', all)]),
  ]
}

/** That rules reach far for the first time, for which a run asks. */
function far({ plan }: Proposal, look: Look): string[] {
  const reach = wideReach(plan)
  return reach === null ? [] : [look.paint('yellow', warningLines(`${wideReachText(reach)}.`, look))]
}

/** What a dry run with changes ends with: that nothing was written, and what does it. */
export function dryRunEnd(proposal: Proposal, given: Given, look: Look): string[] {
  return [
    ...far(proposal, look),
    'Nothing was written: this was a dry run.',
    ...applying(proposal, given).map((hint) => hintLines(hint, look)),
  ]
}
