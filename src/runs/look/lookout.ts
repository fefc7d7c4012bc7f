import { MigrateError } from '../../core/errors.ts'
import { inParallel, READS_AT_ONCE } from '../../core/in-parallel.ts'
import { aimOf, type Change } from '../../core/plan/change.ts'
import { KeptRecord } from '../../core/record/kept.ts'
import { fieldOf } from '../../core/record/path.ts'
import type { Reading } from '../../core/record/place.ts'
import type { ServerRecord } from '../../core/record/server.ts'
import { type EntryPrints, printsOf, type Sighting, type Sightings } from '../../core/record/sighting.ts'
import type { Gateway, Snapshot } from '../../gateway/port.ts'
import { askedAt, isFresh, type Moment, moment, msSince } from './moment.ts'
import { type GuardedReading, readBeforeWrite } from './read-before-write.ts'

/** A list, when it was asked for (nothing in it is older), and for how many milliseconds from then on it is good. */
interface Sheet {
  snapshot: Snapshot
  at: Moment
  goodForMs: number
}

/**
 * A list that takes longer than this leaves too little of the time for which it could vouch. It probes nothing, so that it is as
 * old as its question at most.
 */
const LIST_WITHIN_MS = 1000

/** A list is good for so many times as long as it took: where it is cheap, it is taken often, and costs a twentieth of the time. */
const TIMES = 20
const LEAST_MS = 100

/** What a look at a server brought, and since when it may be out of date. `isNews`: did the gateway answer for it just now? */
export interface Look {
  found: GuardedReading
  at: Moment
  isNews: boolean
}

/** After a list that took long, servers are read by id for so long. */
const LIST_AGAIN_MS = 10_000

/**
 * Does the write of a change hold its new values and nothing else? Not where one stands inside a field, which is sent whole, nor
 * where settings are put back: what somebody else wrote there meanwhile would be lost.
 */
const holdsNoMore = ({ edits, settings }: Change): boolean =>
  edits.every(({ field }) => fieldOf(field) === field) && Object.keys(settings).length === 0

/**
 * Looks at servers right before they are written. From 1.88 on a write holds nothing but what it changes, so that it can
 * overwrite nothing else; there one list vouches for all servers whose entries are as they were before their records were read, for as
 * long as a write may rely on it. What it does not vouch for is read by id, as are all servers up to 1.87, whose writes hold the
 * whole record.
 */
export class Lookout {
  readonly #gateway: Gateway
  readonly #seen: Map<string, Sighting>
  #sheet: Sheet | null = null
  #slowAt: Moment | null = null

  /** `seen`: what is known of the servers already. */
  constructor(gateway: Gateway, seen: Sightings) {
    this.#gateway = gateway
    this.#seen = new Map(seen)
  }

  /** Does a list vouch for servers of this release? */
  get #listVouches(): boolean {
    return this.#gateway.era.putBody === 'changed-fields'
  }

  /** Takes the list; what was known of one before is given up. Throws as `Gateway.snapshot`. */
  list(limitMs: number): Promise<Snapshot> {
    this.#sheet?.snapshot.giveBack()
    this.#sheet = null
    return this.#gateway.snapshot(limitMs)
  }

  /** Takes the list, `null` where it is not there in time. */
  async #take(): Promise<Sheet | null> {
    const at = moment()
    try {
      const snapshot = await this.list(LIST_WITHIN_MS)
      if (msSince(at) < LIST_WITHIN_MS)
        return { snapshot, at, goodForMs: Math.max(LEAST_MS, TIMES * msSince(at)) }
      snapshot.giveBack()
    } catch (error) {
      if (!(error instanceof MigrateError)) throw error
    }
    this.#slowAt = moment()
    return null
  }

  async #sheetOfNow(): Promise<{ sheet: Sheet | null; isNews: boolean }> {
    const known = this.#sheet
    if (known && isFresh(known.at) && msSince(known.at) <= known.goodForMs)
      return { sheet: known, isNews: false }
    const isSlow = this.#slowAt !== null && msSince(this.#slowAt) < LIST_AGAIN_MS
    this.#sheet = isSlow ? null : await this.#take()
    return { sheet: this.#sheet, isNews: this.#sheet !== null }
  }

  #printsIn(
    sheet: Sheet | null,
    { server, ...change }: Pick<Change, 'server' | 'edits' | 'landed'>,
  ): EntryPrints | null {
    const entry = sheet?.snapshot.entry(server.id) ?? null
    return entry && printsOf(entry, aimOf(change), this.#gateway.era)
  }

  /**
   * Reads by id, side by side, what nobody has seen yet of the servers of these changes, so that silent backends cost their
   * time once. Where that fails, the server is read again before its write. Ends early when somebody asks to stop.
   */
  async prepare(changes: readonly Change[], stopRequested: () => unknown): Promise<void> {
    const unseen = changes.filter(
      (change) => change.file === null && holdsNoMore(change) && !this.#seen.has(change.server.id),
    )
    if (!this.#listVouches || unseen.length === 0) return
    const { sheet } = await this.#sheetOfNow()
    if (!sheet) return
    await inParallel(READS_AT_ONCE, unseen, async (change) => {
      if (stopRequested()) return
      const reading = await this.#gateway.read(change.server.id)
      if (reading.kind === 'record') this.keep(reading.record, this.#printsIn(sheet, change))
    })
  }

  /** What was seen of a server last. */
  seen(id: string): Sighting | undefined {
    return this.#seen.get(id)
  }

  /** Keeps what a server is seen to be now. */
  keep(record: ServerRecord, prints: EntryPrints | null): void {
    const id = record.server_id
    this.#seen.set(id, { kept: new KeptRecord(record, this.#seen.get(id)?.kept ?? null), prints })
  }

  /** Whatever was known of a server: it is otherwise by now. */
  forget(id: string): void {
    this.#seen.delete(id)
  }

  /** Hears that a write of ours leaves: no list from before it, nor one of a worker that knows nothing of it, vouches any more. */
  left(id: string): void {
    const known = this.#seen.get(id)
    if (known?.prints) this.#seen.set(id, { ...known, prints: { ...known.prints, whole: null } })
  }

  /** Hears how a server is after a write of ours. */
  wrote(record: ServerRecord): void {
    this.keep(record, this.#seen.get(record.server_id)?.prints ?? null)
  }

  /** The record of a server as it is now. `resets`: has its write to hold more than what it changes? */
  async look(change: Change, resets: boolean): Promise<Look> {
    const { id } = change.server
    const known = this.#seen.get(id)
    const isPlain = !resets && holdsNoMore(change)
    const { sheet, isNews } =
      known?.prints?.whole && isPlain && this.#listVouches
        ? await this.#sheetOfNow()
        : { sheet: null, isNews: false }
    if (sheet && known && this.#printsIn(sheet, change)?.whole === known.prints?.whole) {
      const reading: Reading = { kind: 'record', record: known.kept.read(), source: 'database' }
      return { found: reading, at: sheet.at, isNews }
    }
    const { found, at } = await askedAt(() => readBeforeWrite(this.#gateway, id, aimOf(change)))
    if (found.kind === 'record')
      this.keep(found.record, sheet ? this.#printsIn(sheet, change) : (known?.prints ?? null))
    return { found, at, isNews: true }
  }
}
