import { execFile, spawnSync } from 'node:child_process'
import { chmod, chown, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, vi } from 'vitest'
import { BIN, bareEnvironment, type Finished, transcript } from '../../support/cli.ts'
import { watchForLeaks } from '../../support/secrets.ts'
import { makePipe, system } from '../../support/system.ts'
import { newestFile, onlyRead, sentence, test, type Trial, TWO, writes } from '../../support/trial.ts'

watchForLeaks()
vi.setConfig({ maxConcurrency: 4, testTimeout: 60_000 })

const execute = promisify(execFile)

const NOBODY = 65_534
const isRoot = process.getuid?.() === 0

/** The program as another user, to its end. Nothing of this process can answer it meanwhile. */
function asNobody(args: readonly string[], env: Record<string, string>): Finished {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...args], {
    env: bareEnvironment(env),
    encoding: 'utf8',
    timeout: 30_000,
    uid: NOBODY,
    gid: NOBODY,
  })
  transcript.push(stdout, stderr)
  return { code: status, stdout, stderr }
}

const runsAsNobody = isRoot && asNobody(['--version'], {}).code === 0

async function keyFile(trial: Trial, mode: number): Promise<string> {
  const file = join(trial.folder, 'key file')
  await writeFile(file, `${trial.env['LITELLM_PROXY_API_KEY']}\n`)
  await chmod(file, mode)
  return file
}

const lookWith = (trial: Trial, file: string): Promise<Finished> =>
  trial.call(['--dry-run', '--no-preflight', '--key-file', file])

describe.concurrent('a key is taken', () => {
  test('from a file that is its owner’s alone', async ({ open }) => {
    const trial = await open({ servers: TWO })
    const { code, stderr } = await lookWith(trial, await keyFile(trial, 0o600))
    expect([code, stderr.includes('!')]).toEqual([0, false])
  })

  test('from one that others can read, with a warning', async ({ open }) => {
    const trial = await open({ servers: TWO })
    for (const mode of [0o644, 0o640, 0o604]) {
      const file = await keyFile(trial, mode)
      const { code, stderr } = await lookWith(trial, file)
      expect(code).toBe(0)
      expect(stderr).toContain(
        `! Other users can read the file of the key. To close it:\n    chmod go= -- '${file}'\n`,
      )
    }
  })

  test('from none that others can write, of which the command is told that mends it: exit 64', async ({
    open,
  }) => {
    const trial = await open({ servers: TWO })
    for (const mode of [0o660, 0o606, 0o666, 0o622]) {
      const file = await keyFile(trial, mode)
      const { code, stderr } = await lookWith(trial, file)
      expect(code).toBe(64)
      expect(sentence(stderr)).toContain(`The key is not taken from ${file}: other users may write to it`)
      expect(stderr).toContain(`\n  chmod go-w -- '${file}'\n`)
    }
    const file = await keyFile(trial, 0o666)
    const signIn = ['--username', 'admin', '--password-file', file]
    expect((await trial.call(['--dry-run', ...signIn])).code).toBe(64)
    expect(trial.sandbox.requests).toEqual([])
  })

  test.for([
    ['/dev/fd/7', '7'],
    ['-', '0'],
  ])(
    'from a file that a shell has opened as %s, whoever may write to it',
    async ([name = '', fd], { open }) => {
      const trial = await open({ servers: TWO })
      const file = await keyFile(trial, 0o666)
      const args = [process.execPath, BIN, '--dry-run', '--no-preflight', '--key-file', name]
      const { LITELLM_PROXY_API_KEY: _, ...rest } = trial.env
      const env = bareEnvironment({ ...rest, FILE: file })
      const { stdout, stderr } = await execute('sh', ['-c', `exec "$@" ${fd}<"$FILE"`, 'sh', ...args], {
        env,
      })
      transcript.push(stdout, stderr)
      expect([stdout.includes('2 to change'), stderr.includes('!')]).toEqual([true, false])
    },
  )

  test.skipIf(!isRoot)('from none of somebody else’s', async ({ open }) => {
    const trial = await open({ servers: TWO })
    const file = await keyFile(trial, 0o600)
    await chown(file, NOBODY, NOBODY)
    const { code, stderr } = await lookWith(trial, file)
    expect(code).toBe(64)
    expect(sentence(stderr)).toContain(`it belongs to another user (uid ${NOBODY})`)
    expect(stderr).toContain(`\n  chown -- root '${file}'\n`)
  })

  test('in a keys file only that nobody else can have written, and names such files', async ({ open }) => {
    const trial = await open({ servers: TWO })
    const file = await keyFile(trial, 0o600)
    const keys = join(trial.folder, 'keys.yaml')
    await writeFile(
      keys,
      `schema: mcp-url-migrate/keys/1\nkeys:\n  - name: dev\n    secret: {file: ${JSON.stringify(file)}}\n    reaches: ["*"]\n`,
    )
    const verify = (): Promise<Finished> => trial.call(['verify', '--check', 'keys', '--keys', keys])
    expect((await verify()).code).not.toBe(64)
    await chmod(file, 0o666)
    expect([(await verify()).code, sentence((await verify()).stderr)]).toEqual([
      64,
      expect.stringContaining(`The key is not taken from ${file}`),
    ])
    await chmod(file, 0o600)
    await chmod(keys, 0o666)
    expect([(await verify()).code, sentence((await verify()).stderr)]).toEqual([
      64,
      expect.stringContaining(`Keys file ${keys} is not trusted: other users may write to it`),
    ])
  })
})

describe.concurrent('a run that others may have written', () => {
  test('is neither taken back nor finished, and is told of wherever the journal is read', async ({
    open,
  }) => {
    const trial = await open({ servers: TWO })
    await trial.setUp(['--yes', '--no-wait'])
    const file = await newestFile(trial)
    await chmod(file, 0o666)
    const written = writes(trial.sandbox)
    const refused = [
      ['--revert', '--yes'],
      ['--revert', '2', '--yes'],
      ['--revert', '--dry-run'],
      ['--unfinished', 'revert', '--yes'],
      ['--yes'],
    ]
    for (const args of refused) {
      const { code, stderr } = await trial.call(args)
      expect([args, code, sentence(stderr)]).toEqual([
        args,
        1,
        expect.stringContaining(`${file} is not trusted`),
      ])
      expect(stderr).toContain(`\n  chmod go-w -- ${file}\n`)
    }
    for (const args of [['history'], ['history', '--check'], ['status'], ['--dry-run']]) {
      const { stdout, stderr } = await trial.call(args)
      expect([args, sentence(stdout + stderr)]).toEqual([
        args,
        expect.stringContaining(`${file} is not trusted`),
      ])
      expect(stdout + stderr).toContain(`  chmod go-w -- ${file}`)
    }
    expect((await trial.call(['history', '--check'])).code).toBe(1)
    expect(writes(trial.sandbox)).toBe(written)
    await chmod(file, 0o600)
    await trial.setUp(['--revert', '--yes', '--no-wait'])
  })

  test('nor in a folder where others may write', async ({ open }) => {
    const trial = await open({ servers: TWO })
    await trial.setUp(['--yes', '--no-wait'])
    await chmod(trial.journal, 0o777)
    const before = trial.sandbox.requests.length
    for (const args of [['--revert', '--yes'], ['--revert', '2', '--yes'], ['--yes']]) {
      const { code, stderr } = await trial.call(args)
      expect([args, code]).toEqual([args, 1])
      expect(stderr).toContain(`\n  chmod -R go-w -- ${trial.journal}\n`)
    }
    expect(trial.sandbox.requests.length).toBe(before)
  })
})

describe.skipIf(!runsAsNobody)('with two users', () => {
  test('what sudo left in somebody’s home is told with the command that gives it back', async ({ open }) => {
    const trial = await open({ servers: TWO })
    const home = join(trial.folder, 'home')
    await mkdir(home)
    for (const path of [trial.folder, home]) await chown(path, NOBODY, NOBODY)
    const { code, stderr: warned } = await trial.run(['--yes', '--no-wait'], {
      env: { SUDO_USER: 'nobody', HOME: home, MCP_URL_MIGRATE_JOURNAL: '' },
    })
    expect([code, sentence(warned)]).toEqual([
      0,
      expect.stringContaining(
        `give it back: sudo chown -R -- nobody ${home}/.local/share/mcp-url-migrate/journal`,
      ),
    ])
    // The gateway of this process cannot answer meanwhile, and is not asked.
    const env = { ...trial.env, HOME: home, MCP_URL_MIGRATE_JOURNAL: '' }
    for (const args of [['--yes'], ['history']]) {
      const { stdout, stderr } = asNobody(args, { ...env, MCP_URL_MIGRATE_LOCKS: join(home, 'locks') })
      expect(sentence(stdout + stderr)).toContain(`${home}/.local belongs to root`)
      expect(stdout + stderr).toContain(`  sudo chown -R -- nobody ${home}/.local`)
    }
    system('chown -R -- nobody "$1"', `${home}/.local`)
    const { stdout } = asNobody(['history'], env)
    expect(stdout).toContain('2 of 2 changed')
  })

  test('a journal that another prepared takes no run of root’s', async ({ open }) => {
    const trial = await open({ servers: TWO })
    await mkdir(trial.journal)
    await chown(trial.journal, NOBODY, NOBODY)
    const { code, stderr } = await trial.call(['--yes'])
    expect([code, sentence(stderr)]).toEqual([
      1,
      expect.stringContaining(`it belongs to another user (uid ${NOBODY})`),
    ])
    expect(onlyRead(trial.sandbox)).toBe(true)
    expect(trial.sandbox.requests).toEqual([])
  })

  test('a volume of root’s that the user’s group may write to: a folder in it is named, and taken', async ({
    open,
  }) => {
    const trial = await open({ servers: TWO })
    await chmod(trial.folder, 0o711)
    const volume = join(trial.folder, 'volume')
    await mkdir(volume)
    await chown(volume, 0, NOBODY)
    await chmod(volume, 0o2775)
    const locks = join(trial.folder, 'locks')
    await mkdir(locks)
    await chmod(locks, 0o1777)
    const run = (journal: string): Finished =>
      asNobody(['--yes', '--journal', journal], {
        ...trial.env,
        LITELLM_PROXY_URL: 'http://127.0.0.1:9',
        HOME: trial.folder,
        MCP_URL_MIGRATE_LOCKS: locks,
      })
    const { code, stderr } = run(volume)
    expect([code, sentence(stderr)]).toEqual([
      1,
      expect.stringContaining(`That folder is not yours alone. Name one in it: --journal ${volume}/journal`),
    ])
    expect(sentence(run(`${volume}/journal`).stderr)).toMatch(
      /above the journal, is open to others .* Nothing accepts connections/,
    )
  })

  test('in a home that sudo kept, root is not told to take the journal away from its owner', async ({
    open,
  }) => {
    const trial = await open({ servers: TWO })
    await mkdir(trial.journal)
    await chown(trial.journal, NOBODY, NOBODY)
    const { code, stderr } = await trial.run(['--yes'], { env: { SUDO_UID: String(NOBODY) } })
    expect([code, stderr.includes('chown'), sentence(stderr)]).toEqual([
      1,
      false,
      expect.stringContaining('run this without sudo, or name a folder of your own with --journal DIR.'),
    ])
    expect(trial.sandbox.requests).toEqual([])
  })

  test('a key of root’s is anybody’s who may read it', async ({ open }) => {
    const trial = await open({ servers: TWO })
    const file = await keyFile(trial, 0o644)
    await chown(trial.folder, NOBODY, NOBODY)
    const look = (): Finished =>
      asNobody(['--dry-run', '--key-file', file, '--url', 'http://127.0.0.1:9'], { HOME: trial.folder })
    // Nobody answers there: the key was taken, without a word.
    const { code, stderr } = look()
    expect([code, stderr.includes('!')]).toEqual([1, false])
    await chmod(file, 0o666)
    const refused = look()
    expect(refused.code).toBe(64)
    expect(refused.stderr).toContain(`\n  sudo chmod go-w -- '${file}'\n`)
  })
})

/** Prints the numbers of the pipes that the process has besides those that it was given. They differ by release. */
const TELL_PIPES = `
import { readdirSync, readlinkSync } from 'node:fs'
const isPipe = (fd) => {
  try {
    return readlinkSync('/proc/self/fd/' + fd).startsWith('pipe:')
  } catch {
    return false
  }
}
process.on('SIGHUP', () => {})
const own = readdirSync('/proc/self/fd').filter((fd) => Number(fd) > 2 && isPipe(fd))
process.stderr.write(own.join(' '))
`

describe.concurrent('a pipe that nobody writes to holds nobody up', () => {
  // What was read from them was no key, and signals were lost.
  test.skipIf(process.platform !== 'linux')('as one that Node has opened for itself', async ({ open }) => {
    const trial = await open({ servers: TWO })
    const preload = join(trial.folder, 'preload.mjs')
    await writeFile(preload, TELL_PIPES)
    const told = await trial.run(['--version'], { env: { NODE_OPTIONS: `--import ${preload}` } })
    const own = told.stderr.trim().split(' ')
    expect(own.length).toBeGreaterThan(1)
    for (const fd of own) {
      const { code, stderr } = await trial.run(['--dry-run', '--key-file', `/dev/fd/${fd}`])
      expect([code, sentence(stderr)]).toEqual([
        64,
        `The key could not be read from /dev/fd/${fd}: it is not a regular file`,
      ])
    }
  })

  test('as a file of Docker’s client', async ({ open }) => {
    const trial = await open({ servers: TWO })
    makePipe(join(trial.folder, 'config.json'))
    const { code, stdout } = await trial.run(['status'], { env: { DOCKER_CONFIG: trial.folder } })
    expect([code, stdout]).toEqual([0, expect.stringContaining('LiteLLM')])
  })

  // Up to Node 22 it is Node that waits for it, before it begins with this program: any signal ends that.
  test.skipIf(Number(process.versions.node.split('.')[0]) < 24)(
    'as certificates for Node',
    async ({ open }) => {
      const trial = await open({ servers: TWO })
      const pipe = join(trial.folder, 'pipe')
      makePipe(pipe)
      for (const file of [pipe, '/dev/zero']) {
        const { code, stderr } = await trial.run(['status'], { env: { NODE_EXTRA_CA_CERTS: file } })
        expect([code, stderr]).toEqual([
          64,
          `NODE_EXTRA_CA_CERTS names ${file}, which is not a regular file\n`,
        ])
      }
    },
  )

  test('as certificates for OpenSSL', async ({ open }) => {
    const trial = await open({ servers: TWO })
    const pipe = join(trial.folder, 'pipe')
    makePipe(pipe)
    const env = { NODE_OPTIONS: '--use-openssl-ca', SSL_CERT_FILE: pipe }
    const { code, stderr } = await trial.run(['status', '--url', 'https://127.0.0.1:9'], { env })
    expect([code, stderr]).toEqual([64, `SSL_CERT_FILE names ${pipe}, which is not a regular file\n`])
  })
})
