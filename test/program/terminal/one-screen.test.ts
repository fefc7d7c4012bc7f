import { describe, expect, test } from 'vitest'
import { SCRIPT, temporaryFolder } from '../../support/cli.ts'
import { Screen } from '../../support/screen.ts'
import { watchForLeaks } from '../../support/secrets.ts'

watchForLeaks()

/** By scenario: the questions in their order, what the matter of each begins with, and what is answered. */
const SCENARIOS: Record<string, [question: string, matter: string, answer: string][]> = {
  guide: [['Change 7 servers on', 'LiteLLM 1.106.2 at', 'y']],
  unreachable: [
    ['Change 6 servers on', 'LiteLLM 1.106.2 at', 'c'],
    ['Change 7 servers on', 'LiteLLM 1.106.2 at', 'y'],
  ],
  drift: [
    ['Change 7 servers on', 'LiteLLM 1.106.2 at', 'y'],
    ['postgres: what now?', 'postgres was changed by somebody else', 'l'],
  ],
  crash: [
    ['What should happen to it?', 'did not finish', 'f'],
    ['Change 4 servers on', 'LiteLLM 1.106.2 at', 'y'],
  ],
}

describe.concurrent('on a screen of 24 rows and 80 columns, what a question is about stands above it:', () => {
  test.each(Object.entries(SCENARIOS))('%s', async (scenario, questions) => {
    const folder = await temporaryFolder()
    const command = `"${process.execPath}" "${SCRIPT}" --sandbox --scenario ${scenario}`
    const screen = new Screen({ command, cwd: folder, env: { HOME: folder } })
    try {
      for (const [question, matter, answer] of questions) {
        await screen.until(
          question,
          () => /\[\w\] $/.test(screen.cursorLine) && screen.cursorLine.startsWith(question),
        )
        const { visible } = screen
        expect(visible.filter((line) => line.includes(matter))).not.toEqual([])
        // What to try is still there when it can be.
        if (question === questions[0]?.[0])
          expect(visible).toContainEqual(expect.stringMatching(`^Scenario ${scenario}: `))
        screen.type(answer)
        await screen.until(`the echo of ${answer}`, () => screen.cursorLine.endsWith(`] ${answer}`))
        screen.type('\r')
      }
    } finally {
      screen.close()
    }
  })
})
