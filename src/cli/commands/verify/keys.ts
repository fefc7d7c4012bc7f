import { dirname, resolve } from 'node:path'
import { MigrateError } from '../../../core/errors.ts'
import { printable } from '../../../core/show/text.ts'
import type { ExpectedKey } from '../../../core/verify/keys-file.ts'
import { fileUnreadable } from '../../../files/text-file.ts'
import type { KeyUnderTest } from '../../../runs/verify/scene/scene.ts'
import { checkSecret, readSecret, type Warn } from '../../connect/secret.ts'
import { readGiven, requireGuarded } from '../../options/given-file.ts'

async function fromFile(file: string): Promise<ExpectedKey[]> {
  const { readKeysFile } = await import('../../../core/verify/keys-file.ts')
  const given = await readGiven(file)
  if ('why' in given) throw fileUnreadable(`Keys file ${printable(file)}: ${given.why}`)
  requireGuarded(file, given.owned, `Keys file ${printable(file)} is not trusted`)
  return readKeysFile(given.text, file)
}

/** The secret of a key. What is not there is named by the key's own name: the rest may be a secret in the wrong place. */
async function withSecret(
  expected: ExpectedKey,
  folder: string,
  { env, warn }: { env: NodeJS.ProcessEnv; warn: Warn },
): Promise<KeyUnderTest> {
  const name = printable(expected.name)
  if ('file' in expected.secret) {
    const source = resolve(folder, expected.secret.file)
    return { expected, source, secret: await readSecret(source, 'key', warn) }
  }
  const { env: variable } = expected.secret
  const value = env[variable]
  if (!value) {
    const shown = /^[A-Z][A-Z\d_]{0,63}$/.test(variable) ? variable : 'that was named for it'
    throw new MigrateError(
      'usage',
      `The variable ${shown} holds no key for ${name}`,
      'Export it, and try again.',
    )
  }
  return { expected, source: variable, secret: checkSecret(value, 'key', variable) }
}

/**
 * The keys to try, of --keys FILE and each --key NAME=ENV, with their secrets. A file named in a keys file is looked for
 * beside it. Throws `keys-invalid`, `file-unreadable` or `usage`, and never with a secret.
 */
export async function keysToTry(
  { keys, key }: { keys?: string | undefined; key: readonly string[] },
  around: { env: NodeJS.ProcessEnv; warn: Warn },
): Promise<KeyUnderTest[]> {
  if (keys === undefined && key.length === 0) return []
  const { readKeyOption } = await import('../../../core/verify/keys-file.ts')
  const named = key.map(readKeyOption)
  const expected = [...(keys === undefined ? [] : await fromFile(keys)), ...named]
  const twice = expected.find(({ name }, i) => expected.findIndex((each) => each.name === name) < i)
  if (twice) throw new MigrateError('usage', `The key ${printable(twice.name)} is named twice`, null)
  const folder = keys === undefined ? '.' : dirname(resolve(keys))
  return Promise.all(expected.map((each) => withSecret(each, folder, around)))
}
