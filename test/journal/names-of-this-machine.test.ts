import { hostname, networkInterfaces } from 'node:os'
import { describe, expect, test } from 'vitest'
import { isSameGateway } from '../../src/core/rule/gateway-key.ts'
import { ownNames } from '../../src/machine/own-names.ts'
import { MigrateError } from '../../src/core/errors.ts'
import { normaliseGatewayUrl } from '../../src/gateway/connect/gateway-url.ts'
import { acquireLock } from '../../src/journal/lock.ts'
import { temporaryFolder } from '../support/cli.ts'

const HERE = 'http://localhost:4000'

/** Whom a run against this URL meets while another one against `HERE` is under way. */
async function lockOf(url: string): Promise<'the same lock' | 'another lock'> {
  const place = await temporaryFolder()
  const held = await acquireLock(HERE, 'trying things', { place })
  try {
    const own = await acquireLock(normaliseGatewayUrl(url), 'trying things', { place })
    own.release()
    return 'another lock'
  } catch (error) {
    if (error instanceof MigrateError && error.code === 'lock-held') return 'the same lock'
    throw error
  } finally {
    held.release()
  }
}

/** Whose runs are found in a journal by this URL. */
const runsBy = (url: string): 'the same runs' | 'other runs' =>
  isSameGateway(normaliseGatewayUrl(url), HERE, ownNames()) ? 'the same runs' : 'other runs'

const at = (host: string): string => `http://${host}:4000`

/** The addresses under which this machine is seen from elsewhere. Networks of containers come and go. */
const seenAt = (): string[] =>
  Object.values(networkInterfaces())
    .flatMap((all) => all ?? [])
    .filter(({ internal }) => !internal)
    .flatMap(({ family, address }) =>
      family === 'IPv4' ? [at(address), at(`[::ffff:${address}]`)] : [at(`[${address}]`)],
    )

/** What is found of each address that the machine has before and after it was looked at. */
async function atEachAddress<T>(look: (url: string) => Promise<T> | T): Promise<T[]> {
  const found = new Map<string, T>()
  for (const url of seenAt()) found.set(url, await look(url))
  return seenAt().flatMap((url) => found.get(url) ?? [])
}

const SPELLINGS = ['127.0.0.1', 'LOCALHOST', '127.1', '127.9.9.9', '[::1]'].map(at)
const UNSPECIFIED = ['0.0.0.0', '0'].map(at)
const OTHER_NAMES = [
  ...['localhost.', '[::]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', 'ip6-localhost', 'ip6-loopback'].map(at),
  ...['2130706433', '0x7f000001', '0177.0.0.1', '[0:0:0:0:0:ffff:127.0.0.1]', '[::ffff:0:0]'].map(at),
  ...[hostname(), `${hostname()}.`, hostname().toUpperCase()].map(at),
]

describe('a gateway on this machine has one lock, by whatever name', () => {
  for (const url of [...SPELLINGS, ...UNSPECIFIED, `${at('127.0.0.1')}/`, `${at('[::1]')}/ui`])
    test(url, async () => {
      expect(await lockOf(url)).toBe('the same lock')
    })
  for (const url of OTHER_NAMES)
    test(url, async () => {
      expect(await lockOf(url)).toBe('the same lock')
    })
  test('each address of its networks', async () => {
    expect((await atEachAddress(lockOf)).filter((found) => found !== 'the same lock')).toEqual([])
  })
})

describe('the runs of a gateway on this machine are found by whatever name', () => {
  for (const url of [...SPELLINGS, ...UNSPECIFIED, `${at('127.0.0.1')}/`, `${at('[::1]')}/ui`])
    test(url, () => {
      expect(runsBy(url)).toBe('the same runs')
    })
  for (const url of OTHER_NAMES)
    test(url, () => {
      expect(runsBy(url)).toBe('the same runs')
    })
  test('each address of its networks', async () => {
    expect((await atEachAddress(runsBy)).filter((found) => found !== 'the same runs')).toEqual([])
  })
})

// Behind one address, a reverse proxy may keep several gateways apart by such names.
test('a name below .localhost has the lock of this machine, and runs of its own', async () => {
  const url = 'http://litellm.localhost:4000'
  expect([await lockOf(url), runsBy(url)]).toEqual(['the same lock', 'other runs'])
})

describe('another gateway has a lock and runs of its own:', () => {
  for (const url of [
    'http://localhost:4001',
    'https://localhost:4000',
    'http://localhost:4000/litellm',
    'http://localhost.example:4000',
    'http://[::2]:4000',
    'http://198.51.100.1:4000',
  ])
    test(url, async () => {
      expect([await lockOf(url), runsBy(url)]).toEqual(['another lock', 'other runs'])
    })
})
