import { emitKeypressEvents, type Key } from 'node:readline'
import { codeOf } from '../../../core/errors.ts'
import { cancelled } from '../terminal.ts'
import { letTypedGoBy, onceContinued, unlessPasted, unlessSignalled } from './port.ts'

/** What a key makes of what was typed so far. */
function typedAfter(typed: string, text: string | undefined, { name, ctrl = false }: Key): string {
  if (name === 'backspace') return [...typed].slice(0, -1).join('')
  if (ctrl && name === 'u') return ''
  return ctrl || text === undefined ? typed : typed + text
}

const isEnd = ({ name }: Key): boolean => name === 'return' || name === 'enter'

/**
 * Reads a line of which nothing is shown, not even its length, in any kind of terminal: without its own echo, it shows only
 * what a program writes. Of a text of several lines nothing is left to be shown after the first, and all are returned. Throws
 * `cancelled` for Ctrl-C, Ctrl-D, and where nobody is there any more.
 */
export async function readHidden(question: string): Promise<string> {
  const { stdin, stderr } = process
  await letTypedGoBy()
  emitKeypressEvents(stdin)
  const show = (): boolean => stderr.write(`${question} `)
  const endContinued = onceContinued(show)
  let typed = ''
  let hear: (text: string | undefined, key: Key) => void = () => {}
  let leave: (error?: Error) => void = () => {}
  try {
    show()
    return await new Promise<string>((resolve, reject) => {
      let stop = (): void => {}
      leave = (error) => {
        const reason = error && codeOf(error) !== 'EIO' ? error : cancelled()
        unlessSignalled(() => reject(reason))
      }
      hear = (text, key) => {
        stop()
        if (key.ctrl && (key.name === 'c' || key.name === 'd')) return reject(cancelled())
        typed = isEnd(key) ? `${typed}\n` : typedAfter(typed, text, key)
        if (isEnd(key)) stop = unlessPasted(() => resolve(typed.replace(/\n+$/, '')))
      }
      stdin.on('keypress', hear).once('end', leave).on('error', leave)
      stdin.resume()
    })
  } finally {
    endContinued()
    stdin.off('keypress', hear).pause()
    // Where the terminal is gone this fails, which is an event, too.
    stdin.setRawMode(false)
    stdin.off('end', leave).off('error', leave)
    stderr.write('\n')
  }
}
