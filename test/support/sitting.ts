import { expect } from 'vitest'
import type { SandboxOptions } from '../../src/sandbox/index.ts'
import { PtySession, type TerminalStart } from './pty.ts'
import { guideServer, test as base, type Trial, TWO, writes } from './trial.ts'

/** Three servers to migrate, where each stands, and where each goes. */
export const THREE = [...TWO, guideServer('postgres')]
export const OLD = (name: string): string => `http://localhost:8585/servers/${name}/sse`
export const NEW = (name: string): string => `http://mcp-proxy-sse:8080/servers/${name}/sse`

/** A trial that can also be sat at, in a terminal. */
export type Sitting = Trial & { start(start?: TerminalStart): PtySession }

/** Tests whose trials can also start the program in a terminal, which ends with the test. */
export const test = base.extend<{ sit: (options?: SandboxOptions) => Promise<Sitting> }>({
  sit: async ({ open }, use) => {
    const sessions: PtySession[] = []
    await use(async (options) => {
      const trial = await open({ servers: THREE, ...options })
      const start = ({ env, ...rest }: TerminalStart = {}): PtySession => {
        const session = new PtySession({ env: { ...trial.env, ...env }, ...rest })
        sessions.push(session)
        return session
      }
      return { ...trial, start }
    })
    for (const session of sessions) session.close()
  },
})

const SHOW_CURSOR = '\u001b[?25h'
const HIDE_CURSOR = '\u001b[?25l'

/** The cursor is not left hidden. */
export function expectCursorShown({ raw }: PtySession): void {
  expect(raw.lastIndexOf(SHOW_CURSOR)).toBeGreaterThanOrEqual(raw.lastIndexOf(HIDE_CURSOR))
}

/** Neither the gateway nor the journal was written to. */
export async function expectNothingWritten({ sandbox, journalFiles }: Trial): Promise<void> {
  expect(writes(sandbox)).toBe(0)
  expect(await journalFiles()).toEqual([])
}
