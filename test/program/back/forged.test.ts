import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, vi } from 'vitest'
import type { SandboxOptions } from '../../../src/sandbox/index.ts'
import { watchForLeaks } from '../../support/secrets.ts'
import { documentOf, guideServer, newestFile, sentence, test, urls, writes } from '../../support/trial.ts'
import { begun, forge, type Forgery, type Line, moved, NEW, newestRun, NOW, OLD } from './forging.ts'

watchForLeaks()
vi.setConfig({ maxConcurrency: 4, testTimeout: 60_000 })

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
    const { code, stderr } = await trial.call(['--revert', '--yes', ...NOW])
    expect([code, sentence(stderr)]).toEqual([1, expect.stringContaining('no run of this program writes')])
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
    'a password for its gateway': (line) => {
      if (line.gateway) line.gateway.url = 'http://admin:geheim@gateway:4000'
    },
    'a secret after its gateway': (line) => {
      if (line.gateway) line.gateway.url += '?geheim'
    },
  }
  for (const [what, poison] of Object.entries(POISON))
    test(`hold no secret, and nothing for the terminal: ${what}`, async ({ open }) => {
      const trial = await moved(open)
      const { id } = await newestRun(trial)
      await forge(trial, poison)
      for (const args of [['history'], ['history', '--check'], ['--revert', id, '--dry-run', ...NOW]]) {
        const { code, stdout, stderr } = await trial.call(args)
        expect([args, code]).toEqual([args, args.length === 1 ? 0 : 1])
        for (const bad of [ESCAPE, 'geheim']) expect(stdout + stderr).not.toContain(bad)
      }
    })
})

test('a run by the name of an option is none: nobody is to paste it into a command', async ({ open }) => {
  const trial = await moved(open)
  const file = await newestFile(trial)
  await forge(trial, (line) => {
    if (line.type === 'run-started') line.run = '--yes'
  })
  await rename(file, join(trial.journal, '--yes.jsonl'))
  const { code, stdout } = await trial.call(['history', '--check'])
  expect([code, sentence(stdout)]).toEqual([1, expect.stringContaining('this record is incomplete')])
})

test('a gateway elsewhere that only the journal names is not sent the key', async ({ open }) => {
  const trial = await moved(open)
  const thief = 'http://thief.invalid:4000'
  await forge(trial, (line) => {
    if (line.gateway) line.gateway.url = thief
  })
  const { id } = await newestRun(trial)
  for (const more of ['--yes', '--dry-run']) {
    const { code, stderr } = await trial.call(['--revert', id, more, ...NOW], {
      env: { LITELLM_PROXY_URL: '' },
    })
    expect([code, sentence(stderr)]).toEqual([64, expect.stringContaining(`add --url ${thief}`)])
  }
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
