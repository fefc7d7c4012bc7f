import { MigrateError } from '../../errors.ts'
import { type ConfigEdit, editAll, type ServerEdits } from '../edit/edit.ts'
import type { FileEdits } from './move.ts'
import { type Config, readConfig } from '../read/servers.ts'
import { PINNED_ID } from '../read/record.ts'

/** What a write of a file means for an entry of a config.yaml. */
function serverEdits({ file, edits }: FileEdits): ServerEdits {
  const { server, sharers = [server] } = file
  return {
    name: server,
    edits: edits.map(
      ({ field, before, after }): ConfigEdit =>
        field === PINNED_ID
          ? { field: 'server_id', before: null, after: after ?? '' }
          : field === 'url'
            ? { field, before: before ?? '', after: after ?? '', sharers }
            : { field: 'text', path: field, before: before ?? '', after: after ?? '' },
    ),
  }
}

/** The file with some writes made at once, or why they cannot be. */
function made(config: Config, steps: readonly FileEdits[]): { config: Config } | { reason: string } {
  try {
    return { config: readConfig(editAll(config, steps.map(serverEdits)), config.document.file) }
  } catch (error) {
    if (error instanceof MigrateError) return { reason: error.message }
    throw error
  }
}

/** The writes of one file in an order in which each changes what it is to change alone, and why others cannot be made. */
export interface Ordered {
  order: readonly FileEdits[]
  refused: ReadonlyMap<FileEdits, string>
}

/** Why an edit cannot be made in a config.yaml, alone; `null` where it can. */
export function hindranceTo(config: Config, step: FileEdits): string | null {
  const found = made(config, [step])
  return 'reason' in found ? found.reason : null
}

/** Those among some writes that cannot be made, found by halves: a file with thousands of them is not read for each. */
function culprits(config: Config, steps: readonly FileEdits[]): [FileEdits, string][] {
  const found = made(config, steps)
  if ('config' in found) return []
  const [only, second] = steps
  if (only && !second) return [[only, found.reason]]
  const middle = steps.length >> 1
  return [...culprits(config, steps.slice(0, middle)), ...culprits(config, steps.slice(middle))]
}

/** Does a write have to wait for others? A URL that several servers have comes after their pins. */
const isLast = ({ file }: FileEdits): boolean => file.sharers !== undefined

const waitsFor = (step: FileEdits, left: readonly FileEdits[]): boolean =>
  isLast(step) && left.some((each) => !isLast(each) && step.file.sharers?.includes(each.file.server))

/** One after the other, each on the file as the ones before leave it: an id is pinned in an entry after those that merge it. */
function oneByOne(config: Config, steps: readonly FileEdits[]): Ordered {
  const order: FileEdits[] = []
  const refused = new Map<FileEdits, string>()
  let [now, left] = [config, [...steps]]
  for (let before = -1; before !== left.length; ) {
    before = left.length
    for (const step of left) {
      if (waitsFor(step, left)) continue
      const found = made(now, [step])
      if ('reason' in found) {
        refused.set(step, found.reason)
        continue
      }
      refused.delete(step)
      now = found.config
      order.push(step)
      left = left.filter((each) => each !== step)
    }
  }
  for (const step of left)
    if (!refused.has(step)) refused.set(step, 'what it goes together with cannot be written')
  return { order, refused }
}

/**
 * Tries the writes that are planned for one config.yaml. Where nothing in it refers to the entry of a server, any order will
 * do, and all are tried at once.
 */
export function inOrder(config: Config, steps: readonly FileEdits[]): Ordered {
  if ([...config.entries.values()].some(({ anchored }) => anchored)) return oneByOne(config, steps)
  if ('config' in made(config, steps)) return { order: steps, refused: new Map() }
  const refused = new Map(culprits(config, steps))
  return refused.size > 0 ? { order: steps, refused } : oneByOne(config, steps)
}
