import { existsSync } from 'node:fs'
import { MigrateError } from '../core/errors.ts'
import type { CommandMaker } from '../core/own-command.ts'
import { count } from '../core/text.ts'
import { connectDocker } from '../docker/connect.ts'
import { endpointWith } from '../gateway/connect.ts'
import { handshake } from '../gateway/handshake.ts'
import type { FileJournal } from '../journal/file-journal.ts'
import { localMachine } from '../machine/local-machine.ts'
import { makeScene } from '../runs/verify/make-scene.ts'
import type { Scene } from '../runs/verify/scene.ts'
import { migrationFor } from './commands/migrate.ts'
import { deploymentNames } from './connection-options.ts'
import { type Context, journalFor } from './context.ts'
import { ownCommands } from './own-command.ts'
import { secretVariables } from './secret-variables.ts'
import { targetOf } from './target.ts'
import { keysToTry } from './verify-keys.ts'
import type { VerifyOptions } from './verify-options.ts'

async function readJournal(
  journal: FileJournal,
  options: VerifyOptions,
  own: CommandMaker,
): Promise<Pick<Scene, 'runs' | 'journalRemarks'>> {
  if (options.journal !== undefined && !existsSync(journal.location))
    throw new MigrateError(
      'run-not-found',
      `There is no journal in ${journal.location}`,
      'Is the folder the right one?',
    )
  const { runs, problems } = await journal.runs()
  const unread = `${count(problems.length, 'file')} of the journal cannot be read, so that old addresses may be missing. Which, is told by:`
  return { runs, journalRemarks: problems.length === 0 ? [] : [unread, `  ${own('history', '--check')}`] }
}

/**
 * Reads what does not change between two rounds (options, keys, rule), and returns a way to set the scene for one: with
 * the journal, Docker and the gateway as they are then. Throws `usage` and the like.
 */
export async function setScene(
  options: VerifyOptions,
  gatewayUrl: string,
  context: Context,
): Promise<(gateway: Scene['gateway']) => Promise<Scene>> {
  const { env } = context
  const own = ownCommands(options, { context, invoked: 'verify', url: gatewayUrl })
  const migration = await migrationFor(options)
  const keys = await keysToTry(options, env)
  const secrets = secretVariables(
    options,
    keys.map(({ source }) => source),
  )
  const target = targetOf(options, gatewayUrl, env)
  const journal = journalFor(options, env)
  return async (gateway) => {
    const docker = await connectDocker(env, secrets)
    return makeScene({
      gateway,
      gatewayUrl,
      endpointFor: (key) => endpointWith(target, key),
      migration,
      ...(await readJournal(journal, options, own)),
      machine: localMachine,
      docker,
      names: deploymentNames(options),
      handshake,
      keys,
      chatModel: options.chat ?? null,
      allowedPorts: new Set(options.allowPublished),
      own,
      timeoutMs: options.timeout * 1000,
    })
  }
}
