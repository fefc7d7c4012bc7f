/** What is wrong with a migration file, or odd in it, and where: `path` leads through the file to `part` of a pair. */
export interface Finding {
  severity: 'error' | 'note'
  path: readonly PropertyKey[]
  part: 'key' | 'value'
  /** A sentence without a full stop. */
  message: string
}

/** Something that keeps a migration from being used. */
export const wrongAt = (path: readonly PropertyKey[], message: string): Finding => ({
  severity: 'error',
  path,
  part: 'value',
  message,
})

/** Something worth knowing. */
export const noteAt = (path: readonly PropertyKey[], message: string): Finding => ({
  severity: 'note',
  path,
  part: 'value',
  message,
})
