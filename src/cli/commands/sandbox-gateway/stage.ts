import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MigrateError } from '../../../core/errors.ts'
import { fileWords } from '../../../core/show/system-words.ts'
import { printable } from '../../../core/show/text.ts'
import { PASSING_FOLDER } from '../../../journal/location.ts'
import { type Sandbox, type SandboxOptions, startSandbox } from '../../../sandbox/index.ts'
import { type Scenario, type ScenarioName, SCENARIOS } from '../../../sandbox/scenarios/scenarios.ts'
import type { Context } from '../../context.ts'
import { crashRun } from './crash.ts'

/** A sandbox with a folder and a journal of its own. */
export interface Stage {
  readonly sandbox: Sandbox
  /** Is there until the program ends; its owner's alone. */
  readonly folder: string
  /** The folder of the journal in it. */
  readonly journal: string
  readonly scenario: Scenario
}

function makeFolder(): string {
  const place = tmpdir()
  try {
    return mkdtempSync(join(place, PASSING_FOLDER))
  } catch (error) {
    const message = `The sandbox cannot keep its journal in ${printable(place)}: ${fileWords(error, 'write')}`
    throw new MigrateError('usage', message, 'Set TMPDIR to a folder in which you may write.')
  }
}

/**
 * Starts the sandbox of a scenario, the guide's unless told. Its folder goes with the program, whatever ends that. Throws
 * `usage` where no folder can be made.
 */
export async function setStage(options: SandboxOptions, name: ScenarioName | undefined): Promise<Stage> {
  const scenario: Scenario = SCENARIOS[name ?? 'guide']
  const folder = makeFolder()
  // Where a signal ends the program, too.
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const sandbox = await startSandbox({ ...options, ...scenario.options })
  return { sandbox, folder, journal: join(folder, 'journal'), scenario }
}

/** What happens in a scenario before anybody comes. Throws as `crashRun` does. */
export async function raiseCurtain(stage: Stage, { env, terminal }: Context): Promise<void> {
  if (!stage.scenario.crashes) return
  terminal.progress('Starting a run, and killing it in the middle')
  await crashRun(stage, env)
  terminal.settle()
}
