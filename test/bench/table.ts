import type { BenchDocument, CompileCache } from './document.ts'
import type { Result } from './figure.ts'

const HEAD = ['', 'median', 'low', 'high', 'limit', '', 'of'] as const

const CACHE: Record<CompileCache, string> = {
  warm: "Node's compile cache warm: the second start on",
  off: "without Node's compile cache: the first start",
  none: 'this Node has no compile cache',
}

const amount = (value: number, unit: string): string =>
  unit === '' ? String(value) : `${value.toFixed(2)} ${unit}`

const milliseconds = (value: number): string => `${value.toFixed(value < 100 ? 1 : 0)} ms`

function row({ name, unit, median, low, high, limit, within, baseline, samples }: Result): string[] {
  const spread = samples.length > 1 ? [amount(low, unit), amount(high, unit)] : ['', '']
  const of = baseline
    ? `${milliseconds(baseline.subject)}, ${baseline.name}: ${milliseconds(baseline.milliseconds)}`
    : ''
  const limits = limit === null ? ['', ''] : [amount(limit, unit), within ? 'ok' : 'over']
  return [name, amount(median, unit), ...spread, ...limits, of]
}

/** A figure in a line, with lowest and highest. */
export const inShort = ({ unit, median, low, high, samples }: Result): string =>
  samples.length > 1
    ? `${amount(median, unit)}, from ${amount(low, unit)} to ${amount(high, unit)}`
    : amount(median, unit)

/** The document as a table, for people. */
export function renderTable({
  tool,
  node,
  platform,
  cpu,
  memory,
  compileCache,
  runs,
  servers,
  figures,
}: BenchDocument): string {
  const rows = [[...HEAD], ...figures.map(row)]
  const widths = HEAD.map((_, column) => Math.max(...rows.map((each) => each[column]?.length ?? 0)))
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => {
        const width = widths[column] ?? 0
        return column >= 1 && column <= 4 ? cell.padStart(width) : cell.padEnd(width)
      })
      .join('  ')
      .trimEnd()
  const where = `${tool} on Node ${node}, ${platform}, ${cpu.cores} × ${cpu.model ?? 'an unknown processor'}, ${(memory / 1000).toFixed(0)} GB`
  const how = `Median of ${runs} with lowest and highest; ${CACHE[compileCache]}.`
  const fleets = servers === null ? [] : [`Each LiteLLM has ${servers} servers.`]
  return [where, how, ...fleets, '', ...rows.map(line)].join('\n')
}
