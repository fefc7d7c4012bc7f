import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { readChain } from '../../src/journal/chain.ts'
import { FileJournal } from '../../src/journal/file-journal.ts'
import { foldRun, type RecordedRun } from '../../src/journal/fold.ts'
import { temporaryFolder } from '../support/cli.ts'
import { amount, tellFigures } from './amount.ts'
import { sandboxGrounds } from './kill-grounds.ts'
import { closeLane, type Lane, openLane, restore, type State, stateOf } from './kill-program.ts'
import { invoke } from './kill-recovery.ts'

vi.setConfig({ testTimeout: 1_800_000 })

/** One thing that happens to a file. Places are fractions of its length, or of its lines. */
type Damage =
  | { kind: 'truncate'; at: number }
  | { kind: 'flip'; at: number; bit: number }
  | { kind: 'zeros'; at: number }
  | { kind: 'insert'; at: number; bytes: Uint8Array }
  | { kind: 'swap' | 'repeat' | 'move'; line: number; other: number }
  | { kind: 'remove'; line: number }
  | { kind: 'foreign'; line: number; other: number }

const place = fc.double({ min: 0, max: 0.999, noNaN: true })
const damage: fc.Arbitrary<Damage> = fc.oneof(
  fc.record({ kind: fc.constant('truncate' as const), at: place }),
  fc.record({ kind: fc.constant('flip' as const), at: place, bit: fc.nat(7) }),
  fc.record({ kind: fc.constant('zeros' as const), at: place }),
  fc.record({
    kind: fc.constant('insert' as const),
    at: place,
    bytes: fc.oneof(fc.uint8Array({ minLength: 1, maxLength: 8 }), fc.constant(new Uint8Array([10]))),
  }),
  fc.record({
    kind: fc.constantFrom('swap' as const, 'repeat' as const, 'move' as const),
    line: place,
    other: place,
  }),
  fc.record({ kind: fc.constant('remove' as const), line: place }),
  fc.record({ kind: fc.constant('foreign' as const), line: place, other: place }),
)

const pick = (fraction: number, length: number): number => Math.floor(fraction * length)

function damagedLines(text: string, foreign: string, done: Exclude<Damage, { at: number }>): string {
  const lines = text.split('\n').slice(0, -1)
  if (lines.length === 0) return text
  const i = pick(done.line, lines.length)
  const line = lines[i] ?? ''
  const back = (all: string[]): string => all.map((each) => `${each}\n`).join('')
  if (done.kind === 'remove') return back(lines.toSpliced(i, 1))
  const j = pick(done.other, lines.length)
  if (done.kind === 'repeat') return back(lines.toSpliced(j, 0, line))
  if (done.kind === 'move') return back(lines.toSpliced(i, 1).toSpliced(j, 0, line))
  if (done.kind === 'swap') return back(lines.with(i, lines[j] ?? '').with(j, line))
  const others = foreign.split('\n').slice(0, -1)
  return back(lines.with(i, others[pick(done.other, others.length)] ?? ''))
}

function damaged(bytes: Buffer, foreign: Buffer, done: Damage): Buffer {
  if (!('at' in done))
    return Buffer.from(damagedLines(bytes.toString('latin1'), foreign.toString('latin1'), done), 'latin1')
  const at = pick(done.at, bytes.length)
  const head = bytes.subarray(0, at)
  if (done.kind === 'truncate') return Buffer.from(head)
  if (done.kind === 'zeros') return Buffer.concat([head, Buffer.alloc(bytes.length - at)])
  if (done.kind === 'insert') return Buffer.concat([head, done.bytes, bytes.subarray(at)])
  const flipped = Buffer.from(bytes)
  flipped[at] = (flipped[at] ?? 0) ^ (1 << done.bit)
  return flipped
}

let lane: Lane
let state: State
/** The file of a migration with a failure and a take-back in it, that of a plain one, and what the rows were first. */
let file: string
let foreign: Buffer

beforeAll(async () => {
  lane = await openLane(await sandboxGrounds())
  await invoke(lane, ['--yes', '--only', 'f*'])
  const [plain = ''] = await readdir(lane.journal)
  await invoke(lane, ['--yes', '--except', 'f*'])
  file = (await readdir(lane.journal)).find((name) => name !== plain) ?? ''
  foreign = await readFile(join(lane.journal, plain))
  state = await stateOf(lane)
})
afterAll(() => closeLane(lane))

/** Everything that the beginning of a file can be taken for, by its number of whole lines. */
function beginnings(bytes: Buffer, name: string): (RecordedRun | null)[] {
  const lines = bytes.toString().split('\n').slice(0, -1)
  return lines.map((_, i) =>
    foldRun(readChain(Buffer.from(`${lines.slice(0, i + 1).join('\n')}\n`), name), name),
  )
}

const withoutTear = (run: RecordedRun): object => ({ ...run, torn: null })

test('a damaged journal is read for what is whole at its beginning, or refused with file and line', async () => {
  const folder = await temporaryFolder()
  const whole = state.journal[file] ?? Buffer.alloc(0)
  const path = join(folder, file)
  const possible = beginnings(whole, path).flatMap((run) => (run ? [withoutTear(run)] : []))
  const seen = { files: 0, refused: 0, shorter: 0, intact: 0 }
  await fc.assert(
    fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 3 }), async (happened) => {
      const bytes = happened.reduce((before, each) => damaged(before, foreign, each), whole)
      await mkdir(folder, { recursive: true })
      await writeFile(path, bytes)
      const { runs, problems } = await new FileJournal(folder).runs()
      seen.files += 1
      if (problems[0]) {
        seen.refused += 1
        expect(problems[0]).toMatchObject({ file: path })
        expect(problems[0].line).toBeGreaterThan(0)
        expect(problems[0].message).toContain(`${path}:${problems[0].line}`)
      } else if (runs[0]) {
        const run = withoutTear(runs[0])
        expect(possible.some((one) => isDeepStrictEqual(one, run))).toBe(true)
        if (isDeepStrictEqual(possible.at(-1), run)) seen.intact += 1
        else seen.shorter += 1
      } else {
        // Not even the first line is whole: nothing had been written to the gateway by then.
        expect(bytes.includes(10)).toBe(false)
        seen.shorter += 1
      }
    }),
    {
      numRuns: amount({ sample: 300, ci: 5000, full: 50_000 }),
      seed: Number(process.env['PROVE_SEED'] ?? 1),
    },
  )
  tellFigures('fuzz', seen)
})

test('nothing that a damaged journal says makes a revert write what nobody wrote before', async () => {
  const whole = state.journal[file] ?? Buffer.alloc(0)
  const seen = { reverts: 0, refused: 0, takenBack: 0 }
  await fc.assert(
    fc.asyncProperty(damage, async (happened) => {
      await restore(lane, {
        ...state,
        journal: { ...state.journal, [file]: damaged(whole, foreign, happened) },
      })
      const run = file.replace('.jsonl', '')
      const { code } = await invoke(lane, ['--revert', run, '--yes', '--no-wait', '--patience', '0.05'])
      const now = await lane.grounds.rows()
      seen.reverts += 1
      if (code === 0) seen.takenBack += 1
      else seen.refused += 1
      for (const [id, { url, updated_at: _at, updated_by: _by, ...row }] of Object.entries(now)) {
        const { url: moved, updated_at: _a, updated_by: _b, ...was } = state.rows[id] ?? {}
        expect(row).toEqual(was)
        const first = String(moved).replace('mcp-proxy-sse:8080', 'localhost:8585')
        expect(id.startsWith('id-f') ? [moved] : [moved, first]).toContain(url)
        if (code !== 0 && code !== 4) expect(url).toBe(moved)
      }
    }),
    { numRuns: amount({ sample: 25, ci: 300, full: 2000 }), seed: Number(process.env['PROVE_SEED'] ?? 1) },
  )
  tellFigures('fuzzed-reverts', seen)
})
