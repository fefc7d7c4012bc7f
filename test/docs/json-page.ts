import { DOCUMENTS } from '../../src/cli/render/documents/all.ts'
import { exitForError } from '../../src/cli/exit.ts'
import { errorCode } from '../../src/cli/render/documents/codes/errors.ts'
import { jsonSchemaOf, type Schema } from './json-schema.ts'
import { listed, page, table } from './markdown.ts'

const INTRO = `# JSON

<!-- Made from src/cli/render/documents by \`npm run docs\`: change it there. -->

With \`--json\`, standard output holds one document and nothing else; with \`--watch\`, one a line. Progress, warnings and errors
go to standard error. \`--json\` never asks, so the main job needs \`--yes\` or \`--dry-run\` with it.

Once there is a plan, the document is \`plan/1\` with \`--dry-run\` and \`run/1\` without, whatever the
[exit code](options.md#exit-codes). Where no plan could be made, or nobody could be asked, it is \`error/1\`, and the same sentence
stands on standard error.`

const PROMISES = `## What you can rely on

- **Names stay.** Within \`/1\`, members and words may be added; what is there keeps its name, type and meaning. Ignore the
  members that you do not know, and be ready for new words. A change that breaks this makes it \`/2\`.
- **What is absent is \`null\`,** never a missing member.
- **A time** is a string, ISO 8601 in UTC: \`2026-11-26T14:52:45.158Z\`. **A hash** is SHA-256 as 64 hexadecimal digits.
- **Servers are counted**, each once, however many changes or edits it takes to move one.
- **Secrets are masked.** User names and passwords, values in queries and what looks like a token are \`***\` in every URL;
  \`masked: true\` says so. Other values that may be secret are \`{"sha256": …}\`. Whole URLs stand only in the journal.
- **Sentences are for people** (\`message\`, \`evidence\`, \`hint\`): they may change. Codes are for scripts.
- **A number** from a gateway stands as the gateway sent it: \`1.0\` stays \`1.0\`.`

const EXAMPLE = `For example, the servers that were not moved, and why:

\`\`\`sh
npx mcp-url-migrate --yes --json > run.json
jq -r '.changes[] | select(.outcome != "applied") | [.server.name, .outcome, .reason, .error] | @tsv' run.json
jq -r '.skipped[] | [.server.name, .code, .message] | @tsv' run.json
\`\`\``

const code = (text: string): string => `\`${text}\``

const isNull = ({ type }: Schema): boolean => type === 'null'
const isWord = (schema: Schema): boolean => schema.const !== undefined
const optionsOf = ({ anyOf, oneOf }: Schema): Schema[] => anyOf ?? oneOf ?? []
const isCode = (schema: Schema): boolean => optionsOf(schema).some(isWord)

/** What a member holds, in words. */
function typeText(schema: Schema): string {
  const { $ref, type, format, items, anyOf } = schema
  if ($ref) return `[${nameIn($ref)}](#${nameIn($ref)})`
  if (schema.const !== undefined) return code(schema.const)
  if (schema.enum) return listed(schema.enum.map(code), 'or')
  if (anyOf) return listed(anyOf.map(typeText), 'or')
  if (items) return schema.maxItems === 0 ? 'empty list' : `list of ${typeText(items)}`
  if (Array.isArray(type)) return listed(type, 'or')
  if (type === undefined) return 'anything'
  if (format === 'date-time') return 'time'
  if ('pattern' in schema) return 'hash'
  return type === 'integer' ? 'number' : type
}

const nameIn = (ref: string): string => ref.replace('#/$defs/', '')

/** The schema of what stands at a place, whatever else may stand there, and how its members are reached from there. */
function inner(schema: Schema): { properties: Record<string, Schema>; step: string } {
  const own = optionsOf(schema).find((each) => !isNull(each)) ?? schema
  if (own.items) return { ...inner(own.items), step: '[]' }
  return { properties: own.properties ?? {}, step: '' }
}

/** A row for each member, and for the members of those that have some of their own. */
function rows(properties: Record<string, Schema>, path = ''): string[][] {
  return Object.entries(properties).flatMap(([name, schema]) => {
    const { properties: own, step } = inner(schema)
    const place = `${path}${name}`
    const row = [code(place), typeText(schema), schema.description ?? '']
    return [row, ...rows(own, `${place}${step}.`)]
  })
}

const members = ({ properties = {} }: Schema): string =>
  table(['member', 'type', 'meaning'], rows(properties))

function documentPart({ name, by, about }: (typeof DOCUMENTS)[number], schema: Schema): string[] {
  const printed =
    by.length === 0 ? 'Printed in place of any of the others' : `Printed by ${listed(by.map(code), 'and')}`
  const file = `[${name}.schema.json](schemas/${name}.schema.json)`
  return [`## ${name}/1`, `${about} ${printed}. JSON Schema: ${file}.`, members(schema)]
}

const OPEN = 'A journal of another version of this program may hold other words.'

/** The words of a code, each with its meaning. */
const wordsOf = (schema: Schema): [word: string, meaning: string][] =>
  optionsOf(schema).flatMap(({ const: word, description = '' }) =>
    word === undefined ? [] : [[word, description]],
  )

const codePart = ([name, schema]: [string, Schema]): string[] => [
  `### ${name}`,
  [schema.description ?? '', ...(schema.anyOf ? [OPEN] : [])].join(' '),
  table(
    ['word', 'meaning'],
    wordsOf(schema).map(([word, meaning]) => [code(word), meaning]),
  ),
]

const ERRORS =
  'A code of an error, and the exit code that it makes. Where something was written before it, that is 4, unless the person left.'

const errorPart = (schema: Schema): string[] => [
  '### error',
  ERRORS,
  table(
    ['word', 'exit code', 'meaning'],
    errorCode.options.map((each) => [
      code(each),
      String(exitForError(each, false)),
      wordsOf(schema).find(([word]) => word === each)?.[1] ?? '',
    ]),
  ),
]

const memberPart = ([name, schema]: [string, Schema]): string[] => [
  `### ${name}`,
  schema.description ?? '',
  members(schema),
]

/** The page about every JSON document, made of their schemas. */
export function jsonPage(): string {
  const all = DOCUMENTS.map((each) => ({ each, schema: jsonSchemaOf(each) }))
  const parts = Object.entries<Schema>(Object.assign({}, ...all.map(({ schema }) => schema.$defs)))
  return page(
    INTRO,
    table(
      ['document', 'tells'],
      DOCUMENTS.map(({ name, about }) => [`[${name}/1](#${name}1)`, about]),
    ),
    PROMISES,
    EXAMPLE,
    ...all.flatMap(({ each, schema }) => documentPart(each, schema)),
    '## Parts',
    'What stands in several places, or in lists.',
    ...parts.filter(([, schema]) => !isCode(schema)).flatMap(memberPart),
    '## Codes',
    'Words with a fixed meaning.',
    ...parts
      .filter(([, schema]) => isCode(schema))
      .flatMap(([name, schema]) => (name === 'error' ? errorPart(schema) : codePart([name, schema]))),
  )
}
