import type { CommandMaker } from '../../core/show/own-command.ts'
import type { Plan } from '../../core/plan/plan.ts'
import type { RunReport } from '../../core/plan/report.ts'
import type { Gateway } from '../../gateway/port.ts'
import type { FileJournal } from '../../journal/file-journal.ts'
import type { Resumption } from '../../runs/apply/run.ts'
import type { Context } from '../context.ts'
import type { MainOptions } from '../options.ts'
import { ownCommands } from '../own-command.ts'

/** How long a write whose answer was lost is looked for before it is called unknown, in milliseconds: a probe and 10 s. */
export const patience = ({ era }: Gateway, options: MainOptions): number =>
  (options.patience ?? era.probeSeconds + 10) * 1000

/** What every job on a gateway works with. */
export interface Way {
  gateway: Gateway
  journal: FileJournal
  options: MainOptions
  context: Context
}

/** The program's own commands, as an invocation of the main job prints them. */
export function mainCommands(
  url: string,
  { options, context }: Pick<Way, 'options' | 'context'>,
): CommandMaker {
  return ownCommands(options, { context, invoked: 'migrate', url })
}

/** A plan on its way: what it was made for, and what to say where it changes nothing. */
export interface Proposal {
  plan: Plan
  heading: string
  nothing: string
  /** The run that is taken up again with it, if any. */
  resumption?: Resumption
}

/** What a command came to. */
export interface Conclusion {
  code: number
  report: RunReport | null
}
