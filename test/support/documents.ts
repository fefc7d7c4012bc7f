import { z } from 'zod'
import { DOCUMENTS } from '../../src/cli/render/documents/all.ts'

const SCHEMAS = new Map(DOCUMENTS.map(({ name, schema }) => [`mcp-url-migrate/${name}/1`, schema]))

const named = z.looseObject({ schema: z.string().startsWith('mcp-url-migrate/') })

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The documents in what a program printed: one, or with --watch one a line. What was cut short is none. */
function documentsIn(stdout: string): z.infer<typeof named>[] {
  if (!stdout.trimStart().startsWith('{')) return []
  const whole = parsed(stdout)
  return (whole === undefined ? stdout.split('\n').map(parsed) : [whole]).flatMap((each) => {
    const document = named.safeParse(each)
    return document.success ? [document.data] : []
  })
}

/** Fails where a document on standard output is not as its schema says, and names the place. */
export function holdToSchemas(stdout: string): void {
  for (const document of documentsIn(stdout)) {
    const read = SCHEMAS.get(document.schema)?.safeParse(document)
    if (!read) throw new Error(`${document.schema} has no schema`)
    if (!read.success)
      throw new Error(`${document.schema} is not as its schema says\n${z.prettifyError(read.error)}`)
  }
}
