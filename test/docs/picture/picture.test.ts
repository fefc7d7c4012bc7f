import { expect, test } from 'vitest'
import { temporaryFolder } from '../../support/cli.ts'
import { answerAll, shimNpx } from '../../support/doc-sessions.ts'
import { expectGenerated } from '../../support/generated.ts'
import { type Cell, Screen } from '../../support/screen.ts'
import { watchForLeaks } from '../../support/secrets.ts'
import { svgOf } from './svg.ts'

watchForLeaks()

const COLUMNS = 80
const COMMAND = 'npx mcp-url-migrate --sandbox'

/** What differs from run to run, and what stands in its place: as long, so that nothing moves. */
const FIXED: readonly (readonly [RegExp, string])[] = [
  [/127\.0\.0\.1:\d{5}/g, '127.0.0.1:40000'],
  [/[\da-f]{8}-[\da-f]{4}-[\da-f-]{22}/g, '5f0c2a1e-7d4b-4c39-9a86-3e1b0d9c7f52'],
  [/\d{8}T\d{6}Z-[\da-f]{6}/g, '20261124T031446Z-699af4'],
  [/\b[\da-f]{64}\b/g, 'a5e97eb12969af4f3e1f44b1db453e433d72200c8845782a18fc53ce0149c875'],
]

function steady(line: readonly Cell[]): Cell[] {
  const text = line.map(({ letter }) => letter).join('')
  const fixed = FIXED.reduce((now, [what, instead]) => now.replaceAll(what, instead), text)
  expect(fixed).toHaveLength(text.length)
  return line.map(({ style }, column) => ({ letter: fixed.charAt(column), style }))
}

type Lines = readonly (readonly Cell[])[]

const textOf = (line: readonly Cell[]): string =>
  line
    .map(({ letter }) => letter)
    .join('')
    .trimEnd()

const withoutEnd = (lines: Lines): Lines =>
  lines.slice(0, lines.findLastIndex((line) => textOf(line) !== '') + 1)

/** A session with the sandbox: the review, the answer, the report; the run stays. The keys of the question stay, too. */
async function session(): Promise<Lines> {
  const folder = await temporaryFolder()
  await shimNpx({ folder })
  const screen = new Screen({
    command: `printf '\\033[2m$\\033[22m ${COMMAND}\\n'; ${COMMAND}`,
    cwd: folder,
    env: { PATH: `${folder}:${process.env['PATH']}`, HOME: folder, TZ: 'UTC' },
    columns: COLUMNS,
    rows: 100,
  })
  const asked: Lines[] = []
  try {
    await answerAll(screen, ['y', 'n'], () => asked.push(withoutEnd(screen.painted)))
    expect(screen.exit).toBe(0)
    const [review = []] = asked
    const all = withoutEnd(screen.painted)
    const answered = all.findIndex((line) => textOf(line) === textOf(review.at(-1) ?? []))
    expect(answered).toBeGreaterThan(0)
    return [...review, ...all.slice(answered + 1)]
  } finally {
    screen.close()
  }
}

test('the picture in the README shows a session as it goes now', async () => {
  const lines = (await session()).map(steady)
  const title = `${COMMAND}: the review, the question and the report`
  await expectGenerated('review.svg', svgOf(lines, COLUMNS, title))
})
