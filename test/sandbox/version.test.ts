import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { KNOWN_RELEASES, unknownRelease } from '../../src/sandbox/version.ts'

describe('a release that the sandbox does not know', () => {
  test.each([
    ['1.106.3', '1.106.2'],
    ['1.106.1', '1.106.0 and 1.106.2'],
    ['v1.108.9-stable', '1.108.7 and 1.108.14'],
    ['1.95.0', '1.94.3 and 1.96.2'],
    ['1.200.0', '1.110.2'],
    ['0.9.0', '1.74.0'],
  ])('%s is told with the nearest that it knows: %s', (version, nearest) => {
    const [numbers] = /[\d.]+/.exec(version) ?? []
    expect(unknownRelease(version)).toBe(`${numbers} is not known to the sandbox; nearest: ${nearest}`)
  })

  test('is none of those that were seen or read, whatever their suffix', () => {
    for (const version of ['1.74.0', '1.77.7-stable', 'v1.81.14', '1.106.2', '1.110.2'])
      expect([version, unknownRelease(version)]).toEqual([version, null])
  })
})

test('the documentation names every release that the sandbox knows, and no other', async () => {
  const docs = await readFile(new URL('../../docs/sandbox.md', import.meta.url), 'utf8')
  const [, named = ''] = /the nearest of these are named:([^:]*?)\.\n\n/.exec(docs) ?? []
  expect(named.match(/\d[\d.]+\d/g)).toEqual(KNOWN_RELEASES)
})
