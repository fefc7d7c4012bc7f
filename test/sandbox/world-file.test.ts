import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { ADDRESS_FAULTS } from '../../src/sandbox/backends/addresses.ts'
import { everyColumn } from '../../src/sandbox/servers/columns.ts'
import { SILENT_QUIRKS } from '../../src/sandbox/quirks.ts'
import { worldFile } from '../../src/sandbox/world-file/file.ts'
import { worldServer } from '../../src/sandbox/world-file/server.ts'
import { expectGenerated } from '../support/generated.ts'

interface Schema {
  properties?: Record<string, Schema>
  items?: Schema
  anyOf?: Schema[]
  description?: string
}

const SCHEMA = z.toJSONSchema(worldFile, { io: 'input' })
const DOCS = await readFile(new URL('../../docs/sandbox.md', import.meta.url), 'utf8')
const ROWS = new Map(
  [...DOCS.matchAll(/^\| `([^`]+)` +\| (.*?) +\|$/gm)].map(([, name = '', text = '']) => [name, text]),
)

/** Every member that a schema describes, at any depth. */
function described({ properties = {}, items, anyOf = [] }: Schema): [name: string, text: string][] {
  const own = Object.entries(properties).flatMap(([name, { description }]): [string, string][] =>
    description === undefined ? [] : [[name, description]],
  )
  return [...own, ...[...Object.values(properties), ...anyOf, ...(items ? [items] : [])].flatMap(described)]
}

describe('the documentation of a world', () => {
  test('has a row for every member, fault and quirk, with its meaning, and no other row', () => {
    const rows = [
      // What holds others is told by the text around it.
      ...described(SCHEMA as Schema).filter(([name]) => !['on', 'do'].includes(name)),
      ...Object.entries(ADDRESS_FAULTS),
      ...Object.entries(SILENT_QUIRKS),
    ]
    expect(rows.length).toBeGreaterThan(40)
    for (const [name, text] of rows) expect([name, ROWS.get(name)]).toEqual([name, text])
    const known = new Set(rows.map(([name]) => name))
    expect(
      [...ROWS.keys()].filter((name) => !known.has(name) && !everyColumn().some((one) => one.name === name)),
    ).toEqual([])
  })

  test('names every column that a server may have', () => {
    const [, table = ''] = DOCS.split('## Servers')
    for (const column of Object.keys((worldServer as z.ZodObject).shape))
      expect(table).toContain(`\`${column}\``)
  })

  test('is there as a JSON Schema, too, made of the schema that reads the file', async () => {
    await expectGenerated('sandbox-world.schema.json', `${JSON.stringify(SCHEMA, null, 2)}\n`)
  })
})
