import { networkInterfaces } from 'node:os'
import { greet, knock } from './knock.ts'
import { listeners } from './listeners.ts'
import type { Machine } from './port.ts'

/** The machine that the program runs on. */
export const localMachine: Machine = {
  addresses: () =>
    Object.entries(networkInterfaces()).flatMap(([name, places = []]) =>
      places.map(({ address, scopeid }) => (scopeid ? `${address}%${name}` : address)),
    ),
  knock,
  greet,
  listeners,
}
