/** What is said of a run, by its direction. */
export interface RunWords {
  /** What becomes of a server, of one that the same run put back again, and what is asked. */
  done: string
  undone: string
  verb: string
  todo: string
  /** The server holds already what it is to hold. */
  already: string
  /** The address that a server goes to, one and several. */
  target: readonly [one: string, many: string]
  /** What LiteLLM probes as it reads a record, before the write and after it. */
  leaves: string
  goesTo: string
  /** What the workers of the gateway are to use, and what their answers show. */
  urls: string
  stale: string
  fresh: string
  /** The run puts back what it has written, while it does and at its end. */
  undoing: string
  allUndone: string
}

const MIGRATION: RunWords = {
  done: 'changed',
  undone: 'taken back',
  verb: 'Change',
  todo: 'to change',
  already: 'already moved',
  target: ['new address', 'new addresses'],
  leaves: 'the old address',
  goesTo: 'the new address',
  urls: 'the new URLs',
  stale: 'still old',
  fresh: 'all new',
  undoing: 'Taking back what this run wrote',
  allUndone: 'All that this run wrote was taken back.',
}

const REVERT: RunWords = {
  done: 'taken back',
  undone: 'put back again',
  verb: 'Take back',
  todo: 'to take back',
  already: 'already as before',
  target: ['address to go back to', 'addresses to go back to'],
  leaves: 'the address that it leaves',
  goesTo: 'the address that it goes back to',
  urls: 'the URLs that were put back',
  stale: 'still not taken back',
  fresh: 'all taken back',
  undoing: 'Putting back what this run took back',
  allUndone: 'All that this run took back was put back again.',
}

/** The words for a run or its plan: one that takes another back speaks of that, whatever the other did. */
export const wordsFor = ({ reverts }: { reverts: string | null }): RunWords =>
  reverts === null ? MIGRATION : REVERT
