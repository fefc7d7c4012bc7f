import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, vi } from 'vitest'
import type { SandboxServer } from '../../../src/sandbox/index.ts'
import { KEY } from '../../support/pty.ts'
import { watchForLeaks } from '../../support/secrets.ts'
import { test as sitting } from '../../support/sitting.ts'
import {
  configured,
  documentOf,
  guideServer,
  newestFile,
  sentence,
  test,
  type Trial,
  vouching,
} from '../../support/trial.ts'

watchForLeaks()
vi.setConfig({ maxConcurrency: 4, testTimeout: 60_000 })

const OLD = 'http://localhost:8585/servers/fetch/sse'
const NEW = 'http://mcp-proxy-sse:8080/servers/fetch/sse'

/** One of those that have their URL from one place. */
const sharing = (name: string): SandboxServer => configured(name, { url: OLD })

const entry = (name: string): string => `  ${name}:\n    url: os.environ/FETCH_URL\n    transport: sse\n`

interface Document {
  changes: { server: { name: string }; outcome?: string; effects: { code: string; message: string }[] }[]
  runs: { summary: Record<string, number> }[]
  lastRun: { summary: Record<string, number> } | null
  summary: Record<string, number>
}

/** The files of servers that all have their URL from one variable, and the options that name them. */
async function filesOf(trial: Trial, names: readonly string[]) {
  const [config, env] = [join(trial.folder, 'config.yaml'), join(trial.folder, 'litellm.env')]
  await writeFile(config, `mcp_servers:\n${names.map(entry).join('')}`)
  await writeFile(env, `FETCH_URL=${OLD}\n`)
  return { config, env, args: ['--litellm-config', config, '--litellm-env', env] }
}

describe.concurrent('a server whose URL stands in a .env file is one server', () => {
  test('in the plan, the report, the ticks, the documents, the history and the status', async ({ open }) => {
    const trial = await open({ servers: [], configServers: [sharing('fetch')] })
    const { args } = await filesOf(trial, ['fetch'])
    const shown = await trial.call(['--dry-run', ...args])
    expect(shown.code).toBe(0)
    expect(sentence(shown.stdout)).toContain(': 1 MCP server')
    expect(sentence(shown.stdout)).toContain('1 to change; it can be taken back.')
    expect(shown.stdout.match(/^fetch /gm)).toHaveLength(1)
    const plan = documentOf<Document>(await trial.call(['--dry-run', '--json', ...args]))
    expect(plan.summary).toMatchObject({ servers: 1, changes: 1, awaiting: 0, unchanged: 0, skipped: 0 })
    const done = await trial.call(['--yes', '--verbose', ...args])
    expect(done.stdout.match(/✓ fetch: changed/g)).toHaveLength(1)
    expect(sentence(done.stdout)).toContain('1 of 1 server changed.')
    expect(done.stderr.match(/✓ fetch/g)).toHaveLength(1)
    const [run] = documentOf<Document>(await trial.call(['history', '--json'])).runs
    expect(run?.summary).toMatchObject({ applied: 1, notApplied: 0 })
    expect((await trial.call(['history'])).stdout).toContain('1 of 1 changed')
    const [id = ''] = (await trial.journalFiles()).map((name) => name.replace('.jsonl', ''))
    expect((await trial.call(['history', id])).stdout.match(/fetch: changed/g)).toHaveLength(1)
    expect(sentence((await trial.call(['status'])).stdout)).toContain('1 of 1 changed')
    const back = documentOf<Document>(
      await trial.call(await vouching(trial, ['--revert', '--yes', '--json'])),
    )
    expect(back.summary).toMatchObject({ applied: 1, notApplied: 0 })
  })

  test('and servers that share a variable are as many as they are, with their names', async ({ open }) => {
    const names = ['fetch', 'again', 'third']
    const trial = await open({ servers: [guideServer('n8n')], configServers: names.map(sharing) })
    const { args, env } = await filesOf(trial, names)
    const plan = documentOf<Document>(await trial.call(['--dry-run', '--json', ...args]))
    expect(plan.summary).toMatchObject({ servers: 4, changes: 4, unchanged: 0 })
    expect(plan.changes.flatMap(({ effects }) => effects)).toContainEqual({
      code: 'shared-variable',
      message: 'again, third have their URL from this variable, too',
      reversible: true,
    })
    const finished = await trial.call(['--yes', '--json', '--no-wait', ...args])
    expect([finished.code, documentOf<Document>(finished).summary['applied']]).toEqual([0, 4])
    expect(await readFile(env, 'utf8')).toBe(`FETCH_URL=${NEW}\n`)
    expect((await trial.call(await vouching(trial, ['--revert', '--yes']))).code).toBe(0)
    expect(await readFile(env, 'utf8')).toBe(`FETCH_URL=${OLD}\n`)
  })

  sitting('and a choice among others offers it once, all of it', async ({ sit }) => {
    const trial = await sit({
      servers: [guideServer('n8n')],
      configServers: ['fetch', 'again'].map(sharing),
    })
    const { args, env, config } = await filesOf(trial, ['fetch', 'again'])
    const before = await readFile(config, 'utf8')
    const session = trial.start({ args })
    await session.waitFor('Change 3 servers')
    session.answer('s')
    await session.waitFor('Which servers?')
    await session.waitFor('0 of 2 marked')
    const question = session.text.slice(session.text.lastIndexOf('Which servers?'))
    expect(question).toContain('fetch')
    session.press(KEY.space, KEY.enter)
    await session.waitFor('1 of 2: ')
    await session.waitFor('? [n]')
    session.answer('y')
    await session.waitFor('servers changed')
    await session.waitFor('left as you chose:')
    expect(await session.exit()).toBe(0)
    const moved = (await readFile(env, 'utf8')).includes(NEW)
    // The pins go with the variable, or stay away with it.
    expect((await readFile(config, 'utf8')) !== before).toBe(moved)
    expect(session.text).toMatch(moved ? /2 of 3 servers changed/ : /1 of 3 servers changed/)
  })
})

describe.concurrent('what stands in two files is not moved by halves', () => {
  sitting(
    'a variable stays where the entry that would be pinned was edited meanwhile: exit 1',
    async ({ sit }) => {
      const trial = await sit({ servers: [], configServers: ['fetch', 'again'].map(sharing) })
      const { args, config, env } = await filesOf(trial, ['fetch', 'again'])
      const session = trial.start({ args })
      await session.waitFor('Change 2 servers')
      const edited = (await readFile(config, 'utf8')).replace('  again:\n', '  again:\n    timeout: 5\n')
      await writeFile(config, edited)
      session.answer('y')
      await session.waitFor('goes only together with what stands in')
      expect(await session.exit()).toBe(1)
      expect([await readFile(config, 'utf8'), await readFile(env, 'utf8')]).toEqual([
        edited,
        `FETCH_URL=${OLD}\n`,
      ])
    },
  )
})

describe.concurrent('a variable stays as it is', () => {
  for (const [what, more, env, said] of [
    [
      'that is the value of another setting',
      'litellm_settings:\n  hook: os.environ/FETCH_URL\n',
      '',
      'other settings in',
    ],
    [
      'that another variable is made of',
      '',
      'MORE=${FETCH_URL}/more\n',
      'MORE is made of it, too, and is the URL of no server',
    ],
  ] as const)
    test(what, async ({ open }) => {
      const trial = await open({ servers: [], configServers: [sharing('fetch')] })
      const { args, config, env: path } = await filesOf(trial, ['fetch'])
      await writeFile(config, `${await readFile(config, 'utf8')}${more}`)
      await writeFile(path, `${await readFile(path, 'utf8')}${env}`)
      const before = [await readFile(config, 'utf8'), await readFile(path, 'utf8')]
      const { code, stdout } = await trial.call(['--yes', ...args])
      expect([code, await readFile(config, 'utf8'), await readFile(path, 'utf8')]).toEqual([1, ...before])
      expect(sentence(stdout)).toContain(said)
    })

  for (const names of [['fetch'], ['fetch', 'again']])
    test(`when a server came to it since: ${names.join(', ')}`, async ({ open }) => {
      const trial = await open({ servers: [], configServers: names.map(sharing) })
      const { args, config, env } = await filesOf(trial, names)
      await trial.setUp(['--yes', ...args])
      await writeFile(config, `${await readFile(config, 'utf8')}${entry('third')}`)
      const later = await readFile(config, 'utf8')
      const { code, stdout } = await trial.call(await vouching(trial, ['--revert', '--yes']))
      expect([code, await readFile(config, 'utf8'), await readFile(env, 'utf8')]).toEqual([
        1,
        later,
        `FETCH_URL=${NEW}\n`,
      ])
      expect(sentence(stdout)).toContain('its URL is by now that of third, too')
    })
})

describe.concurrent('taking back what stands in two files', () => {
  test('goes where one entry merges the other, too', async ({ open }) => {
    const trial = await open({ servers: [], configServers: ['fetch', 'again'].map(sharing) })
    const { args, config, env } = await filesOf(trial, ['fetch'])
    const text = `mcp_servers:\n${entry('fetch').replace('fetch:', 'fetch: &b')}  again:\n    <<: *b\n    description: x\n`
    await writeFile(config, text)
    await trial.setUp(['--yes', ...args])
    expect(await readFile(env, 'utf8')).toBe(`FETCH_URL=${NEW}\n`)
    const back = await trial.call(await vouching(trial, ['--revert', '--yes']))
    expect([back.code, await readFile(config, 'utf8'), await readFile(env, 'utf8')]).toEqual([
      0,
      text,
      `FETCH_URL=${OLD}\n`,
    ])
  })

  test('a pin stays where somebody changed the URL of its variable since: exit 3', async ({ open }) => {
    const trial = await open({ servers: [], configServers: ['fetch', 'again'].map(sharing) })
    const { args, config, env } = await filesOf(trial, ['fetch', 'again'])
    await trial.setUp(['--yes', ...args])
    const pinned = await readFile(config, 'utf8')
    await writeFile(env, 'FETCH_URL=http://elsewhere:9/sse\n')
    const { code, stdout } = await trial.call(await vouching(trial, ['--revert', '--yes']))
    expect([code, await readFile(config, 'utf8')]).toEqual([3, pinned])
    expect(await readFile(env, 'utf8')).toBe('FETCH_URL=http://elsewhere:9/sse\n')
    expect(sentence(stdout)).toContain(
      `again [drifted]: its id stays pinned, as its URL in ${env} is left as it is`,
    )
  })

  test('servers that share a variable go back together, or not at all', async ({ open }) => {
    const trial = await open({ servers: [], configServers: ['fetch', 'again'].map(sharing) })
    const { args, config, env } = await filesOf(trial, ['fetch', 'again'])
    const before = await readFile(config, 'utf8')
    await trial.setUp(['--yes', ...args])
    const pinned = await readFile(config, 'utf8')
    for (const [name, other] of [
      ['again', 'fetch'],
      ['fetch', 'again'],
    ] as const) {
      const { code, stdout } = await trial.call(await vouching(trial, ['--revert', '--yes', '--only', name]))
      expect([code, sentence(stdout)]).toEqual([
        1,
        expect.stringContaining(`goes back only together with ${other}`),
      ])
      expect([await readFile(config, 'utf8'), await readFile(env, 'utf8')]).toEqual([
        pinned,
        `FETCH_URL=${NEW}\n`,
      ])
    }
    await trial.setUp(await vouching(trial, ['--revert', '--yes', '--only', 'fetch', '--only', 'again']))
    expect([await readFile(config, 'utf8'), await readFile(env, 'utf8')]).toEqual([
      before,
      `FETCH_URL=${OLD}\n`,
    ])
  })

  test('one whose variable is its own goes back alone', async ({ open }) => {
    const trial = await open({ servers: [], configServers: [sharing('fetch'), sharing('mail')] })
    const [config, env] = [join(trial.folder, 'config.yaml'), join(trial.folder, 'litellm.env')]
    await writeFile(config, `mcp_servers:\n${entry('fetch')}${entry('mail').replace('FETCH', 'MAIL')}`)
    await writeFile(env, `FETCH_URL=${OLD}\nMAIL_URL=${OLD}\n`)
    await trial.setUp(['--yes', '--litellm-config', config, '--litellm-env', env])
    await trial.setUp(await vouching(trial, ['--revert', '--yes', '--only', 'mail']))
    expect(await readFile(env, 'utf8')).toBe(`FETCH_URL=${NEW}\nMAIL_URL=${OLD}\n`)
    expect((await readFile(config, 'utf8')).match(/server_id/g)).toHaveLength(1)
  })
})

/** Two config files of one gateway whose servers have their URL from one variable. */
async function twoFiles(trial: Trial) {
  const [first, second, env] = ['a.yaml', 'b.yaml', 'litellm.env'].map((name) =>
    join(trial.folder, name),
  ) as [string, string, string]
  await writeFile(first, `mcp_servers:\n${entry('fetch')}`)
  await writeFile(second, `mcp_servers:\n${entry('again')}`)
  await writeFile(env, `FETCH_URL=${OLD}\n`)
  const args = ['--litellm-config', first, '--litellm-config', second, '--litellm-env', env]
  const texts = () => Promise.all([first, second, env].map((path) => readFile(path, 'utf8')))
  return { args, texts }
}

describe.concurrent('servers that share a variable move together or not at all', () => {
  for (const [what, own] of [
    ['holds an empty server_id', '    server_id:\n'],
    ['is not the one that LiteLLM lists', '    auth_type: bearer_token\n'],
  ] as const)
    test(`where the entry of one ${what}, none does: exit 1`, async ({ open }) => {
      const trial = await open({ servers: [], configServers: ['fetch', 'again'].map(sharing) })
      const { args, config, env } = await filesOf(trial, ['fetch', 'again'])
      const text = (await readFile(config, 'utf8')).replace('  again:\n', `  again:\n${own}`)
      await writeFile(config, text)
      const { code, stdout } = await trial.call(['--yes', ...args])
      expect([code, await readFile(config, 'utf8'), await readFile(env, 'utf8')]).toEqual([
        1,
        text,
        `FETCH_URL=${OLD}\n`,
      ])
      expect(sentence(stdout)).toContain('FETCH_URL is the URL of again, too, which cannot be moved: ')
    })

  test('where LiteLLM does not list one, none does, and that is said: exit 1', async ({ open }) => {
    const trial = await open({ servers: [guideServer('again')], configServers: [sharing('fetch')] })
    const { args, env } = await filesOf(trial, ['fetch', 'again'])
    const { code, stdout } = await trial.call(['--yes', '--no-wait', '--only', 'fetch', ...args])
    expect([code, await readFile(env, 'utf8')]).toEqual([1, `FETCH_URL=${OLD}\n`])
    expect(sentence(stdout)).toContain('FETCH_URL is the URL of again, too, which LiteLLM does not list')
  })

  test('from two config files, too, forth and back; none goes back alone', async ({ open }) => {
    const trial = await open({ servers: [], configServers: ['fetch', 'again'].map(sharing) })
    const { args, texts } = await twoFiles(trial)
    const before = await texts()
    const run = documentOf<Document>(await trial.call(['--yes', '--json', ...args]))
    expect(run.summary).toMatchObject({ applied: 2, drifted: 0 })
    const moved = await texts()
    expect(moved[2]).toBe(`FETCH_URL=${NEW}\n`)
    const alone = await trial.call(await vouching(trial, ['--revert', '--yes', '--only', 'fetch']))
    expect([alone.code, await texts()]).toEqual([1, moved])
    expect(sentence(alone.stdout)).toContain('fetch [config-defined]')
    await trial.setUp(await vouching(trial, ['--revert', '--yes']))
    expect(await texts()).toEqual(before)
  })

  test('another variable of the same file is a choice of its own', async ({ open }) => {
    const trial = await open({ servers: [], configServers: ['fetch', 'again', 'mail'].map(sharing) })
    const { args, config, env } = await filesOf(trial, ['fetch', 'again'])
    const text = `${await readFile(config, 'utf8')}${entry('mail').replace('FETCH', 'MAIL')}`
    await writeFile(config, text)
    await writeFile(env, `FETCH_URL=${OLD}\nMAIL_URL=${OLD}\n`)
    await trial.setUp(['--yes', ...args])
    await trial.setUp(await vouching(trial, ['--revert', '--yes', '--only', 'mail']))
    expect(await readFile(env, 'utf8')).toBe(`FETCH_URL=${NEW}\nMAIL_URL=${OLD}\n`)
    expect((await readFile(config, 'utf8')).match(/server_id/g)).toHaveLength(2)
  })
})

describe.concurrent('moving again what was taken back', () => {
  test('pins the ids before the variable moves', async ({ open }) => {
    const trial = await open({ servers: [], configServers: ['fetch', 'again'].map(sharing) })
    const { args } = await filesOf(trial, ['fetch', 'again'])
    await trial.setUp(['--yes', ...args])
    await trial.setUp(await vouching(trial, ['--revert', '--yes']))
    const again = documentOf<{ changes: { file: { variable: string | null } }[] }>(
      await trial.call(await vouching(trial, ['--revert', '--yes', '--json'])),
    )
    expect(again.changes.map(({ file }) => file.variable)).toEqual([null, null, 'FETCH_URL'])
  })

  test('leaves the variable where an id can not be pinned again', async ({ open }) => {
    const trial = await open({ servers: [], configServers: ['fetch', 'again'].map(sharing) })
    const { args, config, env } = await filesOf(trial, ['fetch', 'again'])
    await trial.setUp(['--yes', ...args])
    await trial.setUp(await vouching(trial, ['--revert', '--yes']))
    await writeFile(config, `mcp_servers:\n${entry('fetch')}`)
    const { code, stdout } = await trial.call(await vouching(trial, ['--revert', '--yes']))
    expect([code, await readFile(config, 'utf8'), await readFile(env, 'utf8')]).toEqual([
      1,
      `mcp_servers:\n${entry('fetch')}`,
      `FETCH_URL=${OLD}\n`,
    ])
    expect(sentence(stdout)).toContain('goes only together with the id of again, which cannot be pinned')
  })
})

describe.concurrent('taking back that was cut short', () => {
  test('leaves the pins where nobody can tell whether the variable went back', async ({ open }) => {
    const trial = await open({ servers: [], configServers: ['fetch', 'again'].map(sharing) })
    const { args, config, env } = await filesOf(trial, ['fetch', 'again'])
    await trial.setUp(['--yes', ...args])
    const pinned = await readFile(config, 'utf8')
    await trial.setUp(await vouching(trial, ['--revert', '--yes']))
    // As its process died right after the first intent.
    const file = await newestFile(trial)
    const lines = (await readFile(file, 'utf8')).split('\n').slice(0, 2)
    await writeFile(file, `${lines.join('\n')}\n`)
    await writeFile(config, pinned)
    await rm(env)
    await mkdir(env)
    const { code } = await trial.call(
      await vouching(trial, ['--unfinished', 'finish', '--yes', '--patience', '1']),
    )
    expect([code, await readFile(config, 'utf8')]).toEqual([4, pinned])
  })
})

describe.concurrent('a server whose URL stands in a .env file, and whose new URL does not work', () => {
  sitting('is asked about for that alone', async ({ sit }) => {
    const trial = await sit({
      servers: [],
      configServers: [sharing('fetch')],
      faults: { [NEW]: 'refused' },
    })
    const { args } = await filesOf(trial, ['fetch'])
    const session = trial.start({ args, preflight: true })
    await session.waitFor('(1 waits; c agrees)? [n]')
    session.answer('?')
    await session.waitFor('1 server does not work at the new URL, see above; then this question again')
    await session.waitFor('(1 waits; c agrees)? [n]')
    session.press(KEY.enter)
    await session.waitFor('Nothing was written: that is what you chose.')
    expect(await session.exit()).toBe(0)
  })
})
