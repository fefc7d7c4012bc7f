import { lookup } from 'node:dns/promises'
import { networkInterfaces } from 'node:os'
import { isLoopbackName } from '../core/rule/host-names.ts'
import { greet, knock } from './knock.ts'
import { listeners } from './listeners.ts'
import type { Machine } from './port.ts'

const addresses = (): string[] =>
  Object.entries(networkInterfaces()).flatMap(([name, places = []]) =>
    places.map(({ address, scopeid }) => (scopeid ? `${address}%${name}` : address)),
  )

async function isSelf(host: string): Promise<boolean> {
  if (isLoopbackName(host)) return true
  const found = await lookup(host.replace(/^\[|\]$/g, ''), { all: true }).catch(() => [])
  const own = addresses()
  return found.some(({ address }) => own.includes(address) || isLoopbackName(address))
}

/** The machine that the program runs on. */
export const localMachine: Machine = {
  addresses,
  isSelf,
  knock,
  greet,
  listeners,
}
