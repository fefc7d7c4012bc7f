import type { ChangedFile, Edit, Effect } from '../../plan/change.ts'
import type { Era } from '../../record/eras.ts'
import type { ServerRecord } from '../../record/server.ts'
import { sharersOf, type UrlVariable } from './configured.ts'
import {
  type Fated,
  fate,
  type Hindrance,
  idEffect,
  idEffects,
  type Move,
  type Mover,
  RESTART,
  sharing,
} from './fate.ts'
import { configRecord, PINNED_ID } from '../read/record.ts'

/** What to write where, in this order, so that a server keeps its id wherever the release lets it. */
export interface FileEdits {
  /** The server's. */
  id: string
  file: ChangedFile
  record: ServerRecord
  edits: Edit[]
  effects: Effect[]
}

/** The URL as the entry of a server has it. */
const writtenUrl = ({ configured: { variable }, url }: Mover): string =>
  variable ? `os.environ/${variable.name}` : url

const inVariable = ({
  path,
  name,
  place,
}: UrlVariable): Pick<ChangedFile, 'path' | 'variable' | 'place'> => ({
  path,
  variable: name,
  ...(place !== name && { place }),
})

const pinOf = (id: string): Edit => ({ field: PINNED_ID, before: null, after: id })

/** The one entry whose URL stands in it or in a variable of its own: with its id pinned in the same write where it can be. */
function moveAlone(mover: Fated, era: Era): FileEdits[] {
  const { configured, id, nextId, pinned, held, others, url, next, rules } = mover
  const { server, path, variable } = configured
  const entry = { path, config: path, server: server.name, variable: null }
  const record = configRecord(id, server, url)
  const pins = pinned ? [pinOf(id)] : []
  const move: Edit = { field: 'url', before: url, after: next, rules: [...rules] }
  const effects = era.pinsConfigIds || nextId === id ? [RESTART] : [RESTART, idEffect(null, id, nextId, held)]
  if (!variable) return [{ id, file: entry, record, edits: [...pins, move, ...others], effects }]
  const file = { ...entry, ...inVariable(variable) }
  const named = configRecord(id, server, `os.environ/${variable.name}`)
  return [
    ...(pins.length + others.length > 0
      ? [{ id, file: entry, record: named, edits: [...pins, ...others], effects: [RESTART] }]
      : []),
    {
      id,
      file,
      record: pinned ? { ...record, [PINNED_ID]: id } : record,
      edits: [move],
      effects,
    },
  ]
}

/** Several servers with their URL from one place: first a pin for each that needs one, then the URL, with the first of them. */
function moveSeveral(first: Fated, all: readonly Fated[], era: Era): FileEdits[] {
  const { url, next, rules } = first
  const { variable, server } = first.configured
  const entryOf = ({ configured: { path, server } }: Mover): ChangedFile => {
    return { path, config: path, server: server.name, variable: null }
  }
  const record = configRecord(first.id, server, url)
  const sharers = [...sharersOf(first.configured)]
  const place = variable ? inVariable(variable) : {}
  const apart = all.filter(({ pinned, others }) => pinned || others.length > 0)
  return [
    ...apart.map((each) => ({
      id: each.id,
      file: entryOf(each),
      record: configRecord(each.id, each.configured.server, writtenUrl(each)),
      edits: [...(each.pinned ? [pinOf(each.id)] : []), ...each.others],
      effects: [RESTART],
    })),
    {
      id: first.id,
      file: { ...entryOf(first), ...place, sharers },
      record: first.pinned ? { ...record, [PINNED_ID]: first.id } : record,
      edits: [{ field: 'url', before: url, after: next, rules: [...rules] }],
      effects: [RESTART, ...idEffects(first, all, era), ...sharing(first)],
    },
  ]
}

/**
 * The edits that move servers of config files to another URL: with their present ids pinned where the release honours that,
 * otherwise with what becomes of those who hold them; or who of them cannot be moved, and why. They are not tried on the
 * files yet: see `inOrder`.
 */
export function moveConfigured({ movers, era }: Move): FileEdits[] | Hindrance {
  const all: Fated[] = []
  for (const mover of movers) {
    const found = fate(mover, era)
    if ('reason' in found) return found
    all.push(found)
  }
  const [any] = all
  if (!any) return []
  const [name] = sharersOf(any.configured)
  const first = all.find(({ configured }) => configured.server.name === name) ?? any
  return all.length > 1 ? moveSeveral(first, all, era) : moveAlone(first, era)
}
