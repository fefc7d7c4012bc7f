import { expect, test } from 'vitest'
import { type Era, ERAS, eraOf, NEWEST_CHECKED } from '../../src/core/record/eras.ts'
import { expectGenerated } from '../support/generated.ts'
import { table } from './markdown.ts'
import { readPage } from './pages.ts'

const PAGE = await readPage('docs/releases.md')
const MARKS = /(<!-- made from src\/core\/record\/eras\.ts -->\n)[\s\S]*?(<!-- made -->)/

const SENDS = {
  'whole-record': 'the whole record',
  'defaulted-fields': 'all that would be reset',
  'changed-fields': 'only what changes',
}
const EFFECT = { required: 'after a restart', possible: 'at once, or after a restart', no: 'at once' }
const FAULTS = { hidden: 'nothing', bare: 'that it fails', told: 'what went wrong' }

const oauth = ({ wipesOAuth, dropsClient }: Era): string => {
  if (!wipesOAuth) return 'kept'
  return dropsClient ? 'cleared, put back; the client may go' : 'cleared, put back'
}

/** The columns that people need, by their headings. */
const COLUMNS: readonly (readonly [heading: string, cell: (era: Era) => string])[] = [
  ['a write sends', ({ putBody }) => SENDS[putBody]],
  ['a new URL works', ({ restart }) => EFFECT[restart]],
  ['OAuth settings', oauth],
  ['it tells of an address that fails', ({ faults }) => FAULTS[faults]],
  ['`server_id` in config.yaml', ({ pinsConfigIds }) => (pinsConfigIds ? 'honoured' : 'ignored')],
]

const cells = (era: Era): string[] => COLUMNS.map(([, cell]) => cell(era))

/** The eras that differ in what people see, newest first. */
const seen = ERAS.filter((era, i) => {
  const before = ERAS[i - 1]
  return !before || cells(before).join() !== cells(era).join()
}).toReversed()

test('the page shows the table of eras as the program has it', async () => {
  const rows = seen.map((era) => [era.from ?? 'older', ...cells(era)])
  const warnings = ERAS.flatMap(({ warning }, i) =>
    warning === null ? [] : [`- Before ${ERAS[i + 1]?.from} ${warning.replace(/^This release/, 'it')}`],
  )
  const made = [
    table(['LiteLLM from', ...COLUMNS.map(([heading]) => heading)], rows),
    warnings.join('\n'),
    `The newest release checked is ${NEWEST_CHECKED}.`,
  ]
  expect(rows.length).toBeGreaterThan(4)
  await expectGenerated('releases.md', PAGE.text.replace(MARKS, `$1\n${made.join('\n\n')}\n\n$2`))
})

test('the page names the releases whose writes may hang', () => {
  const [, first = '', last = ''] = /From (\S+) to (\S+) LiteLLM looks for sign-in/.exec(PAGE.text) ?? []
  const patch = (version: string, by: number): string =>
    version.replace(/\d+$/, (text) => String(Number(text) + by))
  const searches = (version: string): boolean => eraOf(version).era.searches.length > 0
  expect([patch(first, -1), first, last, patch(last, 1)].map(searches)).toEqual([false, true, true, false])
})
