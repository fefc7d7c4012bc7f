import { readFile } from 'node:fs/promises'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import type { Asked } from './arguments.ts'
import type { Result } from './figure.ts'
import { packageOf } from './packed.ts'

/** Node's compile cache during the measurements: `none` where this Node has none, `off` with --cold. */
export type CompileCache = 'warm' | 'off' | 'none'

/** What the bench found, as JSON. docs/bench.md says what each member means. */
export interface BenchDocument {
  schema: 'mcp-url-migrate/bench/1'
  tool: string
  date: string
  node: string
  platform: string
  cpu: { model: string | null; cores: number }
  /** Of the machine, in MB (1,000,000 bytes). */
  memory: number
  compileCache: CompileCache
  runs: number
  /** How many servers each real LiteLLM was given, `null` where none was measured. */
  servers: number | null
  figures: Result[]
}

/** Which cache counts on this Node. `enableCompileCache` came with 22.1. */
export function compileCacheOf(isCold: boolean, version: string = process.versions.node): CompileCache {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major < 22 || (major === 22 && minor < 1)) return 'none'
  return isCold ? 'off' : 'warm'
}

/** The document for these results. Throws where the program belongs to no package. */
export async function documentOf(
  figures: Result[],
  { program, runs, isCold, isLab, servers }: Pick<Asked, 'program' | 'runs' | 'isCold' | 'isLab' | 'servers'>,
): Promise<BenchDocument> {
  const text = await readFile(join(packageOf(program), 'package.json'), 'utf8')
  const { name, version } = JSON.parse(text) as { name: string; version: string }
  const processors = cpus()
  return {
    schema: 'mcp-url-migrate/bench/1',
    tool: `${name}/${version}`,
    date: new Date().toISOString(),
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    cpu: { model: processors[0]?.model ?? null, cores: processors.length },
    memory: Math.round(totalmem() / 1_000_000),
    compileCache: compileCacheOf(isCold),
    runs,
    servers: isLab ? servers : null,
    figures,
  }
}
