import { Mismeasured } from '../figure.ts'
import { openClient, type Target } from './client.ts'
import { type Move, SERVERS, standingAt } from './floor.ts'

/** From where to where, on a sandbox. Nobody asks for these addresses: it knows of itself what is there. */
export const WAY: Move = { from: 'http://old.test:8585', to: 'http://new.test:8080' }

/** Servers as somebody would have stored them, at an origin: `speed_0`, `speed_1` and so on. */
export function serversAt(origin: string, count: number): Record<string, unknown>[] {
  return Array.from({ length: count }, (_, i) => {
    const name = `speed_${i}`
    return {
      server_name: name,
      alias: name,
      transport: 'http',
      url: `${origin}/servers/${name}/mcp`,
      mcp_access_groups: ['speed'],
    }
  })
}

/** Stores such servers in a gateway, through its API. */
export async function makeFleet(target: Target, origin: string, count: number): Promise<void> {
  const client = openClient(target)
  try {
    for (const server of serversAt(origin, count)) await client.ask('POST', SERVERS, server)
  } finally {
    client.close()
  }
}

/** Removes what `makeFleet` stored in a gateway. */
export async function removeFleet(target: Target): Promise<void> {
  const client = openClient(target)
  try {
    const listed = await client.ask<Record<string, unknown>[]>('GET', SERVERS)
    for (const { server_id: id, server_name: name } of listed)
      if (/^speed_\d+$/.test(String(name))) await client.ask('DELETE', `${SERVERS}/${String(id)}`)
  } finally {
    client.close()
  }
}

/** Throws `Mismeasured` unless this many servers stand at an origin, by the gateway's list. */
async function requireAt(target: Target, origin: string, count: number): Promise<void> {
  const client = openClient(target)
  try {
    const { length } = await standingAt(client, origin)
    if (length !== count)
      throw new Mismeasured(`${length} of ${count} servers stand at ${origin} after a run`)
  } finally {
    client.close()
  }
}

/** Moves all servers of a gateway, one way. */
export type Mover = (target: Target, way: Move) => Promise<unknown>

/** The servers of a gateway, which are moved to and fro between two origins. */
export class Fleet {
  readonly target: Target
  readonly size: number
  #way: Move

  /** `way`: where its servers stand, and where they go first. */
  constructor(target: Target, size: number, way: Move) {
    this.target = target
    this.size = size
    this.#way = way
  }

  /**
   * Has all servers moved, away or back. Returns how long that took, in milliseconds. Throws `Mismeasured` where they are not
   * there afterwards.
   */
  async time(mover: Mover): Promise<number> {
    const { from, to } = this.#way
    const began = performance.now()
    await mover(this.target, this.#way)
    const ended = performance.now()
    this.#way = { from: to, to: from }
    await requireAt(this.target, to, this.size)
    return ended - began
  }
}
