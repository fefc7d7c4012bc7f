import { releaseOf } from '../release.ts'
import type { WorldFile } from './file.ts'

/** What is wrong in a world file, and at which place. */
export interface WorldFault {
  readonly path: readonly PropertyKey[]
  readonly message: string
}

interface Named {
  readonly path: readonly PropertyKey[]
  /** What nothing before it may be called, too. */
  readonly names: readonly string[]
}

/** The first that has a name which one before it has. */
function second(all: readonly Named[], message: string): WorldFault[] {
  const taken = new Set<string>()
  for (const { path, names } of all) {
    if (names.some((name) => taken.has(name))) return [{ path, message }]
    for (const name of names) taken.add(name)
  }
  return []
}

type Servers = NonNullable<WorldFile['servers']>

const textsOf = (server: Servers[number], columns: readonly string[]): string[] =>
  columns
    .map((column) => server[column])
    .filter((value) => typeof value === 'string' && value !== '') as string[]

function namedTwice({ servers = [], configServers = [], keys = [], masterKey }: WorldFile, unique: boolean) {
  const all = (list: Servers, member: string, column: string): Named[] =>
    list.map((server, i) => ({ path: [member, i, column], names: textsOf(server, [column]) }))
  const ids = [...all(servers, 'servers', 'server_id'), ...all(configServers, 'configServers', 'server_id')]
  const rows = servers.map((server, i) => ({
    path: ['servers', i],
    names: textsOf(server, ['server_name', 'alias']).map((name) => name.toLowerCase()),
  }))
  return [
    ...second(ids, 'is the id of a server before it, too'),
    ...second(all(configServers, 'configServers', 'server_name'), 'is the name of a server before it, too'),
    ...second(
      unique ? rows : [],
      'has the name or alias of a server before it, which LiteLLM refuses from 1.105.7 on',
    ),
    ...second(
      [
        { path: ['masterKey'], names: masterKey === undefined ? [] : [masterKey] },
        ...keys.map(({ key }, i) => ({ path: ['keys', i, 'key'], names: [key] })),
      ],
      'is a key before it, too',
    ),
  ]
}

/** Members that a LiteLLM without a database has no use for. */
const STORED = ['servers', 'keys', 'signIns'] as const

function withoutDatabase(world: WorldFile): WorldFault[] {
  const isFilled = (member: object = {}): boolean => Object.keys(member).length > 0
  return STORED.filter((member) => isFilled(world[member])).map((member) => ({
    path: [member],
    message: 'stands beside database: false, and a LiteLLM without a database has none',
  }))
}

/** What no LiteLLM can be, though every member of it by itself is right. `version`: the release that is played. */
export function worldFaults(world: WorldFile, version: string | undefined): WorldFault[] {
  const bothNames = world.release !== undefined && world.version !== undefined
  return [
    ...(bothNames
      ? [{ path: ['version'], message: 'is another name for release: one of them is enough' }]
      : []),
    ...(world.database === false ? withoutDatabase(world) : []),
    ...namedTwice(world, version === undefined || releaseOf(version).uniqueNames),
  ]
}
