/** Why a text is no YAML that LiteLLM could read. */
export class YamlFault extends Error {
  /** Where the trouble is, as an index into the text. */
  readonly offset: number
  /** A fixed sentence, lower case, without a full stop; it never quotes the file. */
  readonly reason: string

  constructor(reason: string, offset: number) {
    super(reason)
    this.name = 'YamlFault'
    this.reason = reason
    this.offset = offset
  }
}

/** What is refused here although PyYAML may read it. */
export const OWN_REFUSALS: ReadonlySet<string> = new Set([
  'it is nested too deeply',
  'an alias refers to what it stands in',
  'its merge keys make too much of it',
])
