import { readdir } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { SCENARIOS } from '../../src/sandbox/scenarios/scenarios.ts'
import { temporaryFolder } from '../support/cli.ts'
import { playPage, shimNpx } from '../support/doc-sessions.ts'
import { watchForLeaks } from '../support/secrets.ts'

watchForLeaks()

const PAGES = new URL('../../docs/scenarios/', import.meta.url)

test('each scenario has a page, and no other has', async () => {
  const names = Object.keys(SCENARIOS).map((name) => `${name}.md`)
  expect((await readdir(PAGES)).toSorted()).toEqual(names.toSorted())
})

describe.concurrent('the page of a scenario shows what happens:', () => {
  test.each(Object.keys(SCENARIOS))('%s', async (name) => {
    const place = { folder: await temporaryFolder() }
    await shimNpx(place)
    await playPage(new URL(`${name}.md`, PAGES), place)
  })
})
