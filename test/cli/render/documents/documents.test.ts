import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { z } from 'zod'
import { DOCUMENTS } from '../../../../src/cli/render/documents/all.ts'
import { holdToSchemas } from '../../../support/documents.ts'
import { KEPT } from '../../../support/old-journals.ts'
import { watchForLeaks } from '../../../support/secrets.ts'
import { documentOf, guideServer, test } from '../../../support/trial.ts'

watchForLeaks()

const error = { schema: 'mcp-url-migrate/error/1', code: 'usage', message: 'wrong', hint: null }

describe('what a program prints is held to its schema', () => {
  const held =
    (...documents: object[]) =>
    () =>
      holdToSchemas(documents.map((each) => JSON.stringify(each)).join('\n'))

  test('so that a member that no schema has fails a test, by its name', () => {
    expect(held(error)).not.toThrow()
    expect(held({ ...error, more: 1 })).toThrow('Unrecognized key: "more"')
  })

  test('and one that is missing, and a word that nobody told of, by its place', () => {
    const { hint: _, ...less } = error
    expect(held(less)).toThrow('at hint')
    expect(held({ ...error, code: 'whatever' })).toThrow('at code')
  })

  test('in each line of --watch', () => {
    expect(held(error, error)).not.toThrow()
    expect(held(error, { ...error, hint: 1 })).toThrow('at hint')
  })

  test('and a document that has none fails, too', () => {
    expect(held({ schema: 'mcp-url-migrate/other/1' })).toThrow('mcp-url-migrate/other/1 has no schema')
  })

  test('while other texts are left as they are', () => {
    expect(() => holdToSchemas('{ cut short')).not.toThrow()
    expect(held({ schema: 'https://example.com' })).not.toThrow()
  })
})

describe('documents that earlier versions printed', () => {
  const schemas = new Map(DOCUMENTS.map(({ name, schema }) => [name, schema]))
  const isMissing = ({ code, input }: z.core.$ZodIssue): boolean =>
    ['invalid_type', 'invalid_value'].includes(code) && input === undefined

  test.each(['plan', 'run', 'history'])(
    '%s: hold nothing but what the schema says; what came since is missing',
    async (name) => {
      const text = await readFile(join(KEPT, 'documents', `${name}.json`), 'utf8')
      const read = schemas.get(name)?.safeParse(JSON.parse(text), { reportInput: true })
      expect(read?.error?.issues.filter((issue) => !isMissing(issue))).toEqual([])
    },
  )
})

describe('documents of every kind', () => {
  test('are what their schemas say, in a life of servers', async ({ open }) => {
    const servers = ['fetch', 'n8n', 'time'].map((name) => guideServer(name))
    const { call } = await open({ servers, faults: { 'http://mcp-proxy-sse:8080/servers/time': 'refused' } })
    const printed = [
      await call(['--dry-run', '--json'], { preflight: true }),
      await call(['--yes', '--json'], { preflight: true }),
      await call(['history', '--json']),
      await call(['history', '--check', '--json']),
      await call(['status', '--json']),
      await call(['verify', '--check', 'gateway', '--json']),
      await call(['--revert', '--yes', '--json']),
      await call(['--revert', 'nothing', '--yes', '--json']),
      await call(['lint', '--json']),
    ]
    const names = printed.map((each) => documentOf<{ schema: string }>(each).schema)
    const all = DOCUMENTS.map(({ name }) => `mcp-url-migrate/${name}/1`)
    expect(all.filter((name) => !names.includes(name))).toEqual([])
  })

  test('of history have the changes of a run that was named, and null in a list', async ({ open }) => {
    const { call, setUp } = await open({ servers: [guideServer('fetch')] })
    await setUp(['--yes'])
    interface Told {
      runs: { id: string; changes: { outcome: string }[] | null }[]
    }
    const list = documentOf<Told>(await call(['history', '--json'])).runs
    expect(list.map(({ changes }) => changes)).toEqual([null])
    const [named] = documentOf<Told>(await call(['history', list[0]?.id ?? '', '--json'])).runs
    expect(named?.changes?.map(({ outcome }) => outcome)).toEqual(['applied'])
  })
})
