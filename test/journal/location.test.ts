import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { locationWarnings, PASSING_FOLDER } from '../../src/journal/location.ts'

const MEMORY = '/dev/shm'

/** Is somebody warned that a journal in this folder of a file system in memory goes away with it? */
const warnsOf = async (folder: string): Promise<boolean> =>
  (await locationWarnings(`${MEMORY}/${folder}/journal`, {})).some((each) =>
    each.includes('goes away with it'),
  )

test.runIf(existsSync(MEMORY))(
  'nobody is warned that a journal goes away which is meant to: that of a sandbox',
  async () => {
    expect([await warnsOf('mine'), await warnsOf(`${PASSING_FOLDER}a1B2c3`)]).toEqual([true, false])
  },
)
