import { expect, test } from 'vitest'
import { temporaryFolder } from '../../support/cli.ts'
import { answerAll, shimNpx, withStandIns } from '../../support/doc-sessions.ts'
import { expectGenerated } from '../../support/generated.ts'
import { type Cell, Screen } from '../../support/screen.ts'
import { watchForLeaks } from '../../support/secrets.ts'
import { svgOf } from './svg.ts'

watchForLeaks()

const COLUMNS = 80
const COMMAND = 'npx mcp-url-migrate --sandbox'

/** A line with stand-ins for what differs from run to run: as long, so that nothing moves. */
function steady(line: readonly Cell[], folder: string): Cell[] {
  const text = line.map(({ letter }) => letter).join('')
  const fixed = withStandIns(text, { folder })
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
async function session(folder: string): Promise<Lines> {
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
  const folder = await temporaryFolder()
  const lines = (await session(folder)).map((line) => steady(line, folder))
  expect(lines.flat().filter(({ style }) => !/^[a-z ]*$/.test(style))).toEqual([])
  const title = `${COMMAND}: the review, the question and the report`
  await expectGenerated('review.svg', svgOf(lines, COLUMNS, title))
})
