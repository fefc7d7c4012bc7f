const kindOf = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value

/** How a value's members are called in a shape: a map's are all one, and of what may be anything nothing is said. */
export interface Reading {
  /** Paths of objects whose keys are data. */
  maps: readonly string[]
  /** Paths of values that may be anything. */
  open: readonly string[]
}

function membersOf(value: unknown, path: string, { maps }: Reading): [path: string, member: unknown][] {
  if (Array.isArray(value)) return value.map((member) => [`${path}[]`, member])
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).map(([key, member]) => [`${path}.${maps.includes(path) ? '*' : key}`, member])
}

/** The paths of a JSON value, each with the kind of what stands there: `.changes[].id string`. In order, each once. */
export function shapeOf(value: unknown, reading: Reading, path = ''): string[] {
  if (reading.open.includes(path)) return [`${path} anything`]
  const inner = membersOf(value, path, reading).flatMap(([place, member]) => shapeOf(member, reading, place))
  return [...new Set([`${path} ${kindOf(value)}`, ...inner])].toSorted((a, b) => (a < b ? -1 : 1))
}
