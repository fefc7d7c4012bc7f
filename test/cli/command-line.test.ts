import { CommanderError } from 'commander'
import { describe, expect, test } from 'vitest'
import { answerAtOnce } from '../../src/cli/answers.ts'
import { readCommandLine } from '../../src/cli/program.ts'
import { MigrateError } from '../../src/core/errors.ts'

const isUsage = (error: unknown): error is MigrateError =>
  error instanceof MigrateError && error.code === 'usage'

/** What somebody reads who typed this: an answer, or what is wrong with it and, below, what mends that. */
async function typed(line: string): Promise<string> {
  const argv = line.split(' ').filter(Boolean)
  const said: string[] = []
  try {
    const answer = await answerAtOnce(argv, '1.2.3')
    if (answer !== null) return answer
    const { command, options } = readCommandLine(argv, '1.2.3', (text) => said.push(text))
    await command.read(options)
    return 'fine'
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return said.join('')
    if (isUsage(error)) return [error.message, error.hint].filter(Boolean).join('\n')
    throw error
  }
}

const COMMANDS = 'Commands: history, verify, status, lint, init, sandbox, completion, help, version'

describe('a wrong word is told in a sentence, with the right one where that is near:', () => {
  const cases: [line: string, message: string][] = [
    ['histroy', 'Unknown command histroy. Did you mean history?'],
    ['histroy --limit 5', 'Unknown command histroy. Did you mean history?'],
    ['histroy --help', 'Unknown command histroy. Did you mean history?'],
    ['help histroy', 'Unknown command histroy. Did you mean history?'],
    ['revert', 'revert is an option: mcp-url-migrate --revert'],
    ['dry-run', 'dry-run is an option: mcp-url-migrate --dry-run'],
    ['revrt', 'Unknown command revrt. Did you mean --revert?'],
    ['foo', `Unknown command foo. ${COMMANDS}`],
    ['--dry-rnu', 'Unknown option --dry-rnu. Did you mean --dry-run?'],
    ['-dry-run', 'Unknown option -dry-run. Did you mean --dry-run?'],
    ['--dry-run=yes', '--dry-run takes no value'],
    ['-x', 'Unknown option -x'],
    ['--aHunterOfLetters', 'Unknown option'],
    ['help correcthorsebattery', `Unknown command. ${COMMANDS}`],
    ['dGhpcyBpcyBh', `Unknown command. ${COMMANDS}`],
    ['history --limt 3', 'Unknown option --limt. Did you mean --limit?'],
    ['history --dry-run', '--dry-run is an option of the main job, not of history'],
    ['help --json', '--json is an option of the main job, history, verify, status and lint, not of help'],
    ['--watch 5', '--watch is an option of verify and status'],
    ['--journal elsewhere history', '--journal comes before the command: put it after history'],
    ['--dry-run help', 'help comes before all options: mcp-url-migrate help'],
    ['verify closed', 'verify takes options only'],
    ['history one two', 'history takes one RUN at most'],
    ['--only', '--only takes a value: --only PATTERN'],
    ['status --logs', '--logs takes a value: --logs N'],
    ['--unfinished', '--unfinished takes a value: --unfinished finish|revert'],
    ['version 2', 'version takes options only'],
    ['help --alle', 'Unknown option --alle. Did you mean --all?'],
    ['help history verify', 'help takes one COMMAND at most'],
  ]
  test.each(cases)('%s', async (line, message) => {
    expect(await typed(line)).toBe(`${message}\nTry --help.`)
  })

  const values: [line: string, message: string][] = [
    ['--on-failure stpo', '--on-failure: takes stop, continue or revert\nDid you mean stop?'],
    ['--on-failure quickly-then', '--on-failure: takes stop, continue or revert'],
    [
      '--accept grants --accept reauthorisation',
      '--accept: takes reauthorization, client-loss, grants or unreachable\nDid you mean reauthorization?',
    ],
    ['sandbox --scenario dirft', '--scenario: takes guide, unreachable, drift or crash\nDid you mean drift?'],
    ['completion bsh', 'completion takes bash, zsh or fish. Did you mean bash?\nTry completion --help.'],
    ['completion', 'completion takes bash, zsh or fish\nTry completion --help.'],
  ]
  test.each(values)('%s', async (line, message) => {
    expect(await typed(line)).toBe(message)
  })
})

describe('what may be a secret in the wrong place is not repeated:', () => {
  const SECRET = 'geheim1234'
  test.each([
    SECRET,
    `sk-geheim`,
    `--api-key=${SECRET}`,
    `--api-key ${SECRET}`,
    `--dry-run=${SECRET}`,
    `--${SECRET}`,
    `-sk-geheim`,
    `--sk-geheim`,
    `--on-failure ${SECRET}`,
    `--on-failure=${SECRET}`,
    `history abc ${SECRET}`,
    `verify ${SECRET}`,
    `help ${SECRET}`,
    `help sk-geheim`,
    `completion ${SECRET}`,
    `version --key=${SECRET}`,
    `https://${SECRET}@gateway`,
    `Geheim!`,
  ])('%s', async (line) => {
    const told = await typed(line)
    expect(told).toMatch(/^(Unknown|--|\w+ takes)/)
    expect(told).not.toMatch(/geheim/i)
  })

  test('whoever tries to give a key reads how it is given', async () => {
    const how = 'No option takes a secret as its value: use --key-file FILE, or set LITELLM_PROXY_API_KEY.'
    for (const option of ['--api-key', '--token', '--key'])
      expect(await typed(`${option} x`)).toContain(`\n${how}`)
  })
})

describe('help and version:', () => {
  const same: [words: string, others: string[]][] = [
    ['--help', ['help', '-h', '--dry-run --help']],
    ['help --all', ['--help --all', '--all --help']],
    ['help history', ['history --help', 'history -h', 'history --check --help']],
    ['help completion', ['completion --help', 'completion bash -h']],
    ['help help', ['help --help']],
    ['--version', ['version', '-V']],
  ]
  test.each(same)('%s says the same in other words', async (words, others) => {
    const answer = await typed(words)
    expect(answer.length).toBeGreaterThan(3)
    for (const other of others) expect([other, await typed(other)]).toEqual([other, answer])
  })

  test('--all is no option of the job', async () => {
    expect(await typed('--all')).toBe('--all is an option of help\nTry --help.')
  })
})

test('short names are those of the long ones, wherever those are', async () => {
  for (const [command, short, long] of [
    ['', '-n', '--dry-run'],
    ['', '-y', '--yes'],
    ['', '-q', '--quiet'],
    ['', '-v', '--verbose'],
    ['status', '-q', '--quiet'],
    ['status', '-v', '--verbose'],
    ['verify', '-q', '--quiet'],
    ['verify', '-v', '--verbose'],
    ['history', '-v', '--verbose'],
    ['sandbox', '-v', '--verbose'],
  ] as const) {
    const read = (option: string) => readCommandLine([command, option].filter(Boolean), '0').options
    expect(read(short)).toEqual(read(long))
  }
})
