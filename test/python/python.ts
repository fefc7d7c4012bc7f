import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** What PyYAML says of a document: a value, written out, or the line of what it refuses, if it names one. */
export type Answer = { value: unknown } | { error: number | null; kind: string }

async function write(input: NodeJS.WritableStream, texts: readonly string[]): Promise<void> {
  for (const text of texts) {
    if (!input.write(`${JSON.stringify(text)}\n`))
      await new Promise((resolve) => input.once('drain', resolve))
  }
  input.end()
}

/** Has a library of Python read documents, PyYAML unless told. The first line that it answers is its version. */
export async function askPython(
  texts: readonly string[],
  reader = 'read.py',
): Promise<{ version: string; answers: string[] }> {
  const python = process.env['PYTHON'] ?? 'python3'
  const child = spawn(python, [fileURLToPath(new URL(reader, import.meta.url))], {
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let trouble = ''
  child.stderr.on('data', (data: Buffer) => {
    trouble += data.toString()
  })
  // What goes wrong shows in the answers that are missing.
  child.on('error', (error) => {
    trouble += error.message
  })
  child.stdin.on('error', () => {})
  const writing = write(child.stdin, texts)
  const lines: string[] = []
  for await (const line of createInterface({ input: child.stdout, crlfDelay: 0 })) lines.push(line)
  const [version, ...answers] = lines
  if (version === undefined || answers.length !== texts.length)
    throw new Error(
      `${python} gave ${answers.length} answers to ${texts.length} documents: ${trouble.trim()}`,
    )
  await writing
  return { version: String(JSON.parse(version)), answers }
}
