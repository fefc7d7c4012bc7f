import { count } from '../../core/show/text.ts'
import type { JobEvent, JobEvents, Watcher } from '../../runs/job/ports.ts'
import { mayAsk } from '../context.ts'
import { describeUnfinished } from '../ask/unfinished.ts'
import { tellTrace } from '../faults.ts'
import { bothWays } from './notice-unfinished.ts'
import { applyProgress, lookProgress, readProgress, waitProgress } from './progress.ts'
import { hintLines, wrap } from '../render/layout.ts'
import { wordsFor } from '../render/words.ts'
import { type Showing, showProposal, showReport, showUnwritten } from './show.ts'

/** How each kind of event is told. */
type Telling = { [K in keyof JobEvents]: (event: JobEvent<K>) => void }

function tellingOfRuns(answering: Showing, probeSeconds: number) {
  const { options, context } = answering
  const { terminal, look } = context
  let applying: ReturnType<typeof applyProgress> | null = null
  let waiting = waitProgress(terminal)
  let again: string | null = null
  return {
    proposed: ({ proposal }) => {
      const { purpose } = proposal
      again = purpose.kind === 'revert' ? purpose.run.started.reverts : null
      terminal.settle()
      showProposal(proposal, answering)
    },
    begun: ({ plan }) => {
      applying = options.json ? null : applyProgress(plan, terminal, look, probeSeconds)
      waiting = waitProgress(terminal)
    },
    applying: ({ event }) => applying?.(event),
    waiting: (event) => (options.json ? undefined : waiting(event)),
    checking: lookProgress(
      terminal,
      ({ total }) => `Checking ${count(total, 'server')} through the gateway, up to 15 s each`,
    ),
    fault: ({ error }) => {
      terminal.settle()
      tellTrace(error, context)
    },
    reported: ({ report }) => {
      terminal.settle()
      showReport(report, again, answering)
    },
  } satisfies Partial<Telling>
}

function tellingOfUnfinished({ options, context, own }: Showing) {
  const { terminal, look } = context
  return {
    investigating: ({ run }) => terminal.progress(`Asking the gateway what became of run ${run.id}`),
    investigated: ({ resumption }) => {
      terminal.settle()
      if (options.json) return
      const text = describeUnfinished(resumption, context)
      // Whoever is asked about it has to know it.
      if (mayAsk({ options, context })) terminal.warn(text)
      else terminal.remark(text)
    },
    left: ({ run }) => {
      const ways = bothWays(run, own, { options, context })
      terminal.warn(hintLines(`Left as it is; nothing was written. ${ways}`, look))
    },
    closed: ({ run }) => terminal.remark(`Run ${run.id} is marked as ended in the journal now.`),
    unclosed: ({ run, reason }) =>
      terminal.warn(`Run ${run.id} is still not marked as ended in the journal: ${reason}`),
  } satisfies Partial<Telling>
}

/**
 * Tells a person, or with --json a program, what happens: the answer on standard output, all else on standard error.
 * `probeSeconds`: how long LiteLLM waits for a silent backend as it reads a record.
 */
export function watching(answering: Showing, probeSeconds: number): Watcher {
  const { terminal, look } = answering.context
  const reading = readProgress(terminal, probeSeconds)
  const telling: Telling = {
    listing: () => terminal.progress('Listing the MCP servers'),
    reading: ({ done, total }) => reading(done, total),
    trying: lookProgress(terminal, ({ total, reverts }) => {
      const [one, many] = wordsFor({ reverts }).target
      return `Trying ${count(total, one, many)} from the gateway, up to 15 s each`
    }),
    'canary-impossible': ({ message }) => terminal.warn(wrap(`! ${message}`, look.width, '  ')),
    unwritten: (event) => showUnwritten(event, answering),
    ...tellingOfRuns(answering, probeSeconds),
    ...tellingOfUnfinished(answering),
  }
  return <K extends keyof JobEvents>(event: JobEvent<K>) => telling[event.kind](event)
}
