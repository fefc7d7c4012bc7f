import { describe, expect, test } from 'vitest'
import { aimAt, type Aim, type Found, judge, type Judgement } from '../../../src/core/plan/judge.ts'
import { reversed } from '../../../src/core/plan/drift.ts'
import { eraOf, FILE_ERA } from '../../../src/core/record/eras.ts'
import { fileOf, MOVE, NEW, OLD, recordOf } from './samples.ts'

const SERVER = { id: 'id-1', name: 'fetch', alias: null, source: 'database' } as const

const NEWEST = eraOf('1.106.2').era

/** What a read by id brought: a record of the database with these fields, or of a file. */
const read = (fields: Record<string, unknown> = {}, source: 'database' | 'config' = 'database'): Found => {
  const record = recordOf(fields)
  return { reading: { kind: 'record', record, source }, signIns: null, url: record.url ?? null }
}

const failed = (kind: 'absent' | 'wrong-id' | 'unreadable'): Found => ({
  reading: { kind, message: 'HTTP 500' },
  signIns: null,
  url: null,
})

const UNREAD: Found = { reading: null, signIns: null, url: OLD }

const aim = (more: Partial<Aim> = {}): Aim => aimAt({ server: SERVER, migration: 'm', edits: [MOVE] }, more)
const BACK = aim({ edits: reversed([MOVE]) })
const OVER = aim({ overEdits: true })

/** A judgement in one word: the new text of what is changed, the code of what is left alone, or nothing to do. */
function word(judgement: Judgement): string {
  if (judgement.kind === 'skipped') return judgement.skipped.code
  if (judgement.kind === 'nothing') return judgement.moved ? 'moved' : 'nothing'
  const { edits, settings } = judgement.change
  return edits.length === 0 ? `put back ${Object.keys(settings).join()}` : String(edits[0]?.after)
}

const verdict = (found: Found, wanted: Aim, version: string | null = '1.106.2'): string =>
  word(judge(found, wanted, wanted.file ? FILE_ERA : eraOf(version).era))

const NEAR = { code: 'near-miss', message: 'port 9, not 8585' } as const
const AT_A_HYPHEN = { alias: 'with-hyphen' }
const LOST = { token_url: 'http://idp/token' }

describe('going forward, a server', () => {
  test.each<[string, Found, Aim, string]>([
    ['is changed that the rule matches', read(), aim(), NEW],
    ['has nothing to do that the rule does not concern', read(), aim({ edits: [], moved: false }), 'nothing'],
    ['has moved that the rule leads to', UNREAD, aim({ edits: [], moved: true }), 'moved'],
    ['is not changed unread', UNREAD, aim({ moved: false }), 'nothing'],
    ['is left alone for what the rule says against it', read(), aim({ objection: NEAR }), 'near-miss'],
    ['is left alone where its record cannot be read', failed('unreadable'), aim(), 'unreadable'],
    ['is left alone where another has its id', failed('wrong-id'), aim(), 'wrong-id'],
    ['is changed in its file', read({}, 'config'), aim({ file: fileOf('fetch') }), NEW],
  ])('%s', (_, found, wanted, expected) => {
    expect(verdict(found, wanted)).toBe(expected)
  })

  test('is told of by the rule before by what was read', () => {
    expect(verdict(failed('unreadable'), aim({ objection: NEAR }))).toBe('near-miss')
  })

  test('that is left alone keeps what was known of it, and what a person would change by hand', () => {
    const wanted = aim({ objection: { ...NEAR, patch: ['- a', '+ b'] }, matched: false })
    expect(judge(read(), wanted, NEWEST)).toEqual({
      kind: 'skipped',
      skipped: { server: SERVER, matched: false, ...NEAR, patch: ['- a', '+ b'], url: OLD },
    })
  })
})

describe('going back, a server', () => {
  test.each<[string, Found, Aim, string]>([
    ['is changed that holds what the run wrote', read({ url: NEW }), BACK, OLD],
    ['has nothing to do that holds what was before', read(), BACK, 'moved'],
    [
      'gets its settings that holds what was before without them',
      read(),
      { ...BACK, lost: LOST },
      'put back token_url',
    ],
    [
      'is left to its file where it holds what was before',
      read({}, 'config'),
      { ...BACK, lost: LOST },
      'moved',
    ],
    ['has nothing to do of which settings alone were put back', read(), aim({ edits: [] }), 'moved'],
    ['is left alone that somebody changed since', read({ url: 'http://third' }), BACK, 'drifted'],
    ['is left alone that has no URL any more', read({ url: null }), BACK, 'drifted'],
    ['is left alone that is gone', failed('absent'), BACK, 'absent'],
    ['is left alone whose record cannot be read', failed('unreadable'), BACK, 'unreadable'],
    ['is left alone that moved into a file', read({ url: NEW }, 'config'), BACK, 'config-defined'],
    ['of a file is changed there', read({ url: NEW }, 'config'), { ...BACK, file: fileOf('fetch') }, OLD],
  ])('%s', (_, found, wanted, expected) => {
    expect(verdict(found, wanted)).toBe(expected)
  })

  test('that somebody changed may be written over, but not in a file', () => {
    const found = read({ url: 'http://third' })
    const fields = [{ field: 'url', before: OLD, ours: NEW, now: 'http://third' }]
    const contested = { migration: 'm', edits: reversed([MOVE]), fields }
    const message = 'changed since then, to http://third; left as it is'
    expect(judge(found, BACK, NEWEST)).toMatchObject({ skipped: { message, contested, url: 'http://third' } })
    const inFile = judge(found, { ...BACK, file: fileOf('fetch') }, FILE_ERA)
    expect(inFile).toMatchObject({ skipped: { message } })
    expect(inFile).not.toHaveProperty('skipped.contested')
  })

  test('that is gone is said to be no longer there, whatever LiteLLM answered', () => {
    expect(judge(failed('absent'), BACK, NEWEST)).toMatchObject({
      skipped: { message: 'it is no longer there', url: null },
    })
  })

  test('is changed with the settings that the run lost', () => {
    const judgement = judge(read({ url: NEW }), { ...BACK, lost: LOST }, NEWEST)
    expect(judgement).toMatchObject({ change: { edits: reversed([MOVE]), settings: LOST } })
  })
})

describe("over somebody's edits, a server", () => {
  test.each<[string, Found, string]>([
    ['is changed from what it holds now', read({ url: 'http://third' }), NEW],
    ['is changed where it holds what was before', read(), NEW],
    ['has nothing to do that holds what was meant', read({ url: NEW }), 'moved'],
    ['is left alone that holds no text there', read({ url: null }), 'malformed'],
    ['is left alone that moved into a file', read({ url: 'http://third' }, 'config'), 'config-defined'],
    ['is left alone that is gone', failed('absent'), 'absent'],
    ['is left alone whose record cannot be read', failed('unreadable'), 'unreadable'],
    ['is left alone where another has its id', failed('wrong-id'), 'wrong-id'],
  ])('%s', (_, found, expected) => {
    expect(verdict(found, OVER)).toBe(expected)
  })

  test('gets a change that taken back restores that edit', () => {
    const edits = [{ field: 'url', before: 'http://third', after: NEW }]
    expect(judge(read({ url: 'http://third' }), OVER, NEWEST)).toMatchObject({ change: { edits } })
  })
})

describe('whichever way, a server that the release cannot write without loss', () => {
  test.each<[string, Found, Aim]>([
    ['forward', read(AT_A_HYPHEN), aim()],
    ['back', read({ ...AT_A_HYPHEN, url: NEW }), BACK],
    ['over edits', read({ ...AT_A_HYPHEN, url: 'http://third' }), OVER],
  ])('is left alone: %s', (_, found, wanted) => {
    const changed = wanted === BACK ? OLD : NEW
    expect(verdict(found, wanted, '1.81.14')).toBe('name-rule')
    expect(verdict(found, wanted, null)).toBe('name-rule')
    expect(verdict(found, wanted, '1.88.0')).toBe(changed)
    expect(verdict(found, { ...wanted, file: fileOf('fetch') })).toBe(changed)
  })

  test('has nothing to do where nothing is to be written', () => {
    expect(verdict(read(AT_A_HYPHEN), BACK, '1.81.14')).toBe('moved')
    expect(verdict(read({ ...AT_A_HYPHEN, url: NEW }), OVER, '1.81.14')).toBe('moved')
    expect(verdict(read(AT_A_HYPHEN), aim({ edits: [], moved: false }), '1.81.14')).toBe('nothing')
  })
})
