import { findingsIn } from '../support/rules.ts'
import { allPages, blocks } from './pages.ts'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { migrationFile2 } from '../../src/core/rule/file/format-2.ts'
import { expectGenerated } from '../support/generated.ts'

test('the schema of migration files is there for editors, made of the one that reads them', async () => {
  const schema = z.toJSONSchema(migrationFile2, { io: 'input' })
  const title = 'A migration file of mcp-url-migrate'
  await expectGenerated(
    'schemas/migration-2.schema.json',
    `${JSON.stringify({ title, ...schema }, null, 2)}\n`,
  )
})

test('the migrations that pages show can be used as they stand', async () => {
  const shown = (await allPages()).flatMap((page) =>
    blocks(page, 'yaml').filter((text) => text.startsWith('schema: mcp-url-migrate/migration/')),
  )
  expect(shown.length).toBeGreaterThan(1)
  for (const text of shown) expect([text, findingsIn(text)]).toEqual([text, []])
})
