import { z } from 'zod'
import { MigrateError } from '../errors.ts'
import { readOwnYaml } from '../own-yaml.ts'
import { printable } from '../show/text.ts'

const NO_SECRET = 'must be {env: NAME} or {file: PATH}, and never the key itself'
const variable = z.string().regex(/^[A-Za-z_]\w*$/, 'must be the name of an environment variable')
const patterns = z.array(z.string().min(1), 'must be a list of patterns').default([])

const expectedKey = z.strictObject({
  name: z.string().min(1),
  secret: z.union(
    [z.strictObject({ env: variable }), z.strictObject({ file: z.string().min(1) })],
    NO_SECRET,
  ),
  /** Servers that it must be able to use, by name, alias, id or access group; `denied` wins. */
  reaches: patterns,
  denied: patterns,
})

/** A keys file: which virtual keys there are, where their secrets are, and what each must and must not reach. */
const keysFile = z.strictObject({
  schema: z.literal('mcp-url-migrate/keys/1'),
  keys: z
    .array(expectedKey)
    .min(1)
    .refine((keys) => new Set(keys.map(({ name }) => name)).size === keys.length, 'names a key twice'),
})

/** A key as a keys file, or `--key`, describes it. Without expectations it is only looked at. */
export type ExpectedKey = z.infer<typeof expectedKey>

/** What is wrong in a keys file. The file may hold a secret in the wrong place, so nothing of it is repeated. */
const wrong = (file: string, line: number | null, what: string): MigrateError =>
  new MigrateError(
    'keys-invalid',
    `Keys file ${printable(file)}${line === null ? '' : `, line ${line}`}: ${what}`,
    'docs/verify-and-status.md shows one.',
  )

const sentence = (issue: z.core.$ZodIssue): string =>
  issue.code === 'unrecognized_keys' ? 'there is a field that is not known here' : issue.message

/** The keys of a keys file's text. Throws `keys-invalid` with the line, and never with a value that stands there. */
export function readKeysFile(text: string, file: string): ExpectedKey[] {
  const yaml = readOwnYaml(text)
  if (yaml.kind === 'fault') throw wrong(file, yaml.line, yaml.what)
  const parsed = keysFile.safeParse(yaml.value)
  if (parsed.success) return parsed.data.keys
  const issue = parsed.error.issues[0]
  if (!issue) throw wrong(file, null, 'it is wrong')
  const place = issue.path.map(String).join('.') || 'the file'
  throw wrong(file, yaml.placeOf(issue.path)?.line ?? null, `${place}: ${sentence(issue)}`)
}

/** The key that `--key NAME=ENV` describes. Throws `usage` without repeating it, as it may be a secret. */
export function readKeyOption(text: string): ExpectedKey {
  const [, name, env] = /^([^=]+)=([A-Za-z_]\w*)$/.exec(text) ?? []
  const usage = (message: string) =>
    new MigrateError('usage', message, 'As in --key dev=DEV_KEY, where DEV_KEY holds the key.')
  if (/\bsk-/.test(text))
    throw usage('--key takes the name of a variable; what stands there looks like the key itself')
  if (name === undefined || env === undefined) throw usage('--key takes NAME=ENV')
  return { name, secret: { env }, reaches: [], denied: [] }
}
