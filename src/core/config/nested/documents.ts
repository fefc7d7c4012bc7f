import { type Document, parseAllDocuments } from 'yaml'

/** Why a text cannot be read or written where it is; continues a path. */
export interface NestedFault {
  fault: string
}

export const fault = (text: string): NestedFault => ({ fault: text })

/** The documents of a YAML file. */
export function documentsIn(text: string): Document.Parsed[] | NestedFault {
  try {
    const documents = parseAllDocuments(text, { uniqueKeys: false, prettyErrors: false, logLevel: 'silent' })
    const all = Array.isArray(documents) ? documents : []
    return all.some(({ errors }) => errors.length > 0) ? fault('is not YAML') : all
  } catch {
    return fault('is not YAML that can be read here')
  }
}
