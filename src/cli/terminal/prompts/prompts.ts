import { shortened } from '../../../core/show/text.ts'
import { wrap } from '../../render/layout.ts'
import { hasCursor } from '../signs.ts'
import type { Choice, Listed } from '../terminal.ts'
import { askChoice } from './choice.ts'
import { plain } from './plain.ts'
import { isSeveral, type Prompts, roomFor, type Shown } from './port.ts'
import { onScreen } from './screen.ts'
import { readHidden } from './secret.ts'

/** Names for an echo, the first of them where there are many. */
function someOf(names: readonly string[]): string {
  const some = names
    .slice(0, 12)
    .map((name) => shortened(name, 40))
    .join(', ')
  return names.length > 12 ? `${some} and ${names.length - 12} more` : some
}

/** Every kind of question, on standard error. Each throws `cancelled` where it is left. */
export class Questions {
  readonly #prompts: Prompts
  readonly #shown: Shown

  constructor(env: NodeJS.ProcessEnv, shown: Shown) {
    this.#prompts = hasCursor(env) ? onScreen(shown) : plain(shown)
    this.#shown = shown
  }

  readonly #say = (text: string): void => void process.stderr.write(`${this.#shown(text)}\n`)

  async text(message: string, suggestion: string): Promise<string> {
    const question = `${message} [${suggestion}]`
    for (;;) {
      const line = await this.#prompts.line('', question)
      const answer = line.trim() || suggestion
      if (!isSeveral(line)) {
        this.#prompts.echo(`${question} ${answer}`)
        return answer
      }
      this.#say(wrap('Several lines at once are no answer. Type one, and Enter.', roomFor()))
    }
  }

  secret(message: string): Promise<string> {
    return readHidden(this.#shown(`${message} (hidden):`))
  }

  choice<T>(message: string, choices: readonly Choice<T>[], fallback: T): Promise<T> {
    return askChoice(choices, fallback, { message, prompts: this.#prompts, say: this.#say })
  }

  async several<T>(message: string, listed: readonly Listed<T>[]): Promise<T[] | null> {
    const names = listed.map(({ name }) => name)
    const marked = await this.#prompts.list(message, names)
    if (marked === null) return null
    const chosen = listed.filter((_, i) => marked.includes(i))
    const echo = `${chosen.length} of ${listed.length}: ${someOf(chosen.map(({ name }) => name))}`
    this.#say(wrap(echo, roomFor(), '  '))
    return chosen.map(({ value }) => value)
  }
}
