import {
  type Document,
  type ErrorCode,
  isMap,
  isScalar,
  parseDocument,
  type Scalar,
  visit,
  type YAMLError,
  type YAMLMap,
} from 'yaml'
import { configFault, lineAt } from './fault.ts'
import { AS_PYYAML } from './pyyaml.ts'

/** A config.yaml, parsed: `body` is the text behind the byte order mark, to which all offsets in `doc` refer. */
export interface ConfigDocument {
  file: string
  bom: string
  body: string
  /** The top-level mapping, `null` where the file holds nothing but comments. */
  root: YAMLMap | null
  doc: Document.Parsed
  /** The anchors that an alias somewhere names. */
  aliased: ReadonlySet<string>
  /** The whole file as plain JSON, aliases and merge keys followed, each object its own copy. */
  data: Record<string, unknown>
}

const OPTIONS = { ...AS_PYYAML, keepSourceTokens: true, prettyErrors: false, logLevel: 'error' } as const

/** Line breaks to PyYAML, but not to every reader: behind one of them a comment may turn into content. */
const ODD_BREAK = /\r(?!\n)|[\u0085\u2028\u2029]/

/** Enough for a thousand servers that share their defaults, too little for a file built to explode. */
const MAX_ALIASES = 10_000

const TWICE = 'a key stands twice in one mapping; LiteLLM would silently take the last'

// The parser's own sentences may quote the file, and so a secret.
const FAULTS: Partial<Record<ErrorCode, string>> = {
  DUPLICATE_KEY: TWICE,
  MULTIPLE_DOCS: 'a second document begins; LiteLLM reads files with one only',
  BAD_INDENT: 'the indentation fits nothing above',
  TAB_AS_INDENT: 'a tab stands where YAML wants spaces',
  TAG_RESOLVE_FAILED: 'it has a tag that LiteLLM does not know',
}

const faultOf = (error: YAMLError): string =>
  FAULTS[error.code] ?? `this is no valid YAML (${error.code.toLowerCase().replaceAll('_', ' ')})`

function plainData(doc: Document.Parsed): unknown {
  const plain: unknown = JSON.parse(JSON.stringify(doc.toJS({ maxAliasCount: MAX_ALIASES })) ?? 'null')
  return plain
}

/** The data that a document stands for at this moment. Throws where an alias leads nowhere, to itself, or too far. */
export function dataOf(doc: Document.Parsed, file: string): Record<string, unknown> {
  let data: unknown
  try {
    data = plainData(doc)
  } catch {
    throw configFault(file, null, 'an alias refers to nothing or to itself, or there are too many')
  }
  return (data ?? {}) as Record<string, unknown>
}

/** The anchors that some alias names, and the offset of a second merge key in one mapping, if there is one. */
function survey(doc: Document.Parsed): { aliased: Set<string>; secondMerge: number | null } {
  const aliased = new Set<string>()
  let secondMerge: number | null = null
  visit(doc, {
    Alias(_, { source }) {
      aliased.add(source)
    },
    Map(_, { items }) {
      const merges = items
        .map(({ key }) => key)
        .filter((key) => isScalar(key) && typeof key.value === 'symbol')
      secondMerge ??= (merges[1] as Scalar | undefined)?.range?.[0] ?? null
    },
  })
  return { aliased, secondMerge }
}

/**
 * Parses a config.yaml. Throws `config-invalid`, with file and line, for whatever LiteLLM could not read either, for
 * several documents, for a key that stands twice, and for line breaks that not all readers of YAML see.
 */
export function parseConfig(text: string, file: string): ConfigDocument {
  const bom = text.startsWith('\uFEFF') ? '\uFEFF' : ''
  const body = text.slice(bom.length)
  const odd = ODD_BREAK.exec(body)
  if (odd)
    throw configFault(
      file,
      lineAt(body, odd.index),
      'a line break that readers of YAML understand differently',
    )
  const doc = parseDocument(body, OPTIONS)
  const [problem] = [...doc.errors, ...doc.warnings]
  if (problem) throw configFault(file, lineAt(body, problem.pos[0]), faultOf(problem))
  const { aliased, secondMerge } = survey(doc)
  // PyYAML ranks the second above the first, this parser the first above the second.
  if (secondMerge !== null) throw configFault(file, lineAt(body, secondMerge), TWICE)
  const root = isMap(doc.contents) ? doc.contents : null
  if (!root && plainData(doc) !== null) throw configFault(file, 1, 'the file is no mapping')
  return { file, bom, body, root, doc, aliased, data: dataOf(doc, file) }
}
