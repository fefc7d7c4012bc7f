import { execFileSync } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { SHELLS, type Shell } from '../../../src/cli/commands/all.ts'
import { runCli, temporaryFolder } from '../../support/cli.ts'
import { KEY, PtySession } from '../../support/pty.ts'
import { watchForLeaks } from '../../support/secrets.ts'

watchForLeaks()

const TAB = '\t'
const CLEAR = '\u0015'

/** How each shell is started without anybody's settings, and how it takes the script. */
const STARTS: Record<Shell, { start: string; load: string }> = {
  bash: { start: 'bash --norc -i', load: 'source <(eval "$TOOL" completion bash)' },
  zsh: {
    start: 'zsh -f -i',
    load: 'autoload -U compinit; compinit -u; source <(eval "$TOOL" completion zsh)',
  },
  fish: { start: 'fish --no-config -i', load: 'eval $TOOL completion fish | source' },
}

/** bash is needed; where COMPLETION=all, as in CI, the others are, too. */
function isTried(shell: Shell): boolean {
  if (shell === 'bash' || process.env['COMPLETION'] === 'all') return true
  try {
    execFileSync(shell, ['-c', ''])
    return true
  } catch {
    return false
  }
}

let session: PtySession | null = null
afterEach(() => session?.close())

async function begin(shell: Shell): Promise<{ pressed: (line: string, shown: string) => Promise<void> }> {
  const folder = await temporaryFolder()
  await mkdir(join(folder, 'journal'))
  for (const run of ['20261124T031446Z-699af4', '20261125T031446Z-aaaaaa'])
    await writeFile(join(folder, `journal/${run}.jsonl`), '')
  await writeFile(join(folder, 'the config.yaml'), '')
  const { start, load } = STARTS[shell]
  const env = { HOME: folder, MCP_URL_MIGRATE_JOURNAL: join(folder, 'journal'), GATEWAY_ID: 'x', PS1: '> ' }
  session = new PtySession({ shell: `cd "${folder}" && exec ${start}`, env, columns: 200 })
  const running = session
  running.press(`${load}; echo loa''ded`, KEY.enter)
  await running.waitFor('loaded')
  return {
    pressed: async (line, shown) => {
      running.press(CLEAR, line, TAB)
      await running.waitFor(shown)
    },
  }
}

describe.each(SHELLS)('in %s', (shell) => {
  test.runIf(isTried(shell))('a word that was begun is completed with the tab key', async () => {
    const { pressed } = await begin(shell)
    await pressed('mcp-url-migrate his', 'mcp-url-migrate history')
    await pressed('mcp-url-migrate --dry', 'mcp-url-migrate --dry-run')
    await pressed('mcp-url-migrate --on-failure=st', '--on-failure=stop')
    await pressed('mcp-url-migrate --revert 20261124', '--revert 20261124T031446Z-699af4')
    await pressed('mcp-url-migrate --url http://x:4000 --header CF=GATEWAY_', 'CF=GATEWAY_ID')
    await pressed('mcp-url-migrate --litellm-config the', 'the\\ config.yaml')
    await pressed('mcp-url-migrate --journal jou', '--journal journal')
  })
})

test('a script is for its shell, and printed as it is', async () => {
  for (const shell of SHELLS) {
    const { code, stdout, stderr } = await runCli(['completion', shell])
    expect([shell, code, stderr]).toEqual([shell, 0, ''])
    expect(stdout).toContain(`Completion of mcp-url-migrate for ${shell}`)
  }
})

test('what is asked by a script is answered without a gateway, and without a word of what is wrong', async () => {
  const { code, stdout, stderr } = await runCli([
    'complete',
    '--url',
    'http://127.0.0.1:1',
    '--journal',
    '/dev/null',
    '--revert',
    '',
  ])
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '', stderr: '' })
})
