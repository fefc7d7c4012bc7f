import { assembleChange } from '../../../src/core/plan/assemble-change.ts'
import { aimOf, type Change, type Edit } from '../../../src/core/plan/change.ts'
import type { StopSignal } from '../../../src/core/run/report.ts'
import { type Era, eraOf } from '../../../src/core/record/eras.ts'
import type { FieldEdit } from '../../../src/core/record/put-body.ts'
import { KeptRecord } from '../../../src/core/record/kept.ts'
import { HELD_BACK, type Reading, type WriteAnswer } from '../../../src/core/record/place.ts'
import { printsOf, type Sightings } from '../../../src/core/record/sighting.ts'
import { identify, listedServer, type ServerRecord, serverRecord } from '../../../src/core/record/server.ts'
import { MigrateError } from '../../../src/core/errors.ts'
import type { Gateway, ServerCheck } from '../../../src/gateway/port.ts'
import type { RunRecorder } from '../../../src/journal/port.ts'
import type { JournalEvent } from '../../../src/journal/records.ts'
import type { ApplyContext, ApplyEvent, Write } from '../../../src/runs/apply/context.ts'
import { Lookout } from '../../../src/runs/look/lookout.ts'
import { Silence } from '../../../src/runs/apply/silence.ts'

export const ERA: Era = eraOf('1.106.2').era

export const oldUrl = (name: string): string => `http://localhost:8585/servers/${name}/sse`
export const newUrl = (name: string): string => `http://mcp-proxy-sse:8080/servers/${name}/sse`

/** A server as it is read, under its old URL. */
export const recordOf = (name: string, fields: Record<string, unknown> = {}): ServerRecord =>
  serverRecord.parse({
    server_id: `id-${name}`,
    server_name: name,
    alias: name,
    transport: 'sse',
    url: oldUrl(name),
    ...fields,
  })

const move = ({ server_name: name }: ServerRecord): Edit => ({
  field: 'url',
  before: oldUrl(name ?? ''),
  after: newUrl(name ?? ''),
})

/** The change that gives a server its new URL. */
export const changeOf = (record: ServerRecord, more: Partial<Change> = {}): Change => ({
  ...assembleChange(record, identify(record, 'database'), 'a-migration', [move(record)], {
    era: ERA,
    signIns: 0,
  }),
  ...more,
})

export const readAs = (record: ServerRecord): Reading => ({ kind: 'record', record, source: 'database' })
export const SILENT: Reading = { kind: 'unreadable', message: 'no answer', silent: true }

/** What a hand-made gateway does in place of what a good one would: by write or read, counted from 1. */
export interface Deviations {
  onWrite?: (nth: number, edits: readonly FieldEdit[], store: Store) => WriteAnswer | undefined
  onRead?: (nth: number, id: string, store: Store) => Reading | undefined
  onListed?: (id: string, store: Store) => ServerRecord | null
  onCheck?: (nth: number) => ServerCheck['works']
}

type Store = Map<string, ServerRecord>

/** Stores fields as a write of them would. */
export function put(store: Store, id: string, fields: Record<string, unknown>): ServerRecord {
  const next = serverRecord.parse({ ...store.get(id), ...fields, server_id: id })
  store.set(id, next)
  return next
}

const unasked = (): never => {
  throw new Error('nobody asks this while a plan is applied')
}

/** A gateway of plain values behind its port, and the requests that it got: `read id-a`, `write id-a url`. */
export function gatewayWith(records: readonly ServerRecord[], deviations: Deviations = {}) {
  const store: Store = new Map(records.map((record) => [record.server_id, record]))
  const requests: string[] = []
  const counts = { read: 0, write: 0, check: 0 }
  const gateway: Gateway = {
    identity: { url: 'http://gateway', version: '1.106.2', account: 'master key' },
    era: ERA,
    read: async (id) => {
      requests.push(`read ${id}`)
      const record = store.get(id)
      const own = deviations.onRead?.((counts.read += 1), id, store)
      return own ?? (record ? readAs(record) : { kind: 'absent', message: 'no record' })
    },
    write: async ({ server_id: id }, edits, mayLeave) => {
      if (mayLeave && !(await mayLeave())) return HELD_BACK
      const sent = edits.map(({ field }) => field)
      requests.push(`write ${id} ${sent.join(' ')}`)
      const own = deviations.onWrite?.((counts.write += 1), edits, store)
      if (own) return own
      const fields = Object.fromEntries(edits.map(({ field, after }) => [field, after]))
      return { kind: 'accepted', sent, record: put(store, id, fields) }
    },
    check: async (id) => {
      requests.push(`check ${id}`)
      const works = deviations.onCheck?.((counts.check += 1)) ?? 'yes'
      return { works, reach: { kind: 'unclear', tools: null, evidence: '' }, message: `works: ${works}` }
    },
    list: async () => [...store.values()],
    listed: async (id) => deviations.onListed?.(id, store) ?? store.get(id) ?? null,
    snapshot: async () => {
      requests.push('list')
      const listed = new Map(store)
      return {
        entry: (id) => deviations.onListed?.(id, listed) ?? listed.get(id) ?? null,
        giveBack: () => listed.clear(),
      }
    },
    listAnew: unasked,
    signIns: unasked,
    tryAddress: unasked,
    tools: unasked,
    grants: unasked,
    named: unasked,
  }
  return { gateway, store, requests }
}

/** How the servers of changes were seen when their plan was made, with their entries in a list. */
export const seenBy = (changes: readonly Change[], records: readonly ServerRecord[]): Sightings =>
  new Map(
    changes.flatMap((change) => {
      const record = records.find(({ server_id: id }) => id === change.server.id)
      const prints = record && printsOf(listedServer.parse(record), aimOf(change), ERA)
      return record && prints ? [[change.server.id, { kept: new KeptRecord(record), prints }] as const] : []
    }),
  )

/** A journal in memory. It takes nothing from the events on for which `refuses` is true, by their number from 1. */
export function recorderWith(refuses: (happened: JournalEvent, nth: number) => boolean = () => false) {
  const entries: JournalEvent[] = []
  let asked = 0
  const recorder: RunRecorder = {
    note: (happened) => void entries.push(happened),
    record: async (happened) => {
      asked += 1
      if (refuses(happened, asked)) throw new MigrateError('journal-unwritable', 'the disk is full')
      entries.push(happened)
    },
    finish: async () => 'head',
  }
  /** What stands in it, in short: `change id-a url`, `id-a applied`. */
  const lines = (changes: readonly Change[]): string[] => {
    const name = (id: string): string => changes.find((change) => change.id === id)?.server.id ?? id
    return entries.flatMap((entry) => {
      if (entry.type === 'intent') return [`${entry.purpose} ${name(entry.change)} ${entry.writes.join(' ')}`]
      return entry.type === 'outcome' ? [`${name(entry.change)} ${entry.outcome}`] : []
    })
  }
  return { recorder, entries, lines }
}

/** What a run works with, of hand-made parts: it waits for nothing. `told`: what was said meanwhile. */
export function contextWith(
  parts: Pick<ApplyContext, 'gateway' | 'recorder'> & Partial<ApplyContext>,
): ApplyContext & { told: ApplyEvent[]; faults: unknown[] } {
  const told: ApplyEvent[] = []
  const faults: unknown[] = []
  return {
    lookout: new Lookout(parts.gateway, new Map()),
    silence: new Silence(),
    company: { resets: false },
    patienceMs: 0,
    onFailure: 'stop',
    canary: false,
    onEvent: (event) => void told.push(event),
    onWrite: () => {},
    onFault: (error) => void faults.push(error),
    stopRequested: () => null,
    ...parts,
    told,
    faults,
  }
}

/** A write of a change that works with these parts. */
export function writeWith(
  parts: Pick<ApplyContext, 'gateway' | 'recorder'> & Partial<ApplyContext>,
  change: Change,
): Write {
  const { gateway, recorder, lookout, silence, company, patienceMs, onFault } = contextWith(parts)
  const place = silence.listenTo(gateway, change)
  const shared = {
    place,
    recorder,
    lookout,
    silence,
    company,
    patienceMs,
    onFault,
    change,
    edits: change.edits,
  }
  return { ...shared, purpose: 'change', tell: () => {} }
}

/** A signal that comes after so many questions for it. */
export function stopAfter(questions: number): () => StopSignal | null {
  let asked = 0
  return () => {
    asked += 1
    return asked > questions ? 'SIGINT' : null
  }
}
