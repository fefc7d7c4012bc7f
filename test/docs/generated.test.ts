import { expect, test } from 'vitest'
import { DOCUMENTS } from '../../src/cli/render/documents/all.ts'
import { expectGenerated } from '../support/generated.ts'
import { jsonPage } from './json-page.ts'
import { jsonSchemaOf } from './json-schema.ts'
import { idleNotes, optionsPage } from './options-page.ts'

test.each(DOCUMENTS)('docs/schemas has the JSON Schema of $name/1', async (each) => {
  const text = JSON.stringify(jsonSchemaOf(each), null, 2)
  await expectGenerated(`schemas/${each.name}.schema.json`, `${text}\n`)
})

test('docs/json.md describes every document, part and code', async () => {
  await expectGenerated('json.md', jsonPage())
})

test('docs/options.md describes every command, option and exit code', async () => {
  await expectGenerated('options.md', optionsPage())
})

test('what is noted of options is noted of one that is there', () => {
  expect(idleNotes()).toEqual([])
})
