import { connect } from '../../gateway/connect/connect.ts'
import { FileJournal } from '../../journal/file-journal.ts'
import { NO_FILES } from '../../core/config/move/configuration.ts'
import { mend } from '../../core/show/remedy.ts'
import { type Context, mayAsk } from '../context.ts'
import { doMainJob } from '../job/job.ts'
import { unfinishedOf } from '../job/notice-unfinished.ts'
import { requireConsent, requireJournal } from '../job/requirements.ts'
import { rulesFor } from '../options/rule.ts'
import { hintLines, wrap } from '../render/layout.ts'
import type { MainOptions } from './main.ts'
import { raiseCurtain, setStage, type Stage } from './sandbox-gateway/stage.ts'

async function tryOut(stage: Stage, options: MainOptions, context: Context): Promise<number> {
  const { sandbox, scenario } = stage
  const journal = new FileJournal(stage.journal)
  await requireJournal(journal, options, context)
  const what = `A sandbox that behaves as LiteLLM ${sandbox.version}; all of it is gone when this ends.`
  for (const each of [what, scenario.about]) context.terminal.remark(wrap(each, context.look.width))
  context.terminal.remark('')
  await raiseCurtain(stage, context)
  const unfinished = await unfinishedOf(sandbox.url, null, { journal, options, context })
  const { redactor } = context
  const target = { url: sandbox.url, keyHeader: null, timeoutSeconds: options.timeout, redactor }
  const gateway = await connect(target, () =>
    Promise.resolve({ kind: 'key', key: sandbox.masterKey, source: 'the sandbox' }),
  )
  const connected = { gateway, journal, options, context }
  if (unfinished) return doMainJob({ kind: 'attend', unfinished, named: null }, connected)
  const ruleSet = await (await rulesFor(options))()
  return doMainJob({ kind: 'migrate', ruleSet, configuration: NO_FILES }, connected)
}

/** What comes next for somebody who has tried it. */
function tellNext({ terminal, look, startedAs }: Context): void {
  const next = mend('On your own gateway, look first; this writes nothing:', `${startedAs} --dry-run`)
  terminal.remark(`\n${hintLines(next, look)}`)
}

/** `--sandbox`: the main job on a private gateway with the guide's seven servers. Returns the exit code. */
export async function migrateSandbox(options: MainOptions, context: Context): Promise<number> {
  requireConsent(options, context)
  const stage = await setStage({ version: options.release }, options.scenario)
  try {
    const code = await tryOut(stage, options, context)
    if (mayAsk({ options, context })) tellNext(context)
    return code
  } finally {
    await stage.sandbox.close()
  }
}
