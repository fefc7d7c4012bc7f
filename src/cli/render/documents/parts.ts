import { z } from 'zod'
import { consent, effectCode, noteCode, skippedCode } from './codes/plan.ts'
import { reachKind, reachOutcome } from './codes/reach.ts'
import { anything, count, flag, hash, list, part, text } from './shape.ts'

/** A server of the gateway. */
export const server = part('server', 'A server of the gateway.', {
  id: text.describe('Its id.'),
  name: text.nullable().describe('Its name, `null` where it has none.'),
  alias: text.nullable().describe('Its alias, `null` where it has none.'),
  source: z
    .enum(['database', 'config'])
    .describe("Where it is defined: the database, or LiteLLM's config.yaml."),
})

/** The gateway that a plan or a run is about. */
export const gateway = part('gateway', 'The gateway that a plan or a run is about.', {
  url: text.describe('Its URL, with its root path and no slash at the end.'),
  version: text.nullable().describe('The release of LiteLLM, `null` where it is unknown.'),
  account: text.describe('Who was signed in, in words.'),
})

/** The gateway where it may be that nobody could sign in. */
export const gatewayAsked = gateway.extend({
  account: text.nullable().describe('Who was signed in, in words; `null` where nobody could.'),
})

/** A migration by its name and content. */
export const migration = part('migration', 'A migration, by its name and content.', {
  id: text.describe('Its id; `from-to` for `--from … --to …`.'),
  sha256: hash.describe('SHA-256 of its file.'),
})

/** One text of a server, before and after. */
const edit = part('edit', 'One text of a server, before and after.', {
  field: text.describe('Its path in the record: `url`, `args[1]`, `env["A.B"]`.'),
  before: text.nullable().describe('The text before, `null` where there is none.'),
  after: text.nullable().describe('The text after, `null` where there is none.'),
  masked: flag.describe('Is something of either hidden?'),
  rules: list(text)
    .nullable()
    .describe(
      'The rules that make it so, `id` or `id#2`; `null` where none does, and in journals of before.',
    ),
})

const file = part('file', 'A file in which a server is changed.', {
  path: text.describe('The file that is written.'),
  config: text.describe('The config.yaml that defines the server.'),
  server: text.describe('Its key under `mcp_servers` there.'),
  variable: text
    .nullable()
    .describe('The variable of a `.env` file that holds the URL, `null` in a config.yaml.'),
  place: text
    .nullable()
    .describe(
      'The variable of which that is made and in which the change is written; `null` where it is itself.',
    ),
  sharers: list(text)
    .nullable()
    .describe('All servers that have the URL from this place, `null` where it is only this one.'),
})

const setting = part('setting', 'An OAuth column of a server.', {
  field: text.describe('The column.'),
  value: anything.describe('Its value.'),
  masked: flag.describe('Is something of it hidden?'),
})

const effect = part('effect-of-change', 'Something that a change brings with it.', {
  code: effectCode.describe('What it is.'),
  message: text.describe('The same, in a sentence.'),
  reversible: flag.describe('Does taking the change back undo it?'),
})

/** What was found at an address. */
export const tried = part('tried', 'What was found at an address.', {
  outcome: reachOutcome.describe('What the look came to.'),
  kind: reachKind.describe('How the address answered, or why it did not.'),
  evidence: text.describe('What was seen, and by whom.'),
  tools: count.nullable().describe('How many tools it lists, `null` where they could not be listed.'),
  hint: text.nullable().describe('How a failure is mended.'),
})

/** A field of a drifted server, in three states. */
export const drifted = part('drifted', 'A field of a drifted server, in three states.', {
  field: text.describe('Its path in the record.'),
  before: anything.describe('Before this tool touched it; `{sha256}` of a value that was never kept.'),
  ours: anything.describe('As this tool wrote it, or meant to.'),
  now: anything.describe('As it is now.'),
})

/** A field that changed though nobody asked for it. */
export const collateral = part('collateral', 'A field that changed though nobody asked for it.', {
  field: text.describe('The field.'),
  before: anything.describe('Its value before; `{sha256}` of one that may be secret.'),
  after: anything.describe('Its value after.'),
  repaired: flag.describe('Was it put back?'),
})

/** A change of one server, as every document tells it. */
export const change = z.strictObject({
  id: text.describe('The id of the change; the same edits of the same server always have the same one.'),
  server: server.describe('The server that changes.'),
  file: file.nullable().describe('The file that is changed, `null` where it is the API.'),
  migration: text.describe('The id of the migration by which it changes.'),
  edits: list(edit).describe('The texts that change; none where only settings are put back.'),
  settings: list(setting).describe(
    'The OAuth columns that have to be there after it, as LiteLLM clears them with the URL.',
  ),
  effects: list(effect).describe('What it brings with it besides the new text.'),
  fingerprint: hash.describe(
    'Hash of the record that it was planned for: a server with another one has drifted.',
  ),
  preflight: tried
    .nullable()
    .describe('What was found beforehand at the URL that it goes to, `null` where nobody tried.'),
})

/** What a change waits for. */
export const awaiting = list(consent).describe('The consents that it still waits for: `--accept`.')

/** A server that is left alone. */
export const skipped = part('left-alone', 'A server that is left alone, and why.', {
  server: server.describe('The server.'),
  matched: flag
    .nullable()
    .describe(
      'Was it meant? Then it makes the exit code 1, 3 or 4. `null`, which counts as yes, where its URL could not be learned.',
    ),
  code: skippedCode.describe('Why it is left alone.'),
  message: text.describe('The same, in a clause.'),
  url: text.nullable().describe('Its URL, `null` where it is unknown.'),
  drift: list(drifted).describe('Where it differs, of one that drifted.'),
  patch: list(text)
    .nullable()
    .describe('The lines to change by hand in a file, `null` where there are none.'),
  effects: z.array(effect).max(0).readonly().describe('Always empty.'),
  preflight: z.null().describe('Always `null`.'),
})

/** A remark that changes nothing. */
export const note = part('remark', 'A remark that changes nothing.', {
  code: noteCode.describe('What it is about.'),
  server: server.nullable().describe('The server that it is about, `null` where it is about none.'),
  field: text.nullable().describe('The path of the field that it is about, `null` where it is about none.'),
  message: text.describe('The remark, in words.'),
})
