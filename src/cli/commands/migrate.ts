import { type Configuration, NO_FILES } from '../../core/config/move/configuration.ts'
import { secretsInVariable, secretTexts } from '../../core/show/secret-fields.ts'
import { type Context, journalFor } from '../context.ts'
import type { MainOptions } from './main.ts'
import { rulesFor } from '../options/rule.ts'
import { unfinishedOf } from '../job/notice-unfinished.ts'
import { requireConfig, requireConsent, requireJournal } from '../job/requirements.ts'
import { gatewayUrl, openGateway, underLock } from '../connect/session.ts'

/** Before the gateway hears of anything: a file that is not there is a typing error. */
async function readFiles(
  { litellmConfig, litellmEnv }: MainOptions,
  { redactor }: Context,
): Promise<Configuration> {
  if (litellmConfig.length + litellmEnv.length === 0) return NO_FILES
  const { readConfiguration } = await import('../../runs/plan/configuration.ts')
  const configuration = await readConfiguration(litellmConfig, litellmEnv)
  const known = configuration.variables.flatMap(({ name, value }) =>
    value.kind === 'here' ? secretsInVariable(name, value.value) : [],
  )
  redactor.learn(...known)
  redactor.learnTokens(
    configuration.trees.flatMap(({ servers }) => servers.flatMap(({ entry }) => secretTexts(entry))),
  )
  requireConfig({ litellmConfig, litellmEnv })
  return configuration
}

/**
 * The main job: connect, plan, show, ask, apply, check, journal. Returns the exit code. What comes after connecting is
 * loaded then: the first question is out sooner.
 */
export async function migrate(options: MainOptions, context: Context): Promise<number> {
  requireConsent(options, context)
  const rules = await rulesFor(options)
  // What is to end a run names its files, and one of them may be gone by now: that concerns its servers alone.
  const read = options.unfinished === undefined ? await readFiles(options, context) : null
  const journal = journalFor(options, context)
  await requireJournal(journal, options, context)
  const url = await gatewayUrl(options, context, null)
  return underLock(url, { options, context }, async () => {
    const unfinished = await unfinishedOf(url, null, { journal, options, context })
    const configuration = unfinished ? NO_FILES : (read ?? (await readFiles(options, context)))
    const gateway = await openGateway(options, url, context)
    const { doMainJob } = await import('../job/job.ts')
    const connected = { gateway, journal, options, context }
    const ruleSet = await rules()
    if (unfinished)
      return doMainJob(
        { kind: 'attend', unfinished, named: null },
        { ...connected, known: ruleSet.migrations },
      )
    return doMainJob({ kind: 'migrate', ruleSet, configuration }, connected)
  })
}
