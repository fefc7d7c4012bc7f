import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, vi } from 'vitest'
import { verdictOn } from '../../src/core/rule/verdict.ts'
import { migrationIn } from '../support/rules.ts'
import { readKeysFile } from '../../src/core/verify/keys-file.ts'
import type { SandboxOptions } from '../../src/sandbox/index.ts'
import { test } from '../support/trial.ts'
import { KEPT, oldCases } from '../support/old-journals.ts'
import { watchForLeaks } from '../support/secrets.ts'
import { shapeOf } from '../support/shape.ts'

watchForLeaks()
vi.setConfig({ maxConcurrency: 6, testTimeout: 60_000 })

const FOLDER = join(KEPT, 'documents')
const kept = (...path: string[]): Promise<string> => readFile(join(FOLDER, ...path), 'utf8')

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')

interface Example {
  before: string
  after?: string
}

describe('migration files of version 1', () => {
  test('are read for what they were, and their journals name them by the same hash', async () => {
    const hashes = new Map<string, string>()
    for (const name of await readdir(join(FOLDER, 'migrations'))) {
      const text = await kept('migrations', name)
      const { id, sha256 } = migrationIn(text)
      expect(sha256).toBe(hashOf(text))
      hashes.set(id, sha256)
    }
    const named = oldCases().flatMap(({ journal }) =>
      Object.values(journal)
        .filter((text) => text.includes('\n'))
        .flatMap((text) => {
          const [line = ''] = text.split('\n')
          return (JSON.parse(line) as { migrations: { id: string; sha256: string }[] }).migrations
        }),
    )
    const shipped = named.filter(({ id }) => id !== 'from-to')
    expect([...new Set(shipped.map(({ id }) => id))].toSorted()).toEqual([...hashes.keys()].toSorted())
    for (const { id, sha256 } of shipped) expect(sha256).toBe(hashes.get(id))
  })

  test('judge their examples as they did', async () => {
    const name = 'localhost-8585-to-mcp-proxy-sse.yaml'
    const text = await kept('migrations', name)
    const examples = [
      ...text.matchAll(/- before: (?<before>\S+)\n {4}(?:after: (?<after>\S+)|unchanged: true)/g),
    ]
    expect(examples).toHaveLength(14)
    const { rules } = migrationIn(text)
    for (const { groups } of examples) {
      const { before, after } = groups as unknown as Example
      const verdict = verdictOn(rules, before)
      expect([before, verdict.kind === 'match' ? verdict.after : undefined]).toEqual([before, after])
    }
  })
})

test('a keys file of version 1 is read for what it was', async () => {
  expect(readKeysFile(await kept('keys.yaml'), 'keys.yaml')).toMatchObject([
    { name: 'admin', secret: { env: 'ADMIN_KEY' }, reaches: ['*'], denied: [] },
    { name: 'dev', secret: { env: 'DEV_KEY' }, reaches: ['*'], denied: ['filesystem'] },
  ])
})

const EVERYTHING = { maps: [], open: [] }
/** Where anything stands in a document: what is `null` there may be filled elsewhere. */
const places = (text: string): string[] =>
  shapeOf(JSON.parse(text), EVERYTHING).map((each) => each.slice(0, each.lastIndexOf(' ')))

describe('what scripts read in documents of version 1', () => {
  const asked: [name: string, args: string[]][] = [
    ['plan', ['--dry-run', '--json']],
    ['run', ['--yes', '--json']],
    ['history', ['history', '--json']],
  ]
  test('still stands in those of this program', async ({ open }) => {
    const trial = await open(JSON.parse(await kept('world.json')) as SandboxOptions)
    for (const [name, args] of asked) {
      const { stdout } = await trial.call(args, { preflight: true })
      const document = await kept(`${name}.json`)
      expect(JSON.parse(stdout)).toMatchObject({ schema: `mcp-url-migrate/${name}/1` })
      expect(JSON.parse(document)).toMatchObject({ schema: `mcp-url-migrate/${name}/1` })
      const now = places(stdout)
      expect([name, places(document).filter((place) => !now.includes(place))]).toEqual([name, []])
    }
  })
})
