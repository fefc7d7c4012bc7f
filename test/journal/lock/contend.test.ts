import { rm } from 'node:fs/promises'
import { afterAll, describe, expect, test } from 'vitest'
import { lockHolder } from '../../../src/journal/lock.ts'
import { ownIdentity } from '../../../src/journal/lock/process-identity.ts'
import {
  asRoot,
  endStarted,
  forge,
  freshPlace,
  GATEWAY,
  idler,
  MALLORY,
  OWN,
  refusal,
  take,
} from './ground.ts'

afterAll(endStarted)

test('a contender of the same user that never goes on is not waited for without an end', async () => {
  const place = await freshPlace()
  const path = await forge(place, { pid: process.pid, state: 'waiting' }, { uid: OWN })
  expect(await refusal(place)).toMatchObject({ code: 'lock-held' })
  await rm(path)
  expect(await refusal(place)).toBe('no refusal')
})

describe.skipIf(!asRoot)('of another user', () => {
  test('a run that goes on is waited for a limited time, and named by what the system says', async () => {
    const place = await freshPlace()
    const pid = idler(MALLORY)
    for (const state of ['holding', 'waiting']) {
      const claims = { pid, state, user: 'root', host: 'somewhere', doing: 'x\u001b[31m\nINJECT' }
      const path = await forge(place, claims)
      const told: string[] = []
      const { code, message, hint } = (await refusal(place, { tell: (text) => told.push(text) })) as {
        code: string
        message: string
        hint: string
      }
      const { host } = await ownIdentity()
      expect([code, message.replace(/\S+Z$/, 'THEN')]).toEqual([
        'lock-held',
        `Another user holds the lock of this gateway: nobody on ${host} (process ${pid}), x\\x1b[31m\\x0aINJECT since THEN`,
      ])
      expect(hint).toBe(`Wait for it, or ask nobody or root to end process ${pid}. Its lock is ${path}`)
      expect(told).toEqual([
        `Waiting for another user's run against this gateway: nobody (process ${pid}), for 0.05 s at most.`,
      ])
      await rm(path)
    }
    expect(await refusal(place)).toBe('no refusal')
  })

  test('a run that ends meanwhile makes room', async () => {
    const place = await freshPlace()
    const pid = idler(MALLORY)
    await forge(place, { pid })
    const lock = await take(place, { patienceMs: 60_000, tell: () => void process.kill(pid, 'SIGKILL') })
    expect(await lockHolder(GATEWAY, place)).toMatchObject({ pid: process.pid })
    lock.release()
  })
})
