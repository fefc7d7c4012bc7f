import {
  createPrompt,
  isDownKey,
  isEnterKey,
  isUpKey,
  useEffect,
  useKeypress,
  usePagination,
  useRef,
  useState,
} from '@inquirer/core'
import { codeOf } from '../../../core/errors.ts'
import { wrap } from '../../render/layout.ts'
import { cancelled } from '../terminal.ts'
import { letTypedGoBy, onceContinued, type Prompts, roomFor, type Shown, unlessPasted } from './port.ts'

interface LineQuestion {
  /** Ends with the place of the answer. */
  text: string
  shown: Shown
}

/** Draws a question again when the program goes on after it was stopped. */
function useContinued(): void {
  const [times, setTimes] = useState(0)
  useEffect(() => onceContinued(() => setTimes(times + 1)), [times])
}

/** A longer line is no answer, in characters: what is typed is drawn anew for each. */
const LONGEST = 300

/** What was typed of an answer whose end may have come. */
interface Ending {
  /** The lines so far. */
  lines: string[]
  /** The key that ended the last one, where nothing came since. */
  key: string
  /** Was it ever too long? */
  isTooLong: boolean
  stop: () => void
}

/** Asks for a line, which ends when for a moment nothing follows its end; for all of them where several come. */
const askLine = createPrompt<string, LineQuestion>(({ text, shown }, done) => {
  const [typed, setTyped] = useState('')
  const { current: ending } = useRef<Ending>({ lines: [], key: '', isTooLong: false, stop: () => {} })
  useContinued()
  useKeypress((key, rl) => {
    const before = ending.key
    ending.stop()
    ending.key = ''
    ending.isTooLong ||= rl.line.length > LONGEST
    if (ending.isTooLong) {
      rl.clearLine(0)
      setTyped('')
    }
    if (!isEnterKey(key)) return setTyped(rl.line)
    // Some terminals send two characters for one end of a line.
    if (before !== 'return' || key.name !== 'enter') ending.lines.push(typed)
    ending.key = key.name
    ending.stop = unlessPasted(() => done(ending.isTooLong ? '\n' : ending.lines.join('\n')))
  })
  return `${shown(text)} ${shown(typed)}`
})

interface ListQuestion {
  text: string
  names: readonly string[]
  shown: Shown
}

const HINT = 'space marks · a all · enter goes on · esc back'
const NONE_MARKED = 'Nothing is marked yet: space marks a line, a all of them.'

/** What a key makes of the marks; `null` where it is about something else. */
function marksAfter(
  key: string,
  { active, marked, n }: { active: number; marked: readonly number[]; n: number },
): number[] | null {
  if (key === 'a') return marked.length === n ? [] : Array.from({ length: n }, (_, i) => i)
  if (key !== 'space') return null
  return marked.includes(active)
    ? marked.filter((each) => each !== active)
    : [...marked, active].toSorted((a, b) => a - b)
}

/** How far each key moves in a list of which a page is shown. */
const STEPS: Readonly<Record<string, (page: number) => number>> = {
  pagedown: (page) => page,
  pageup: (page) => -page,
  home: () => -Infinity,
  end: () => Infinity,
}

const askList = createPrompt<number[] | null, ListQuestion>(({ text, names, shown }, done) => {
  const [active, setActive] = useState(0)
  const [marked, setMarked] = useState<readonly number[]>([])
  const [complaint, complain] = useState('')
  useContinued()
  const { rows } = process.stderr
  const room = roomFor()
  const n = names.length
  const hint = wrap(`${marked.length} of ${n} marked · ${HINT}`, room)
  const below = complaint === '' ? hint : `${wrap(complaint, room)}\n${hint}`
  const pageSize = Math.max(3, rows - 5 - below.split('\n').length)
  useKeypress((key, rl) => {
    rl.clearLine(0)
    complain('')
    if (isEnterKey(key)) return marked.length > 0 ? done([...marked]) : complain(NONE_MARKED)
    if (key.name === 'escape' || key.name === 'q') return done(null)
    const step = isUpKey(key) ? -1 : isDownKey(key) ? 1 : STEPS[key.name]?.(pageSize)
    if (step !== undefined) return setActive(Math.min(n - 1, Math.max(0, active + step)))
    const marks = marksAfter(key.name, { active, marked, n })
    if (marks !== null) setMarked(marks)
  })
  const page = usePagination({
    items: names,
    active,
    renderItem: ({ item, index, isActive }) =>
      shown(`${isActive ? '❯' : ' '} [${marked.includes(index) ? 'x' : ' '}] ${item}`),
    pageSize,
    loop: false,
  })
  return `${shown(text)}\n${page}\n${shown(below)}`
})

type Ask<T> = (context: {
  output: NodeJS.WritableStream
  signal: AbortSignal
  clearPromptOnDone: true
}) => Promise<T>

/** Asks, and clears the question away; `left` is put in its place where it is left. */
async function asking<T>(ask: Ask<T>, left: string): Promise<T> {
  // Where standard input ends (Ctrl-D) the library waits for good, with nothing left to wait for.
  const ended = new AbortController()
  const end = (): void => ended.abort()
  process.once('beforeExit', end)
  try {
    await letTypedGoBy()
    return await ask({ output: process.stderr, signal: ended.signal, clearPromptOnDone: true })
  } catch (error) {
    const isLeft = error instanceof Error && /^(Exit|Abort|Cancel)Prompt/.test(error.name)
    // With EIO nobody is there any more to answer.
    if (!isLeft && codeOf(error) !== 'EIO') throw error
    process.stderr.write(`${left}\n`)
    throw cancelled()
  } finally {
    process.removeListener('beforeExit', end)
  }
}

/** Questions that are cleared away when they are answered, in a terminal whose cursor can be moved. */
export const onScreen = (shown: Shown): Prompts => {
  const fit = (text: string): string => wrap(text, roomFor())
  return {
    line: (above, message) => {
      const text = above === '' ? fit(message) : `${above}\n${fit(message)}`
      return asking((context) => askLine({ text, shown }, context), shown(fit(message)))
    },
    list: (message, names) =>
      asking((context) => askList({ text: fit(message), names, shown }, context), shown(fit(message))),
    echo: (text) => void process.stderr.write(`${shown(fit(text))}\n`),
  }
}
