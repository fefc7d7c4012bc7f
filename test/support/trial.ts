import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { test as base } from 'vitest'
import {
  type Sandbox,
  type SandboxOptions,
  type SandboxRow,
  type SandboxServer,
  startSandbox,
} from '../../src/sandbox/index.ts'
import { type Finished, runCli, type Start, temporaryFolder } from './cli.ts'
import { type Identity, type Listener, listen, type LocalServer } from './hostile.ts'
import { invoke } from '../prove/kill-recovery.ts'
import { type JournalFile, journalFiles as filesIn } from './lab-journal.ts'
import { keepJournal, secret } from './secrets.ts'

/** A sandbox gateway, a journal of its own, and the program pointed at both. */
export interface Trial {
  readonly sandbox: Sandbox
  /** A folder for files of the test; gone with it. */
  readonly folder: string
  readonly journal: string
  readonly env: Record<string, string>
  readonly run: (args: readonly string[], start?: Start) => Promise<Finished>
  /**
   * The same without a process of its own. `screen`: as on a terminal of so many columns; `wait`: until the workers of the
   * gateway use what was written, as with `preflight`: ten lists, a third of what a run costs.
   */
  readonly call: (
    args: readonly string[],
    more?: Pick<Start, 'env' | 'preflight'> & { screen?: number; wait?: boolean },
  ) => Promise<Finished>
  /** A call that only leads to what a test is about. Fails unless it exits 0. */
  readonly setUp: (args: readonly string[]) => Promise<void>
  /** Names of the files in the journal. */
  readonly journalFiles: () => Promise<string[]>
  /** What a program left behind, without what differs between runs. */
  readonly plain: (finished: Finished) => string
}

/** A server as the guide registers it, with an id that is easy to read. */
export function guideServer(name: string, more: SandboxServer = {}): SandboxServer {
  const url = `http://localhost:8585/servers/${name}/sse`
  return { server_id: `id-${name}`, server_name: name, alias: name, url, ...more }
}

/** The same as config.yaml defines it, without an id. */
export function configured(name: string, more: SandboxServer = {}): SandboxServer {
  const url = `http://localhost:8585/servers/${name}/sse`
  return { server_name: name, url, transport: 'sse', auth_type: null, alias: null, ...more }
}

/** Two servers to migrate, for tests that need no more. */
export const TWO: readonly SandboxServer[] = [guideServer('fetch'), guideServer('n8n')]

/** The URL of each row, by id. */
export function urls(rows: readonly SandboxRow[]): Record<string, unknown> {
  return Object.fromEntries(rows.map((row) => [row.server_id, row['url']]))
}

/** The file of the newest run in a journal. By time: two runs of one second are in no order by name. */
export async function newestFile({ journal }: Pick<Trial, 'journal'>): Promise<string> {
  const files = (await filesIn(journal)).toSorted((a, b) => begun(a).localeCompare(begun(b)))
  return join(journal, files.at(-1)?.name ?? '')
}

const begun = ({ text }: JournalFile): string => /"time":"([^"]+)"/.exec(text)?.[1] ?? ''

/** How many PUT requests a sandbox has received. */
export function writes({ requests }: Sandbox): number {
  return requests.filter(({ method }) => method === 'PUT').length
}

/** Has a sandbox been asked nothing but questions? One of them, for keys by their hashes, is a POST. */
export function onlyRead({ requests }: Sandbox): boolean {
  return requests.every(({ method, path }) => method === 'GET' || path === '/v2/key/info')
}

/** A text on one line, whatever the width it was wrapped to. */
export function sentence(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim()
}

/** Rows of a table in the order of their texts. */
export function inOrder<T>(rows: readonly T[]): T[] {
  const text = (row: T): string => JSON.stringify(row)
  return rows.toSorted((a, b) => (text(a) < text(b) ? -1 : 1))
}

/** The one JSON document on standard output, taken for a T. Fails when there is anything else. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters
export function documentOf<T = Record<string, unknown>>({ stdout }: Finished): T {
  return JSON.parse(stdout) as T
}

/** A run as `history RUN --json` tells it, as far as it matters for taking it back. */
interface ToldRun {
  id: string
  finishedAt: string | null
  head: string
  changes: {
    file: { path: string; config: string; variable: string | null } | null
    edits: { field: string }[]
  }[]
}

/**
 * Words of `--revert` or `--unfinished` with what has to be said where nobody is asked, and more is written than URLs: the
 * files again, and the head that the journal of the run has.
 */
export async function vouching({ call }: Pick<Trial, 'call'>, args: readonly string[]): Promise<string[]> {
  const runsOf = async (...named: string[]): Promise<ToldRun[]> =>
    documentOf<{ runs: ToldRun[] }>(await call(['history', ...named, '--json'])).runs
  const runs = await runsOf()
  const isOpen = ({ finishedAt }: ToldRun): boolean => finishedAt === null
  const meant = runs.find(({ id }) => args.includes(id)) ?? runs.findLast(isOpen) ?? runs.at(-1)
  const [run] = meant ? await runsOf(meant.id) : []
  const { changes = [], head = '' } = run ?? {}
  const isMore = changes.some(
    ({ file, edits }) => file !== null || edits.some(({ field }) => field !== 'url'),
  )
  if (!isMore) return [...args]
  const files = changes.flatMap(({ file }) => {
    if (file === null) return []
    const { path, config, variable } = file
    return [`--litellm-config=${config}`, ...(variable === null ? [] : [`--litellm-env=${path}`])]
  })
  return [...args, ...new Set(files), '--expect-head', head]
}

function plain(text: string, { sandbox, folder, journal }: Pick<Trial, 'sandbox' | 'folder' | 'journal'>) {
  return text
    .replaceAll(/^! The journal folder[\s\S]*?keeps it\.\n/gm, '')
    .replaceAll(sandbox.url, 'GATEWAY')
    .replaceAll(journal, 'JOURNAL')
    .replaceAll(folder, 'FOLDER')
    .replaceAll(/\d{8}T\d{6}Z-[\da-f]{6}/g, 'RUN')
    .replaceAll(/\b[\da-f]{64}\b/g, 'HASH')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replaceAll(/\d{4}-\d\d-\d\d\s+\d\d:\d\d\s+UTC/g, 'TIME')
}

/** The arguments with --no-wait where something is written. */
function unawaited(args: readonly string[]): string[] {
  return args.includes('--yes') && !args.includes('--no-wait') ? ['--no-wait', ...args] : [...args]
}

/** Starts a sandbox and gives it a journal. Whoever calls it closes it. */
async function startTrial(options: SandboxOptions = {}): Promise<Trial & { close(): Promise<void> }> {
  const sandbox = await startSandbox(options)
  const folder = await temporaryFolder()
  const journal = join(folder, 'journal')
  for (const known of [sandbox.masterKey, sandbox.password]) secret(known)
  for (const { key } of options.keys ?? []) secret(key)
  const env = {
    LITELLM_PROXY_URL: sandbox.url,
    LITELLM_PROXY_API_KEY: sandbox.masterKey,
    MCP_URL_MIGRATE_JOURNAL: journal,
    // Locks of its own, as another machine has.
    MCP_URL_MIGRATE_LOCKS: join(folder, 'locks'),
  }
  return {
    sandbox,
    folder,
    journal,
    env,
    run: (args, start = {}) => runCli(args, { ...start, env: { ...env, ...start.env } }),
    call: (args, { wait, ...more } = {}) =>
      invoke({ ...more, env: { ...env, ...more.env } }, (wait ?? more.preflight) ? args : unawaited(args)),
    setUp: async (args) => {
      const { code, output } = await invoke({ env }, unawaited(args))
      if (code !== 0) throw new Error(`${args.join(' ')}: exit ${code}\n${output}`)
    },
    journalFiles: () => readdir(journal).catch(() => []),
    plain: ({ code, stdout, stderr }) =>
      plain(
        [`exit ${code}`, '— stdout', stdout, '— stderr', stderr].join('\n').replaceAll(/\n+(?=—|$)/g, '\n'),
        { sandbox, folder, journal },
      ).trimEnd(),
    close: async () => {
      await keepJournal(journal)
      await sandbox.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

type Closable = { close(): Promise<void> }

async function lend<T>(use: (keep: (one: Closable) => void) => Promise<T>): Promise<void> {
  const lent: Closable[] = []
  await use((one) => lent.push(one))
  await Promise.all(lent.map((one) => one.close()))
}

/** Tests that open trials and local servers, which end with the test. */
export const test = base.extend<{
  open: (options?: SandboxOptions) => Promise<Trial>
  serve: (listener: Listener, identity?: Identity) => Promise<LocalServer>
}>({
  // oxlint-disable-next-line no-empty-pattern
  open: async ({}, use) => {
    await lend((keep) =>
      use(async (options) => {
        const trial = await startTrial(options)
        keep(trial)
        return trial
      }),
    )
  },
  // oxlint-disable-next-line no-empty-pattern
  serve: async ({}, use) => {
    await lend((keep) =>
      use(async (listener, identity) => {
        const server = await listen(listener, identity)
        keep(server)
        return server
      }),
    )
  },
})
