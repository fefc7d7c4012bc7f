import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { type LabGateway, labVariable } from './lab.ts'

const run = promisify(execFile)

/** One row of LiteLLM's table of MCP servers, every column of it, as PostgreSQL's own JSON. */
export type Row = Readonly<Record<string, unknown>>

async function psql({ databasePort }: LabGateway, sql: string): Promise<string> {
  const connection = ['-h', '127.0.0.1', '-p', String(databasePort), '-U', 'litellm', '-d', 'litellm']
  const { stdout } = await run(
    `${await labVariable('PG_BIN')}/psql`,
    [...connection, '-XqAt', '-v', 'ON_ERROR_STOP=1', '-c', sql],
    { maxBuffer: 64 * 1024 * 1024 },
  )
  return stdout
}

/** Runs a statement on a proxy's database. */
export async function execute(gateway: LabGateway, sql: string): Promise<void> {
  await psql(gateway, sql)
}

/** The rows of all MCP servers by name, read past LiteLLM: stored credentials are ciphertext, as they lie there. */
export async function rowsOf(gateway: LabGateway): Promise<Record<string, Row>> {
  const lines = await psql(
    gateway,
    'select to_jsonb(t) from "LiteLLM_MCPServerTable" t order by t.server_name',
  )
  const rows = lines.split('\n').filter(Boolean)
  return Object.fromEntries(
    rows.map((line) => {
      const row = JSON.parse(line) as Row
      return [String(row['server_name']), row]
    }),
  )
}

/** The rows without what every write may touch: `updated_at` and `updated_by`. */
export function unstamped(rows: Readonly<Record<string, Row>>): Record<string, Row> {
  return Object.fromEntries(
    Object.entries(rows).map(([name, { updated_at: _at, updated_by: _by, ...rest }]) => [name, rest]),
  )
}
