import { execFile, spawnSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect } from 'vitest'
import { z } from 'zod'
import { watchForLeaks } from '../support/secrets.ts'
import { documentOf, guideServer, test } from '../support/trial.ts'
import type { Finished } from '../support/cli.ts'

watchForLeaks()

const run = promisify(execFile)
const hasJq = spawnSync('jq', ['--version']).status === 0

const inDocs = (name: string): Promise<string> =>
  readFile(new URL(`../../docs/${name}`, import.meta.url), 'utf8')

/** Does a document fit the JSON Schema that the docs have of it? */
async function fits(finished: Finished): Promise<boolean> {
  const { schema, ...document } = documentOf<{ schema: string }>(finished)
  const [, name = ''] = schema.split('/')
  const file = JSON.parse(await inDocs(`schemas/${name}.schema.json`)) as z.core.JSONSchema.JSONSchema
  return z.fromJSONSchema(file).safeParse({ schema, ...document }).success
}

describe('the JSON Schema files', () => {
  test('fit what is printed', async ({ open }) => {
    const { call } = await open({ servers: [guideServer('fetch'), guideServer('n8n')] })
    const printed = [
      await call(['--dry-run', '--json']),
      await call(['--yes', '--no-wait', '--json', '--only', 'fetch']),
      await call(['history', '--json']),
      await call(['--revert', 'nothing', '--yes', '--json']),
    ]
    expect(await Promise.all(printed.map(fits))).toEqual([true, true, true, true])
  })

  test('and refuse what lacks a member or has another type', async ({ open }) => {
    const { call } = await open({ servers: [guideServer('fetch')] })
    const finished = await call(['--dry-run', '--json'])
    const { notes: _, ...less } = documentOf<{ notes: unknown }>(finished)
    const other = { ...documentOf(finished), restartRequired: 'no' }
    const more = { ...documentOf(finished), more: true }
    const asPrinted = (document: object): Finished => ({ ...finished, stdout: JSON.stringify(document) })
    expect(await Promise.all([less, other, more].map(asPrinted).map(fits))).toEqual([false, false, true])
  })
})

test.skipIf(!hasJq)('the example names the servers that were not moved, and why', async ({ open }) => {
  const near = { ...guideServer('near'), url: 'http://localhost:8586/servers/near/sse' }
  const { call, folder } = await open({
    servers: [guideServer('fetch'), guideServer('n8n'), near],
    faults: { 'http://mcp-proxy-sse:8080/servers/n8n': 'refused' },
  })
  const { stdout } = await call(['--yes', '--json'], { preflight: true })
  await writeFile(join(folder, 'run.json'), stdout)
  const lines = (await inDocs('json.md')).split('\n').filter((line) => line.startsWith('jq '))
  expect(lines.length).toBeGreaterThan(1)
  const said = await Promise.all(lines.map((line) => run('sh', ['-c', line], { cwd: folder })))
  expect(said.map((each) => each.stdout).join('')).toMatchInlineSnapshot(`
    "n8n	not-applied	awaiting	
    near	near-miss	port 8586, not 8585
    "
  `)
})
