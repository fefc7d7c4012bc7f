import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, vi } from 'vitest'
import type { SandboxRow, SandboxServer } from '../../src/sandbox/index.ts'
import { amount } from './amount.ts'
import { watchForLeaks } from '../support/secrets.ts'
import { documentOf, guideServer, inOrder, test, vouching, writes } from '../support/trial.ts'

watchForLeaks()
vi.setConfig({ testTimeout: 1_800_000 })

const RULES = `schema: mcp-url-migrate/migration/2
id: own
title: Rules that meet
rules:
  - when: { transport: sse }
    from: http://{host}:8000/{path}/sse
    where: { host: [a, b] }
    to: http://new:1/{host}/{path}/mcp
    set: { transport: http }
  - fields: [url, description, env]
    from: ['http://{loopback}:8000/*', 'http://b:8000/*']
    to: http://new:2/*
  - fields: [description, static_headers]
    from: http://a:8000
    to: http://new:3
examples:
  - { before: { url: http://a:8000/x/sse, transport: sse }, after: { url: http://new:1/a/x/mcp, transport: http } }
  - { before: http://b:8000/y, after: http://new:2/y }
  - { field: description, before: http://a:8000/y, after: http://new:3/y }
  - { before: http://c:8000/y, unchanged: true }
`

const url = fc
  .tuple(
    fc.constantFrom('a', 'b', 'c', 'localhost', '127.0.0.1', 'new'),
    fc.constantFrom('8000', '1', '2'),
    fc.constantFrom('', '/', '/x', '/x/sse', '/x%2Fy/sse', '/x/sse/', '/x/y/sse'),
    fc.constantFrom('', '?q=1', '#f'),
  )
  .map(([host, port, path, tail]) => `http://${host}:${port}${path}${tail}`)
const text = fc
  .array(fc.oneof(url, fc.constantFrom('see', '(', '), or', '')), { maxLength: 3 })
  .map((all) => all.join(' '))

const server = fc.record({
  url,
  transport: fc.constantFrom('sse', 'http'),
  description: text,
  env: fc.dictionary(fc.constantFrom('A', 'B.C', 'D'), text, { maxKeys: 2 }),
  static_headers: fc.dictionary(fc.constantFrom('x-a', 'x-b'), text, { maxKeys: 2 }),
  allow_all_keys: fc.boolean(),
}) satisfies fc.Arbitrary<SandboxServer>

/** One that a rule matches, in every generated gateway. */
const MOVES: SandboxServer = { url: 'http://a:8000/x/sse', transport: 'sse' }

const unstamped = (rows: readonly SandboxRow[]): unknown[] =>
  inOrder(rows.map(({ updated_at: _at, updated_by: _by, created_at: _made, ...rest }) => rest))

test('whatever servers there are: a second run changes nothing, the revert gives all bytes back, and their order does not matter', async ({
  open,
}) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(server, { minLength: 1, maxLength: 7 }),
      fc.constantFrom('1.77.7', '1.81.14', '1.106.2'),
      async (found, version) => {
        const servers = [...found, MOVES].map((each, i) => guideServer(`s${i}`, each))
        const [trial, other] = await Promise.all([
          open({ version, servers }),
          open({ version, servers: servers.toReversed() }),
        ])
        const path = join(trial.folder, 'own.yaml')
        await writeFile(path, RULES)
        const args = ['--no-wait', '--migration', path, '--allow', '99']
        const before = unstamped(trial.sandbox.rows())
        await trial.setUp(['--yes', ...args])
        const after = unstamped(trial.sandbox.rows())
        const written = writes(trial.sandbox)
        expect(written).toBeGreaterThan(0)
        expect(documentOf(await trial.call(['--dry-run', '--json', ...args]))).toMatchObject({ changes: [] })
        await trial.setUp(['--yes', ...args])
        expect([writes(trial.sandbox), unstamped(trial.sandbox.rows())]).toEqual([written, after])
        await other.setUp(['--yes', ...args])
        expect(unstamped(other.sandbox.rows())).toEqual(after)
        await trial.setUp(await vouching(trial, ['--revert', '--yes', '--no-wait']))
        expect(unstamped(trial.sandbox.rows())).toEqual(before)
      },
    ),
    { numRuns: amount({ sample: 4, ci: 30, full: 300 }) },
  )
})
