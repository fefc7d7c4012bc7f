import { execFile } from 'node:child_process'
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { link, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, vi } from 'vitest'
import type { SandboxServer } from '../../../src/sandbox/index.ts'
import { bareEnvironment, BIN, transcript } from '../../support/cli.ts'
import { watchForLeaks } from '../../support/secrets.ts'
import { makePipe } from '../../support/system.ts'
import { documentOf, guideServer, sentence, test, type Trial } from '../../support/trial.ts'

watchForLeaks()
vi.setConfig({ maxConcurrency: 6, testTimeout: 60_000 })

const execute = promisify(execFile)

const OLD = 'http://localhost:8585/servers'
const CONFIG = `mcp_servers:\n  inventory:\n    transport: sse\n    url: ${OLD}/inventory/sse\n`
const BY_NAME = CONFIG.replace(`${OLD}/inventory/sse`, 'os.environ/INVENTORY_URL')
const CONFIGURED: SandboxServer[] = [
  { server_name: 'inventory', url: `${OLD}/inventory/sse`, transport: 'sse', auth_type: null, alias: null },
]
const GATEWAY_READ = 'Every field that the API shows was compared'
const FILES_READ = 'Each file that was changed was read back, and holds exactly the new text.'

async function put(trial: Trial, name: string, text: string): Promise<string> {
  const path = join(trial.folder, name)
  await writeFile(path, text)
  return path
}

describe.concurrent('a file that cannot be replaced', () => {
  test('is told as the failure of the file, and the gateway is not blamed: exit 1', async ({ open }) => {
    const trial = await open({ servers: [], configServers: CONFIGURED })
    const path = await put(trial, 'config.yaml', CONFIG)
    await link(path, join(trial.folder, 'second'))
    const { code, stdout } = await trial.call(['--yes', '--litellm-config', path])
    const said = sentence(stdout)
    expect(code).toBe(1)
    expect(said).toContain(
      `✗ inventory: not written, its file could not be changed (${path} has another name (the hard link ${join(trial.folder, 'second')}), which would keep the old text)`,
    )
    expect(said).toContain('0 of 1 server changed, 1 failed. Nothing was written.')
    expect(said).not.toContain('refused')
    expect(await readFile(path, 'utf8')).toBe(CONFIG)
    expect((await trial.call(['history'])).stdout).toContain('0 of 1 changed, 1 failed')
  })

  test('is counted apart from what the gateway refused', async ({ open }) => {
    const trial = await open({
      servers: [guideServer('fetch')],
      configServers: CONFIGURED,
      quirks: [
        { on: { method: 'PUT', path: '/v1/mcp/server' }, do: { status: 422, body: { detail: 'no' } } },
      ],
    })
    const path = await put(trial, 'config.yaml', CONFIG)
    await link(path, join(trial.folder, 'second'))
    const finished = await trial.call(['--yes', '--on-failure', 'continue', '--litellm-config', path])
    expect(sentence(finished.stdout)).toContain('0 of 2 servers changed, 1 refused, 1 failed.')
    const again = ['--yes', '--json', '--on-failure', 'continue', '--litellm-config', path]
    const { changes } = documentOf<{ changes: { outcome: string }[] }>(await trial.call(again))
    expect(changes.map(({ outcome }) => outcome)).toEqual(['failed', 'failed'])
  })
})

describe.concurrent('what was read back is told as it is:', () => {
  for (const [what, servers, said, unsaid] of [
    ['of files alone', [], [FILES_READ], [GATEWAY_READ]],
    ['of the gateway alone', [guideServer('fetch')], [GATEWAY_READ], [FILES_READ]],
    ['of both', [guideServer('fetch')], [GATEWAY_READ, FILES_READ], []],
  ] as const)
    test(what, async ({ open }) => {
      const configServers = what === 'of the gateway alone' ? [] : CONFIGURED
      const trial = await open({ servers: [...servers], configServers })
      const path = await put(trial, 'config.yaml', CONFIG)
      const { code, stdout } = await trial.call(['--yes', '--litellm-config', path])
      expect(code).toBe(0)
      for (const each of said) expect(sentence(stdout)).toContain(each)
      for (const each of unsaid) expect(sentence(stdout)).not.toContain(each)
    })
})

describe.concurrent('a file that is named and cannot be read: 64, with its path and the reason', () => {
  /** What stands in the place of the file, and what is said of it. */
  const KINDS: [make: (path: string) => void, why: string][] = [
    [() => {}, 'there is no such file'],
    [(path) => makePipe(path), 'it is not a regular file'],
    [(path) => mkdirSync(path), 'it is a folder'],
    [(path) => symlinkSync('/dev/zero', path), 'it is not a regular file'],
    [(path) => symlinkSync(path, path), 'its symbolic links lead in a circle'],
    [
      (path) => {
        writeFileSync(path, '')
        truncateSync(path, 17 * 1024 * 1024)
      },
      'it is larger than',
    ],
  ]
  const PLACES: Record<string, (file: string, trial: Trial) => Promise<string[]>> = {
    'config.yaml': (file) => Promise.resolve(['--dry-run', '--litellm-config', file]),
    '.env': async (file, trial) => [
      '--dry-run',
      '--litellm-config',
      await put(trial, 'c.yaml', BY_NAME),
      '--litellm-env',
      file,
    ],
    key: (file) => Promise.resolve(['--dry-run', '--key-file', file]),
    password: (file) => Promise.resolve(['--dry-run', '--username', 'admin', '--password-file', file]),
    keys: (file) => Promise.resolve(['verify', '--check', 'keys', '--keys', file]),
  }
  for (const [place, args] of Object.entries(PLACES))
    test(place, async ({ open }) => {
      const trial = await open({ servers: [], configServers: CONFIGURED })
      for (const [i, [make, why]] of KINDS.entries()) {
        const file = join(trial.folder, `file-${i}`)
        make(file)
        const finished = await trial.call([...(await args(file, trial)), '--json'])
        expect([why, finished.code]).toEqual([why, 64])
        expect(sentence(finished.stderr)).toContain(`${file}: ${why}`)
        expect(documentOf(finished)).toMatchObject({
          schema: 'mcp-url-migrate/error/1',
          code: 'file-unreadable',
          message: expect.stringContaining(`${file}: ${why}`),
        })
      }
    })

  test('also one that is not UTF-8', async ({ open }) => {
    const trial = await open({ servers: [] })
    const file = join(trial.folder, 'latin-1')
    await writeFile(file, Buffer.from('sk-caf\xe9', 'latin1'))
    for (const place of ['key', 'password', 'keys']) {
      const { code, stderr } = await trial.call((await PLACES[place]?.(file, trial)) ?? [])
      expect([place, code, sentence(stderr)]).toEqual([
        place,
        64,
        expect.stringContaining(`${file}: it is not UTF-8`),
      ])
    }
  })

  test('also one that holds the key of a keys file', async ({ open }) => {
    const trial = await open({ servers: [] })
    const keys = (file: string): string =>
      `schema: mcp-url-migrate/keys/1\nkeys:\n  - name: dev\n    secret: {file: ${file}}\n`
    for (const [file, why] of [
      ['gone', 'there is no such file'],
      ['/dev/zero', 'it is not a regular file'],
    ] as const) {
      const path = await put(trial, 'keys.yaml', keys(file))
      const { code, stderr } = await trial.call(['verify', '--check', 'keys', '--keys', path])
      expect([code, sentence(stderr)]).toEqual([64, expect.stringContaining(why)])
    }
  })

  test('so does one that config.yaml includes: 64', async ({ open }) => {
    const trial = await open({ servers: [], configServers: CONFIGURED })
    const path = await put(trial, 'config.yaml', `include: [/dev/zero]\n${CONFIG}`)
    const { code, stderr } = await trial.call(['--dry-run', '--litellm-config', path])
    expect([code, sentence(stderr)]).toEqual([
      64,
      expect.stringContaining(`/dev/zero: it is not a regular file, and ${path} includes it`),
    ])
    expect(trial.sandbox.requests).toEqual([])
  })
})

describe.concurrent('a key may come', () => {
  for (const [how, redirect] of [
    ['from standard input by its path', 'printf "%s\\n" "$KEY" | "$@" --key-file /dev/stdin'],
    ['from a pipe of the shell', '"$@" --key-file <(printf "%s\\n" "$KEY")'],
    ['from a descriptor of the shell', '"$@" --key-file /dev/fd/7 7< <(sleep 0.3; printf "%s" "$KEY")'],
  ] as const)
    test(how, async ({ open }) => {
      const trial = await open({ servers: [guideServer('fetch')] })
      const { LITELLM_PROXY_API_KEY: KEY = '', ...rest } = trial.env
      const args = ['-c', redirect, 'bash', process.execPath, BIN, '--dry-run', '--no-preflight']
      const env = bareEnvironment({ ...rest, KEY })
      const { stdout, stderr } = await execute('bash', args, { env, timeout: 20_000 })
      transcript.push(stdout, stderr)
      expect(stdout).toContain('1 to change, in url alone; it can be taken back.')
    })
})
