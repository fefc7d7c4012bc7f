import { expect, test } from 'vitest'
import { EXIT_CODES } from '../../src/cli/exit.ts'
import { shortFinding } from '../../src/cli/render/plan/reach.ts'
import { CONSENTS } from '../../src/core/plan/consent/consent.ts'
import { skippedCode } from '../../src/core/plan/plan.ts'
import { ERROR_CODES } from '../../src/core/errors.ts'
import { CHECK_IDS } from '../../src/core/verify/check.ts'
import { readKeysFile } from '../../src/core/verify/keys-file.ts'
import { allPages, blocks, type Page, readPage } from './pages.ts'

/** What stands between backticks in the first cells of a page's tables. */
const rows = ({ text }: Page): string[] =>
  [...text.matchAll(/^\| (`[^|]+`) +\| [^\s|]/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word),
  )

test('every check of verify has a row', async () => {
  expect(rows(await readPage('docs/verify-and-status.md'))).toEqual(expect.arrayContaining([...CHECK_IDS]))
})

test('the keys file says what the guide expects', async () => {
  const [text = ''] = blocks(await readPage('docs/verify-and-status.md'), 'yaml')
  expect(readKeysFile(text, 'keys.yaml')).toEqual([
    { name: 'admin', secret: { env: 'ADMIN_KEY' }, reaches: ['*'], denied: [] },
    { name: 'dev', secret: { env: 'DEV_KEY' }, reaches: ['*'], denied: ['filesystem'] },
  ])
})

test('every reason to leave a server alone, and every consent, has a row', async () => {
  const page = await readPage('docs/migrating.md')
  expect(rows(page)).toEqual(expect.arrayContaining([...skippedCode.options, ...CONSENTS]))
})

test('the guide names what fails as the review does', async () => {
  const kinds = ['unknown-host', 'refused', 'not-found', 'host-refused', 'no-tools'] as const
  const said = kinds.map((kind) =>
    shortFinding({ outcome: 'failed', kind, evidence: '', tools: null, hint: null }).trim(),
  )
  expect(rows(await readPage('docs/guide.md'))).toEqual(said.map((text) => `✗ ${text.replace('✗ ', '')}`))
})

test('pages name no option that the program does not have', async () => {
  const options = (text: string): Set<string> =>
    new Set([...text.matchAll(/(?<![\w-])--[a-z][a-z-]+/g)].map(([option]) => option))
  const known = options((await readPage('docs/options.md')).text)
  // Of MCP proxies and of LiteLLM's container; of npm, git and the like in pages for whoever works on this program.
  for (const foreign of ['--host', '--port']) known.add(foreign)
  const pages = (await allPages()).filter(
    ({ path }) => !['docs/bench.md', 'docs/releasing.md', 'docs/contributing.md'].includes(path),
  )
  const text = pages.map((page) => page.text.replaceAll(/^(npm|docker) .*$/gm, '')).join('\n')
  expect([...options(text)].filter((option) => !known.has(option))).toEqual([])
})

test('every exit code, and every code of an error, has a row', async () => {
  const [options, json] = [await readPage('docs/options.md'), await readPage('docs/json.md')]
  for (const [code] of EXIT_CODES) expect(options.text).toMatch(new RegExp(`^\\| ${code} +\\| \\S`, 'm'))
  expect(rows(json)).toEqual(expect.arrayContaining([...ERROR_CODES]))
})
