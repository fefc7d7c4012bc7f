import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { complete } from '../../../src/cli/completion/complete.ts'
import { shippedMigrations } from '../../../src/files/migrations.ts'
import { temporaryFolder, transcript } from '../../support/cli.ts'
import { watchForLeaks } from '../../support/secrets.ts'

watchForLeaks()

const ENV = { HOME: '/nowhere', GATEWAY_ID: 'geheim', GATEWAY_SECRET: 'geheim', lower: 'geheim' }

/** What may come next, in the order in which it is offered, without what it does. */
function next(line: string, env: NodeJS.ProcessEnv = ENV): string[] {
  const told = complete(line.split(' ').slice(1), env)
  transcript.push(told)
  return told
    .split('\n')
    .slice(0, -1)
    .map((each) => each.split('\t')[0] ?? '')
}

const NAME = 'mcp-url-migrate'

describe('what comes next on a command line:', () => {
  const cases: [line: string, words: string[]][] = [
    ['', ['history', 'verify', 'status', 'lint', 'init', 'sandbox', 'completion', 'help', 'version']],
    ['s', ['status', 'sandbox']],
    ['--dr', ['--dry-run']],
    ['--on-failure ', ['stop', 'continue', 'revert']],
    ['--on-failure c', ['continue']],
    ['--on-failure=', ['--on-failure=stop', '--on-failure=continue', '--on-failure=revert']],
    ['--accept grants --accept u', ['unreachable']],
    ['--yes --no-', ['--no-preflight', '--no-wait', '--no-color']],
    ['--dry-run --d', ['--diff']],
    ['-n --dry', []],
    ['--only --d', []],
    ['--header CF=GATEWAY_', ['CF=GATEWAY_ID', 'CF=GATEWAY_SECRET']],
    ['--header=CF=GATEWAY_I', ['--header=CF=GATEWAY_ID']],
    ['--header CF', []],
    ['--litellm-config ', [':files']],
    ['--litellm-config=x', [':files']],
    ['--journal ', [':folders']],
    ['--url ', []],
    ['--sandbox --scenario ', ['guide', 'unreachable', 'drift', 'crash']],
    [
      'verify --check ',
      ['closed', 'published', 'networks', 'reachable', 'same-servers', 'keys', 'chat', 'gateway'],
    ],
    ['verify --check closed --ch', ['--check', '--chat']],
    ['verify x', []],
    ['status --format m', ['mermaid']],
    ['completion ', ['bash', 'zsh', 'fish']],
    ['help s', ['status', 'sandbox']],
    ['help --', ['--all', '--help']],
    ['--revert --dr', ['--dry-run']],
    ['--frobnicate --dr', ['--dry-run']],
  ]
  test.each(cases)(`${NAME} %s`, (line, words) => {
    expect(next(`${NAME} ${line}`)).toEqual(words)
  })

  test('after an option there is no command any more: it would be refused', () => {
    const offered = next(`${NAME} --yes `)
    expect(offered).toContain('--dry-run')
    expect(offered).not.toContain('history')
    expect(offered).not.toContain('--yes')
  })

  test('a word comes with what it does', () => {
    expect(complete(['hist'], ENV)).toBe('history\tthe runs in the journal, or one run in full\n')
  })
})

test('of a variable the name is offered, and what is in it never', () => {
  expect(complete(['--header', 'X=G'], ENV)).not.toContain('geheim')
})

test('the migrations that ship are offered by their ids', async () => {
  const ids = (await shippedMigrations()).map(({ id }) => id)
  expect(ids.length).toBeGreaterThan(1)
  expect(next(`${NAME} --migration `)).toEqual(ids.toSorted())
})

describe('runs are offered from the journal, the newest first,', () => {
  const OLD = '20261124T031446Z-699af4'
  const NEW = '20261125T031446Z-aaaaaa'

  async function journal(): Promise<string> {
    const folder = join(await temporaryFolder(), 'journal')
    await mkdir(folder)
    for (const name of [
      `${OLD}.jsonl`,
      `${NEW}.jsonl`,
      'note.txt',
      '$(reboot).jsonl',
      'a\tb.jsonl',
      '--yes.jsonl',
    ])
      await writeFile(join(folder, name), '')
    return folder
  }

  test('that the command line names', async () => {
    const folder = await journal()
    for (const line of [
      `--journal ${folder} --revert `,
      `--journal=${folder} --revert 2026`,
      `--journal '${folder}' --revert `,
      `--journal ${folder} --dry-run --revert `,
      `history --journal ${folder} `,
    ])
      expect([line, next(`${NAME} ${line}`)]).toEqual([line, [NEW, OLD]])
  })

  test('that the environment names, and the one in the home folder otherwise', async () => {
    const folder = await journal()
    expect(next(`${NAME} --revert 20261124`, { MCP_URL_MIGRATE_JOURNAL: folder })).toEqual([OLD])
    expect(next(`${NAME} history `, ENV)).toEqual([])
    const data = await temporaryFolder()
    await mkdir(join(data, 'mcp-url-migrate/journal'), { recursive: true })
    await writeFile(join(data, `mcp-url-migrate/journal/${OLD}.jsonl`), '')
    expect(next(`${NAME} history `, { HOME: '/nowhere', XDG_DATA_HOME: data })).toEqual(
      process.platform === 'darwin' ? [] : [OLD],
    )
  })

  test('and nothing is said where there is none', () => {
    expect(complete(['--journal', '/dev/null', '--revert', ''], ENV)).toBe('')
  })
})
