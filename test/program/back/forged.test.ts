import { readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, vi } from 'vitest'
import type { SandboxOptions } from '../../../src/sandbox/index.ts'
import { rechained } from '../../support/old-journals.ts'
import { watchForLeaks } from '../../support/secrets.ts'
import {
  documentOf,
  guideServer,
  newestFile,
  sentence,
  test,
  type Trial,
  urls,
  writes,
} from '../../support/trial.ts'

watchForLeaks()
vi.setConfig({ maxConcurrency: 4, testTimeout: 60_000 })

const OLD = 'http://localhost:8585/servers/fetch/sse'
const NEW = 'http://mcp-proxy-sse:8080/servers/fetch/sse'
const NOW = ['--no-preflight', '--no-wait']

interface Line {
  type: string
  reverts?: string | null
  gateway?: { url: string; version: string }
  migrations?: { id: string; sha256: string }[]
  changes?: Forgeable[]
  outcome?: string
  halted?: string | null
  settings?: Record<string, unknown>
}
interface Forgeable {
  server: { id: string; name: string; source?: string }
  file: object | null
  migration: string
  edits: { field: string; before: unknown; after: unknown }[]
  settings: Record<string, unknown>
  onlySettings: boolean
}
type Forgery = (change: Forgeable, line: Line) => void

/** Changes each line of a journal as somebody would who can write it, with all its hashes made anew. */
async function forge(
  trial: Trial,
  change: (line: Line) => void,
  kept = Number.POSITIVE_INFINITY,
): Promise<void> {
  const file = await newestFile(trial)
  const text = rechained(await readFile(file, 'utf8'), (line) => {
    const read = JSON.parse(line) as Line
    change(read)
    return JSON.stringify(read)
  })
  await writeFile(file, `${text.split('\n').slice(0, kept).join('\n').trimEnd()}\n`)
}

const begun =
  (forgery: Forgery) =>
  (line: Line): void => {
    for (const change of line.changes ?? []) forgery(change, line)
  }

const SERVERS: SandboxOptions = {
  servers: [
    guideServer('fetch'),
    guideServer('stdio', { transport: 'stdio', url: null, command: 'npx', args: ['-y', 'some-server'] }),
  ],
}

/** A gateway on which a run has moved one server, by one write. */
async function moved(open: (options: SandboxOptions) => Promise<Trial>, options = SERVERS): Promise<Trial> {
  const trial = await open(options)
  await trial.setUp(['--yes', ...NOW])
  return trial
}

interface Run {
  id: string
  head: string
}
const newestRun = async ({ call }: Trial): Promise<Run> => {
  const { runs } = documentOf<{ runs: Run[] }>(await call(['history', '--json']))
  return runs.at(-1) ?? { id: '', head: '' }
}

const FORGED: Record<string, Forgery> = {
  'the command of another server': (change) => {
    change.server = { ...change.server, id: 'id-stdio', name: 'stdio' }
    change.edits = [
      { field: 'args[1]', before: 'evil-package', after: 'some-server' },
      { field: 'command', before: '/bin/sh', after: 'npx' },
    ]
  },
  'an argument alone': (change) => {
    change.server = { ...change.server, id: 'id-stdio', name: 'stdio' }
    change.edits = [{ field: 'args[1]', before: 'evil-package', after: 'some-server' }]
  },
  'a field beside the URL': ({ edits }) => {
    edits.push({ field: 'allow_all_keys', before: 'true', after: 'false' })
  },
  'a field of no rule': ({ edits }) => {
    edits.push({ field: 'credentials.auth_value', before: OLD, after: NEW })
  },
  'who may see it': ({ edits }) => {
    edits.push({ field: 'mcp_info.is_public', before: OLD, after: NEW })
  },
  'a field under another spelling': (change) => {
    change.edits = [{ field: '["url"]', before: 'http://evil.example/x', after: NEW }]
  },
  'a prototype': ({ edits }) => {
    edits.push({ field: '__proto__.url', before: OLD, after: NEW })
  },
  'no text': ({ edits }) => {
    edits[0] = { field: 'url', before: null, after: NEW }
  },
  'the URL twice': ({ edits }) => {
    edits.push({ field: 'url', before: 'http://evil.example/x', after: NEW })
  },
  'a server that is a step up': (change) => {
    change.server = { ...change.server, id: '..' }
  },
  'settings that are none': (change) => {
    change.settings = { allow_all_keys: true, static_headers: { 'x-evil': '1' } }
  },
  'settings of another type': (change) => {
    change.settings = { token_url: { url: 'http://evil.example' } }
  },
  'edits that are said to have landed': (change) => {
    change.edits = [{ field: 'command', before: 'sh', after: 'npx' }]
    change.onlySettings = true
  },
  'a rule that does not name the field': (change, line) => {
    line.migrations = [{ id: 'from-to', sha256: 'a'.repeat(64) }]
    change.migration = 'from-to'
    change.edits = [{ field: 'allowed_tools[0]', before: OLD, after: NEW }]
  },
}

describe.concurrent('a journal that was changed, with hashes to match, is refused as a whole:', () => {
  for (const [what, forgery] of Object.entries(FORGED)) {
    test(`${what}, on a revert`, async ({ open }) => {
      const trial = await moved(open)
      await forge(trial, begun(forgery))
      expect((await trial.call(['history', '--check'])).code).toBe(0)
      const { id, head } = await newestRun(trial)
      for (const more of [['--yes'], [id, '--yes'], ['--yes', '--expect-head', head], ['--dry-run']]) {
        const { code, stderr } = await trial.call(['--revert', ...more, ...NOW])
        expect([code, sentence(stderr)]).toEqual([
          1,
          expect.stringContaining(
            `The journal of run ${id} tells of something that no run of this program writes`,
          ),
        ])
      }
      expect([writes(trial.sandbox), urls(trial.sandbox.rows())['id-fetch']]).toEqual([1, NEW])
    })

    test(`${what}, on finishing a run`, async ({ open }) => {
      const trial = await moved(open)
      await forge(trial, begun(forgery), 1)
      for (const way of ['finish', 'revert']) {
        const { code, stderr } = await trial.call(['--unfinished', way, '--yes', ...NOW])
        expect([code, sentence(stderr)]).toEqual([
          1,
          expect.stringContaining('no run of this program writes'),
        ])
      }
      expect(writes(trial.sandbox)).toBe(1)
    })
  }

  test('settings of an intent', async ({ open }) => {
    const trial = await moved(open)
    await forge(trial, (line) => {
      if (line.type === 'intent')
        line.settings = { token_url: 'http://evil.example', extra_headers: ['authorization'] }
      if (line.type === 'outcome') line.outcome = 'unknown'
    })
    expect((await trial.call(['--revert', '--yes', ...NOW])).code).toBe(1)
    expect(writes(trial.sandbox)).toBe(1)
  })
})

describe.concurrent('words of a journal that would be shown', () => {
  const ESCAPE = '\u001b[31m'
  const POISON: Record<string, (line: Line) => void> = {
    'the run that it takes back': (line) => {
      if (line.type === 'run-started') line.reverts = `a${ESCAPE}`
    },
    'why it was stopped': (line) => {
      if (line.type === 'run-finished') line.halted = `SIGINT${ESCAPE}`
    },
    'its gateway': (line) => {
      if (line.gateway) line.gateway.url += `/${ESCAPE}`
    },
  }
  for (const [what, poison] of Object.entries(POISON))
    test(`hold nothing for the terminal: ${what}`, async ({ open }) => {
      const trial = await moved(open)
      const { id } = await newestRun(trial)
      await forge(trial, poison)
      for (const args of [['history'], ['history', '--check'], ['--revert', id, '--dry-run', ...NOW]]) {
        const { code, stdout, stderr } = await trial.call(args)
        expect([args, code, (stdout + stderr).includes(ESCAPE)]).toEqual([
          args,
          args.length === 1 ? 0 : 1,
          false,
        ])
      }
    })
})

describe.concurrent('a URL that no migration makes', () => {
  const evil = begun(({ edits }) => {
    edits[0] = { field: 'url', before: 'http://evil.example/x?key=geheim', after: NEW }
  })

  test('goes back only on the word of somebody who kept the head', async ({ open }) => {
    const trial = await moved(open)
    const before = await newestRun(trial)
    await forge(trial, evil)
    const blind = await trial.call(['--revert', '--yes', '--json', ...NOW])
    expect([blind.code, documentOf(blind)]).toMatchObject([1, { code: 'journal-damaged' }])
    const named = await trial.call(['--revert', '--yes', '--json', '--expect-head', before.head])
    expect([named.code, documentOf(named)]).toMatchObject([3, { code: 'head-differs' }])
    expect([writes(trial.sandbox), urls(trial.sandbox.rows())['id-fetch']]).toEqual([1, NEW])
  })

  test('is shown by a dry run, masked, with what is known of it', async ({ open }) => {
    const trial = await moved(open)
    await forge(trial, evil)
    const { code, stdout } = await trial.call(['--revert', '--dry-run', ...NOW])
    expect(code).toBe(0)
    expect(stdout).toContain('http://evil.example/x?key=***')
    expect(sentence(stdout)).toContain('no migration makes this')
  })

  test('is none of an unfinished run, either', async ({ open }) => {
    const trial = await moved(open)
    trial.sandbox.edit('id-fetch', { url: OLD })
    await forge(
      trial,
      begun(({ edits }) => (edits[0] = { field: 'url', before: OLD, after: 'http://evil.example/' })),
      1,
    )
    expect((await trial.call(['--unfinished', 'finish', '--yes', ...NOW])).code).toBe(1)
    expect(writes(trial.sandbox)).toBe(1)
  })

  test('and a migration that is not at hand are told of', async ({ open }) => {
    const trial = await moved(open)
    await forge(trial, (line) => {
      if (line.migrations)
        line.migrations = [{ id: 'localhost-8585-to-mcp-proxy-sse', sha256: 'b'.repeat(64) }]
    })
    const { code, stdout } = await trial.call(['--revert', '--yes', ...NOW])
    expect([code, sentence(stdout)]).toEqual([0, expect.stringContaining('by their form only')])
  })
})

describe.concurrent('the head of a run', () => {
  test('vouches for any revert, whole or by how it begins', async ({ open }) => {
    const trial = await moved(open)
    const { id, head } = await newestRun(trial)
    for (const wrong of ['0'.repeat(64), head.slice(1)]) {
      const { code, stderr } = await trial.call(['--revert', '--yes', ...NOW, '--expect-head', wrong])
      expect([code, sentence(stderr)]).toEqual([3, expect.stringContaining(`run ${id} has the head ${head}`)])
    }
    expect(writes(trial.sandbox)).toBe(1)
    await trial.setUp(['--revert', '--yes', ...NOW, '--expect-head', head.slice(0, 16).toUpperCase()])
    expect(urls(trial.sandbox.rows())['id-fetch']).toBe(OLD)
  })

  test('goes with --revert or --unfinished, and is 16 digits or more', async ({ open }) => {
    const trial = await open(SERVERS)
    for (const args of [
      ['--yes', '--expect-head', 'a'.repeat(64)],
      ['--revert', '--expect-head', 'abc'],
      ['--revert', '--expect-head', 'x'.repeat(64)],
    ])
      expect((await trial.call(args)).code).toBe(64)
  })

  test('is needed where nobody is asked, for more than URLs, and stands in the printed command', async ({
    open,
  }) => {
    const servers = [
      guideServer('bridge', { url: null, transport: 'stdio', command: 'npx', args: ['-y', `--url=${OLD}`] }),
    ]
    const trial = await open({ servers })
    const everywhere = ['--migration', 'localhost-8585-to-mcp-proxy-sse-everywhere']
    const { undo } = documentOf<{ undo: string }>(
      await trial.call(['--yes', '--json', ...everywhere, ...NOW]),
    )
    const { id, head } = await newestRun(trial)
    expect(undo).toContain(`--revert ${id} --expect-head ${head}`)
    const blind = await trial.call(['--revert', '--yes', '--json', ...NOW])
    expect([blind.code, documentOf(blind)]).toMatchObject([64, { code: 'consent-missing' }])
    expect((await trial.call(['--revert', '--dry-run', ...NOW])).code).toBe(0)
    await trial.setUp(['--revert', '--yes', ...NOW, '--expect-head', head])
    expect(trial.sandbox.rows()[0]).toMatchObject({ args: ['-y', `--url=${OLD}`] })
  })
})

describe.concurrent('OAuth settings of a journal', () => {
  const ODD: SandboxOptions = { servers: [guideServer('fetch')] }
  const settings = { token_url: 'http://evil.example/token?key=geheim', dcr_bridge: true }
  const forgery = begun((change) => {
    change.settings = settings
  })
  const lost = (line: Line): void => {
    forgery(line)
    if (line.type === 'outcome') line.outcome = 'unknown'
  }

  test('are shown with their values before anybody agrees, URLs masked', async ({ open }) => {
    const trial = await moved(open, ODD)
    await forge(trial, lost)
    const { stdout } = await trial.call(['--revert', '--dry-run', ...NOW])
    expect(stdout).toContain('token_url: http://evil.example/token?key=***')
    expect(stdout).toContain('dcr_bridge: true')
    const { changes } = documentOf<{ changes: { settings: unknown }[] }>(
      await trial.call(['--revert', '--dry-run', '--json', ...NOW]),
    )
    expect(changes[0]?.settings).toEqual([
      { field: 'token_url', value: 'http://evil.example/token?key=***', masked: true },
      { field: 'dcr_bridge', value: true, masked: false },
    ])
  })

  test('are shown of a run that is finished, too', async ({ open }) => {
    const trial = await moved(open, ODD)
    trial.sandbox.edit('id-fetch', { url: OLD })
    await forge(trial, forgery, 1)
    const { stdout } = await trial.call(['--unfinished', 'finish', '--dry-run', ...NOW])
    expect(stdout).toContain('token_url: http://evil.example/token?key=***')
  })

  test('are not written to a release that clears none', async ({ open }) => {
    const trial = await moved(open, { ...ODD, version: '1.92.2' })
    await forge(trial, (line) => {
      lost(line)
      if (line.gateway) line.gateway.version = '1.106.2'
    })
    await trial.setUp(['--revert', '--yes', ...NOW])
    expect(trial.sandbox.rows()[0]).toMatchObject({ url: OLD, token_url: null })
  })
})

describe.concurrent('a file that a journal names', () => {
  const CONFIG = 'mcp_servers:\n  fetch:\n    url: os.environ/FETCH_URL\n    transport: sse\n'
  const configured = { server_name: 'fetch', url: OLD, transport: 'sse', auth_type: null, alias: null }

  async function movedFile(open: (options: SandboxOptions) => Promise<Trial>) {
    const trial = await open({ servers: [], configServers: [configured] })
    const [config, env] = [join(trial.folder, 'config.yaml'), join(trial.folder, 'litellm.env')]
    await writeFile(config, CONFIG)
    await writeFile(env, `FETCH_URL=${OLD}\n`)
    const args = ['--litellm-config', config, '--litellm-env', env]
    const { undo } = documentOf<{ undo: string }>(await trial.call(['--yes', '--json', ...args, ...NOW]))
    const texts = () => Promise.all([config, env].map((path) => readFile(path, 'utf8')))
    return { trial, config, env, args, undo, texts }
  }

  test('is written only when it is named again, by whatever path', async ({ open }) => {
    const { trial, config, env, texts, undo } = await movedFile(open)
    const { head } = await newestRun(trial)
    const after = await texts()
    const vouched = ['--revert', '--yes', '--expect-head', head, ...NOW]
    for (const some of [
      [],
      ['--litellm-config', config],
      ['--litellm-config', env, '--litellm-env', config],
    ]) {
      const left = await trial.call([...vouched, ...some])
      expect([left.code, sentence(left.stdout)]).toEqual([
        1,
        expect.stringMatching(/file is written only when it is named again: add .*--litellm-env/),
      ])
      expect(await texts()).toEqual(after)
    }
    expect(undo).toContain(`--litellm-config ${config} --litellm-env ${env} --expect-head ${head}`)
    const link = join(trial.folder, 'link.env')
    await symlink(env, link)
    await trial.setUp([...vouched, '--litellm-config', config, '--litellm-env', link])
    expect(await texts()).toEqual([CONFIG, `FETCH_URL=${OLD}\n`])
  })

  test('is shown by a dry run as left alone, with the options', async ({ open }) => {
    const { trial, config, env } = await movedFile(open)
    const dry = await trial.call(['--revert', '--dry-run', '--json', ...NOW])
    expect([dry.code, documentOf(dry)]).toMatchObject([
      1,
      {
        skipped: [
          {
            code: 'file-not-named',
            message: expect.stringContaining(`--litellm-config ${config} --litellm-env ${env}`),
          },
        ],
      },
    ])
  })

  test('of somebody’s choice stays as it is, and is not even read', async ({ open }) => {
    const { trial, args, config } = await movedFile(open)
    const victim = join(trial.folder, 'victim.env')
    const other = join(trial.folder, 'other.yaml')
    await writeFile(victim, `FETCH_URL=${NEW}\n`)
    await writeFile(other, CONFIG)
    await forge(
      trial,
      begun((change) => {
        if (change.file) change.file = { path: victim, config: other, server: 'fetch', variable: 'FETCH_URL' }
        change.edits = [{ field: 'url', before: OLD, after: NEW }]
      }),
    )
    const { head } = await newestRun(trial)
    const { code } = await trial.call(['--revert', '--yes', '--expect-head', head, ...args, ...NOW])
    expect([code, await readFile(victim, 'utf8')]).toEqual([1, `FETCH_URL=${NEW}\n`])
    await rm(config)
    await forge(
      trial,
      begun((change) => {
        change.edits = [{ field: 'url', before: 'curl-evil', after: NEW }]
      }),
    )
    expect((await trial.call(['--revert', '--yes', ...NOW])).code).toBe(1)
  })

  for (const way of ['finish', 'revert'])
    test(`is named again where a run that was cut short is to ${way}`, async ({ open }) => {
      const { trial, args, texts } = await movedFile(open)
      await forge(trial, () => {}, 4)
      const after = await texts()
      const { head } = await newestRun(trial)
      const words = ['--unfinished', way, '--yes', '--expect-head', head, ...NOW]
      const { code, stderr } = await trial.call(words)
      expect([code, sentence(stderr)]).toEqual([3, expect.stringContaining(`Add ${args.join(' ')}`)])
      expect(await texts()).toEqual(after)
      const blind = await trial.call(['--unfinished', way, '--yes', ...args, ...NOW])
      expect([blind.code, sentence(blind.stderr)]).toEqual([
        64,
        expect.stringMatching(/--expect-head HASH .*did not finish has printed no head/),
      ])
      const refused = await trial.call(['--yes', ...NOW])
      expect(sentence(refused.stderr)).toContain(`${args.join(' ')} --expect-head ${head}`)
      await trial.setUp([...words, ...args])
    })
})
