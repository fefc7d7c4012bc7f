import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MigrateError } from '../../core/errors.ts'
import { fileWords } from '../../core/show/system-words.ts'
import { printable } from '../../core/show/text.ts'
import { connect } from '../../gateway/connect/connect.ts'
import { type Sandbox, startSandbox } from '../../sandbox/index.ts'
import { FileJournal } from '../../journal/file-journal.ts'
import type { Context } from '../context.ts'
import { doMainJob } from '../job/job.ts'
import type { MainOptions } from './main.ts'
import { wrap } from '../render/layout.ts'
import { NO_FILES } from '../../core/config/move/configuration.ts'
import { ruleFor } from '../options/rule.ts'
import { requireConsent, requireJournal } from '../job/requirements.ts'

async function tryOut(
  sandbox: Sandbox,
  folder: string,
  options: MainOptions,
  context: Context,
): Promise<number> {
  const journal = new FileJournal(join(folder, 'journal'))
  await requireJournal(journal, options, context)
  const about = `A sandbox gateway that behaves as LiteLLM ${sandbox.version}; it and its journal are gone when this ends.`
  context.terminal.remark(wrap(about, context.look.width))
  const { redactor } = context
  const target = { url: sandbox.url, keyHeader: null, timeoutSeconds: options.timeout, redactor }
  const gateway = await connect(target, () =>
    Promise.resolve({ kind: 'key', key: sandbox.masterKey, source: 'the sandbox' }),
  )
  const migration = await (await ruleFor(options))()
  const connected = { gateway, journal, options, context }
  return doMainJob({ kind: 'migrate', migration, configuration: NO_FILES }, connected)
}

function makeFolder(place: string): string {
  try {
    return mkdtempSync(join(place, 'mcp-url-migrate-sandbox-'))
  } catch (error) {
    const message = `The sandbox cannot keep its journal in ${printable(place)}: ${fileWords(error, 'write')}`
    throw new MigrateError('usage', message, 'Set TMPDIR to a folder in which you may write.')
  }
}

/** `--sandbox`: the main job on a private gateway with the guide's seven servers. Returns the exit code. */
export async function migrateSandbox(options: MainOptions, context: Context): Promise<number> {
  requireConsent(options, context)
  const folder = makeFolder(tmpdir())
  // Whatever ends the program, a signal too.
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const sandbox = await startSandbox()
  try {
    return await tryOut(sandbox, folder, options, context)
  } finally {
    await sandbox.close()
  }
}
