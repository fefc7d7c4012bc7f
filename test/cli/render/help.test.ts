import { describe, expect, test } from 'vitest'
import { describeCommands } from '../../../src/cli/commands/all.ts'
import { EXIT_CODES } from '../../../src/cli/exit.ts'
import { fullHelp, shortHelp } from '../../../src/cli/render/help.ts'
import { ERROR_CODES } from '../../../src/core/errors.ts'
import { CONSENTS } from '../../../src/core/plan/consent/consent.ts'
import { SKIPPED_CODES } from '../../../src/core/skipped-codes.ts'

const COMMANDS = describeCommands()
const [MAIN] = COMMANDS
const WIDTHS = Array.from({ length: 181 }, (_, i) => i + 20)

const longest = (text: string): number => Math.max(...text.split('\n').map((line) => line.length))

/** The words of a text, however its lines and its long words are broken. */
const letters = (text: string): string => text.replaceAll(/\s+/g, '')

test('--help of the main job fits on a screen of 80 by 24, with a line to type in', () => {
  const text = shortHelp(COMMANDS, 80)
  expect(text.split('\n').length).toBeLessThanOrEqual(24)
  expect(longest(text)).toBeLessThanOrEqual(80)
  expect(`\n${text}`).toMatchInlineSnapshot(`
    "
    Moves the MCP server URLs of a LiteLLM gateway, and can take it all back.

    Usage: mcp-url-migrate [OPTIONS], or mcp-url-migrate COMMAND [OPTIONS]
      mcp-url-migrate --dry-run                          only show what would change
      mcp-url-migrate [--only a,b]                       show, ask, change, check
      mcp-url-migrate --revert                           take the newest run back
      mcp-url-migrate --from http://a:1 --to http://b:2  move other addresses
      mcp-url-migrate --sandbox                          try it on a sandbox gateway

    Commands: history, verify, status, lint, init, sandbox, completion, version

    Connection     --url --key-file --username --password-file --key-header --header
                   --timeout
    Which servers  --migration --from --to --litellm-config --litellm-env --only
                   --except --thorough
    Review         -n/--dry-run --diff -y/--yes --exit-code
    Safety         --accept --on-failure --allow --canary --patience --no-preflight
                   --no-wait
    Journal        --revert --unfinished --expect-head --journal
    Sandbox        --sandbox --release --scenario
    Output         --json -q/--quiet -v/--verbose --no-color

    More: help COMMAND, help --all (every option, exit codes, codes in documents)
    "
  `)
})

test('it names every option of the main job', () => {
  const text = shortHelp(COMMANDS, 80)
  const options = MAIN?.groups.filter(({ title }) => title !== 'Help').flatMap((group) => group.options) ?? []
  expect(options.length).toBeGreaterThan(30)
  expect(options.filter(({ long }) => !new RegExp(`${long}(?![\\w-])`).test(text))).toEqual([])
})

test.each(COMMANDS)(
  '$name: all that is known of it is there at any width, and no line is longer',
  (command) => {
    const known = command.groups.flatMap(({ options }) =>
      options.flatMap(({ flags, sentence }) => [letters(flags), letters(sentence)]),
    )
    for (const width of WIDTHS) {
      const text = fullHelp(command, COMMANDS, width)
      expect([width, longest(text)]).toEqual([width, Math.min(longest(text), width)])
      const shown = letters(text)
      expect([width, known.filter((each) => !shown.includes(each))]).toEqual([width, []])
    }
  },
)

test('no line of the short help is longer than any terminal, either', () => {
  for (const width of WIDTHS) expect(longest(shortHelp(COMMANDS, width))).toBeLessThanOrEqual(width)
})

describe('help --all', () => {
  const text = MAIN ? fullHelp(MAIN, COMMANDS, 80) : ''

  test('names every command, exit code, and code in documents', () => {
    for (const { name } of COMMANDS.slice(1)) expect(text).toMatch(new RegExp(`^  ${name} +\\S`, 'm'))
    for (const [code] of EXIT_CODES) expect(text).toMatch(new RegExp(`^ +${code}  \\S`, 'm'))
    for (const code of [...ERROR_CODES, ...SKIPPED_CODES, ...CONSENTS])
      expect(text).toMatch(new RegExp(`(?<![\\w-])${code}(?![\\w-])`))
  })

  test('says of an option all that it takes', () => {
    expect(text).toContain(`  -n, --dry-run `)
    expect(text.replaceAll(/\s+/g, ' ')).toContain(
      '--key-file <FILE> file with an admin key, - for standard input (LITELLM_PROXY_API_KEY, LITELLM_MASTER_KEY) --',
    )
    expect(text.replaceAll(/\s+/g, ' ')).toContain(
      '--accept <EFFECT> consent to what a new URL loses, or to one that does not work: reauthorization, client-loss, grants, unreachable; repeatable',
    )
  })
})

test('a command of few options has them in one list', () => {
  const [help] = COMMANDS.filter(({ name }) => name === 'help')
  expect(help && `\n${fullHelp(help, COMMANDS, 60)}`).toMatchInlineSnapshot(`
    "
    Usage: mcp-url-migrate help [OPTIONS] [COMMAND]

    What a command does, and what it takes

    Options:
      [COMMAND]   the command; without one, the main job:
                  history, verify, status, lint, init, sandbox,
                  completion
          --all   every option of the main job, exit codes, and
                  the codes in JSON documents
      -h, --help  what it does, and what it takes
    "
  `)
})
