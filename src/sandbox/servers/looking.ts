import { isEndless } from '../backends/addresses.ts'
import { type Answer, NEVER } from '../answers.ts'
import type { SandboxRow } from '../options.ts'
import type { World } from '../world.ts'

const isFilled = (value: unknown): boolean => typeof value === 'string' && value !== ''

/** Does LiteLLM wait for the address of this row for ever, when it makes a running server of it? */
export function waitsForEver(world: World, row: SandboxRow): boolean {
  const looks = world.release.looks.some(
    ({ types, unless }) =>
      types.includes(String(row['auth_type'])) && !unless.some((name) => isFilled(row[name])),
  )
  return looks && isEndless(world, row['url'])
}

/**
 * The answer to a write that is committed. Each write loads anew all rows that the running servers do not have yet
 * (`reload_servers_from_database`): while one of them waits, no write is answered. Reads are (seen on 1.81.14, 1.92.2, 1.96.2).
 */
export function afterWrite(world: World, answer: Answer): Answer {
  if (!Object.values(world.faults).includes('endless')) return answer
  const isBehind = (row: SandboxRow): boolean =>
    world.registry.get(row.server_id)?.['updated_at'] !== row['updated_at']
  return [...world.rows.values()].some((row) => isBehind(row) && waitsForEver(world, row)) ? NEVER : answer
}
