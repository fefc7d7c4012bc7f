import { exactText, readExactBytes } from '../exact-json.ts'
import type { ServerRecord } from './server.ts'

/** A record that is kept, as the bytes of its JSON: they take half the memory of a text, and lie outside of V8's heap. */
export class KeptRecord {
  readonly json: Uint8Array

  constructor(record: ServerRecord) {
    // Not from Node's pool: of that, bytes that are kept hold 8 kB.
    this.json = new TextEncoder().encode(exactText(record))
  }

  /** The record, made anew. */
  read(): ServerRecord {
    const read = readExactBytes(this.json)
    if (read.kind === 'fault') throw new Error(`a record that was kept is ${read.what}`)
    return read.value as ServerRecord
  }
}
