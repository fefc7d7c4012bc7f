import type { Choice } from '../terminal/terminal.ts'
import type { Asking } from './choose-or-show.ts'

/** The choice of no, which `q` means, too. `about`: what it comes to. */
export const noTo = <T>(about: string, value: T): Choice<T> => ({
  key: 'n',
  name: 'no',
  words: ['no', 'q', 'quit'],
  about: `${about} (also q)`,
  value,
})

/** Asks a question of yes or no; the default is no. `yes` and `no`: what each comes to. */
export const askYesOrNo = (
  message: string,
  { yes, no }: { yes: string; no: string },
  { terminal }: Pick<Asking, 'terminal'>,
): Promise<boolean> =>
  terminal.choose(message, [{ key: 'y', name: 'yes', about: yes, value: true }, noTo(no, false)], false)
