import fc from 'fast-check'
import { parse, stringify } from 'lossless-json'
import { describe, expect, test } from 'vitest'
import { ERAS } from '../../../src/core/record/eras.ts'
import { fieldEdits } from '../../../src/core/record/put-body.ts'
import { shownChanges } from '../../../src/core/record/fields.ts'
import { LiteLlmGateway } from '../../../src/gateway/servers/litellm.ts'
import { type SandboxServer, startSandbox } from '../../../src/sandbox/index.ts'
import { asJsonb } from '../../../src/sandbox/world.ts'
import { amount } from '../../prove/amount.ts'
import { jsonTexts, objectTexts, ODD_NUMBERS } from '../../support/json-texts.ts'
import { guideServer } from '../../support/trial.ts'
import { Redactor } from '../../../src/core/show/secrets/redactor.ts'
import { Gate } from '../../../src/gateway/http/pace.ts'

/** A gateway of a release with one server in it, asked as the program asks it. */
async function withGateway<T>(
  version: string,
  server: SandboxServer,
  use: (gateway: LiteLlmGateway, sandbox: Awaited<ReturnType<typeof startSandbox>>) => Promise<T>,
): Promise<T> {
  const sandbox = await startSandbox({ version, servers: [server] })
  const endpoint = {
    url: sandbox.url,
    key: sandbox.masterKey,
    keyHeader: 'Authorization',
    timeoutSeconds: 20,
    headers: {},
    trouble: { since: null },
    gate: new Gate(),
    redactor: new Redactor(),
  }
  try {
    return await use(
      new LiteLlmGateway(endpoint, { url: sandbox.url, version, account: 'master key' }),
      sandbox,
    )
  } finally {
    await sandbox.close()
  }
}

const LINK = 'http://localhost:8585/docs'

/** The members of an object, with one more that is to be changed. */
const withLink = (text: string): string => `{"link":"${LINK}"${text === '{}' ? '' : ','}${text.slice(1)}`

/** What a database holds, by the library alone: every number as its text. */
const stored = (text: string): unknown => parse(text, null, { onDuplicateKey: ({ oldValue }) => oldValue })

interface Held {
  info: string
  env: string
  more: string
}

const serverOf = ({ info, env, more }: Held): SandboxServer =>
  guideServer('fetch', {
    mcp_info: stored(withLink(info)),
    env: stored(withLink(env)),
    static_headers: stored(more),
    tool_name_to_description: stored(more),
  })

const EDITS = ['url', 'mcp_info.link', 'env.link'].map((field) => ({
  field,
  before: field === 'url' ? 'http://localhost:8585/servers/fetch/sse' : LINK,
  after: 'http://elsewhere/',
}))

/** The columns of the one row as texts, without who wrote it, and with the new texts in the place of the old. */
function columns(rows: readonly object[], edits: typeof EDITS | []): Record<string, string | undefined> {
  const texts = Object.entries(rows[0] ?? {})
    .filter(([name]) => !/^(updated|created)_/.test(name))
    .map(([name, value]): [string, string | undefined] => [name, stringify(value)])
  const moved = texts.map(([name, text]) => [
    name,
    edits.reduce(
      (rest, { before, after }) => rest?.replaceAll(JSON.stringify(before), JSON.stringify(after)),
      text,
    ),
  ])
  return Object.fromEntries(moved) as Record<string, string | undefined>
}

async function roundTrip(version: string, held: Held): Promise<void> {
  await withGateway(version, serverOf(held), async (gateway, sandbox) => {
    const expected = columns(sandbox.rows(), EDITS)
    const reading = await gateway.read('id-fetch')
    if (reading.kind !== 'record') expect.fail(JSON.stringify(reading))
    await gateway.write(reading.record, fieldEdits(reading.record, EDITS, gateway.era))
    expect(columns(sandbox.rows(), [])).toEqual(expected)
    const after = await gateway.read('id-fetch')
    if (after.kind !== 'record') expect.fail(JSON.stringify(after))
    const changed = shownChanges(reading.record, after.record, ['url', ...gateway.era.alsoWrites])
    expect(changed.map(({ field }) => field)).toEqual(['env', 'mcp_info'])
  })
}

const ODD: Held = {
  info: `{"n":[${ODD_NUMBERS.join(',')}],"__proto__":{"x":1.0},"constructor":[]}`,
  env: '{"__proto__":"p","constructor":"c","N":1.0}',
  more: '{"__proto__":"p","toString":"\\u0000"}',
}

describe.concurrent('what is read and written again is the same, but for what was to change:', () => {
  for (const { from } of ERAS)
    test(`from LiteLLM ${from ?? '1.74.0'} on`, async () => {
      const held = fc.record({ info: objectTexts(), env: objectTexts(), more: objectTexts() })
      await fc.assert(
        fc.asyncProperty(held, (each) => roundTrip(from ?? '1.74.0', each)),
        { numRuns: amount({ sample: 8, ci: 25, full: 25 }), examples: [[ODD]] },
      )
    })
})

test('a value of any kind comes through the list, the record and the answer to a write', async () => {
  await fc.assert(
    fc.asyncProperty(jsonTexts(), async (text) => {
      const server = guideServer('fetch', { mcp_info: stored(`{"any":${text}}`) })
      await withGateway('1.77.1', server, async (gateway) => {
        const [listed] = await gateway.list()
        const reading = await gateway.read('id-fetch')
        if (reading.kind !== 'record') expect.fail(JSON.stringify(reading))
        const answer = await gateway.write(reading.record, [])
        if (answer.kind !== 'accepted') expect.fail(JSON.stringify(answer))
        const all = [listed?.['mcp_info'], reading.record.mcp_info, answer.record?.mcp_info]
        expect(all.map((info) => stringify(info))).toEqual(
          all.map(() => stringify(asJsonb(stored(`{"any":${text}}`)))),
        )
      })
    }),
    { numRuns: amount({ sample: 20, ci: 60, full: 60 }) },
  )
})
