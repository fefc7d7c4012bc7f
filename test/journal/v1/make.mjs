// Makes the journals of this folder: `node make.mjs PROGRAM OUT`, with the folder of a built checkout and a new folder.
// Each case of cases.mjs is played with PROGRAM against its own sandbox gateway, in real processes that are really killed.
// What comes of it stands in README.md. User, host and folders are made neutral; nothing else is touched.
import { spawn } from 'node:child_process'
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { rolldown } from 'rolldown'
import { cases, documentWorld } from './cases.mjs'

const [program = '', out = ''] = process.argv.slice(2).map((path) => resolve(path))
const GROUND = '/tmp/mcp-url-migrate-journals'
const NOBODY = `data:text/javascript,${encodeURIComponent(`
  import os from 'node:os'
  import { syncBuiltinESMExports } from 'node:module'
  os.hostname = () => 'gateway-host'
  os.userInfo = () => ({ username: 'operator' })
  syncBuiltinESMExports()`)}`
const KILLER = join(program, 'test/prove/kill-points.mjs')
const { startSandbox } = await fromSource('gateway/sandbox/index.ts')

/** A module of the program's sources. */
async function fromSource(path) {
  const build = await rolldown({ input: join(program, 'src', path), platform: 'node' })
  const { output } = await build.generate({ format: 'esm', codeSplitting: false })
  return import(`data:text/javascript,${encodeURIComponent(output[0].code)}`)
}

/** Starts the program to its end, or to the boundary where it is to kill itself. */
function start(ground, args, kill, onChild = () => {}) {
  const { folder, sandbox } = ground
  const killer = kill === undefined ? [] : ['--import', KILLER]
  const child = spawn(
    process.execPath,
    ['--import', NOBODY, ...killer, join(program, 'bin/mcp-url-migrate.js'), ...args],
    {
      cwd: folder,
      env: {
        PATH: process.env.PATH,
        HOME: folder,
        NO_COLOR: '1',
        LITELLM_PROXY_URL: sandbox.url,
        LITELLM_PROXY_API_KEY: sandbox.masterKey,
        MCP_URL_MIGRATE_JOURNAL: join(folder, 'journal'),
        MCP_URL_MIGRATE_LOCKS: join(GROUND, 'locks'),
        ...(kill === undefined ? {} : { KILL_POINT: kill }),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  onChild(child)
  const said = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr']) child[name].on('data', (chunk) => (said[name] += chunk))
  return new Promise((done, fail) => {
    child.on('error', fail)
    child.on('close', (code, signal) => done({ code, signal, ...said }))
  })
}

const journalOf = async ({ folder }) => {
  const names = await readdir(join(folder, 'journal')).catch(() => [])
  return Promise.all(names.map(async (name) => [name, await readFile(join(folder, 'journal', name))]))
}

async function filesOf({ folder, files }) {
  const read = Object.keys(files).map(async (name) => [name, await readFile(join(folder, name), 'utf8')])
  return Object.fromEntries(await Promise.all(read))
}

async function stateOf(ground) {
  // What a killed program had sent is dealt with in a few turns of the event loop.
  for (let quiet = 0, seen = -1; quiet < 50; quiet += 1) {
    if (seen !== ground.sandbox.requests.length) [quiet, seen] = [0, ground.sandbox.requests.length]
    await new Promise(setImmediate)
  }
  return { rows: ground.sandbox.rows(), files: await filesOf(ground), journal: await journalOf(ground) }
}

async function putBack({ folder, sandbox }, { rows, files, journal }) {
  await rm(join(folder, 'journal'), { recursive: true, force: true })
  await mkdir(join(folder, 'journal'), { mode: 0o700 })
  for (const [name, bytes] of journal) await writeFile(join(folder, 'journal', name), bytes, { mode: 0o600 })
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  for (const row of rows) sandbox.edit(row.server_id, row)
}

const quietly = (args, preflight) => (preflight ? args : ['--no-preflight', '--no-wait', ...args])

/** Plays one step. Fails where it does not end as the case says. */
async function play(ground, step) {
  const { args, kill, code = 0, preflight, edit, interrupt } = step
  if (edit) return edit(ground.sandbox)
  const ended = await start(ground, quietly(ground.inPlace(args), preflight), kill, (child) => {
    ground.stop = () => interrupt && child.kill('SIGINT')
  })
  const right = kill === undefined ? ended.code === code : ended.signal === 'SIGKILL'
  if (!right) throw new Error(`${ground.name}: ${JSON.stringify({ step, ...ended }, null, 1)}`)
  return ended
}

/** In what rows and files differ from those before: columns by row, texts by file. Not in who wrote when. */
function difference(before, after) {
  const columns = (row) =>
    Object.entries(row).filter(([name]) => !['updated_at', 'updated_by'].includes(name))
  const others = (was, is) => columns(is).filter(([name, value]) => !isDeepStrictEqual(value, was[name]))
  const rows = after.rows.map((row, i) => [row.server_id, Object.fromEntries(others(before.rows[i], row))])
  return {
    rows: Object.fromEntries(rows.filter(([, changed]) => Object.keys(changed).length > 0)),
    files: Object.fromEntries(
      Object.entries(after.files).filter(([name, text]) => text !== before.files[name]),
    ),
  }
}

/** What this program makes of the journal from there: its exit code, and how the world differs from the one before. */
async function endOf(ground, { before, now }, args) {
  await putBack(ground, now)
  const { code } = await start(ground, quietly(args, false))
  return { args, code, ...difference(before, await stateOf(ground)) }
}

async function endsOf(ground, states, { runs }, accept) {
  const open = runs.some(({ finishedAt }) => finishedAt === null)
  const consent = ['--yes', ...accept.flatMap((effect) => ['--accept', effect])]
  const end = (...args) => endOf(ground, states, [...args, ...consent])
  return {
    finish: open ? await end('--unfinished', 'finish') : null,
    revert: runs.length > 0 ? await (open ? end('--unfinished', 'revert') : end('--revert')) : null,
  }
}

/** One line for each row, and for each run. */
function worldText(world) {
  const lines = []
  const asLine = (each) => `LINE ${lines.push(JSON.stringify(each)) - 1}`
  const { before, history: told } = world
  const marked = {
    ...world,
    before: { ...before, rows: before.rows.map(asLine) },
    history: { ...told, runs: told.runs.map(asLine) },
  }
  return `${JSON.stringify(marked, null, 1).replaceAll(/"LINE (\d+)"/g, (_, i) => lines[Number(i)])}\n`
}

async function prepare({ name, sandbox, files = {}, quirks }) {
  const folder = join(GROUND, name)
  await mkdir(folder, { recursive: true })
  const ground = { name, folder, files, stop: () => {} }
  ground.quirks = quirks?.(ground) ?? []
  ground.sandbox = await startSandbox({ ...sandbox, quirks: ground.quirks })
  ground.inPlace = (args) => args.map((arg) => (arg in files ? join(folder, arg) : arg))
  for (const [file, text] of Object.entries(files)) await writeFile(join(folder, file), text)
  return ground
}

/** What was not met would be met later, when the case is over, and the case would not be what it says. */
function requireMet({ name, quirks, sandbox }) {
  const met = ({ on }) =>
    sandbox.requests.filter(({ method, path }) => method === on.method && path === on.path)
  for (const quirk of quirks)
    if (met(quirk).length < quirk.on.nth) throw new Error(`${name}: never met ${JSON.stringify(quirk)}`)
}

async function history(ground) {
  const ask = async (...args) => JSON.parse((await start(ground, ['history', ...args, '--json'])).stdout)
  const { runs, problems } = await ask()
  const full = await Promise.all(runs.map(async ({ id }) => (await ask(id)).runs[0]))
  return { problems, runs: full }
}

async function make(one) {
  const { name, what, steps, accept = [], sandbox } = one
  const ground = await prepare(one)
  const before = await stateOf(ground)
  for (const step of steps) await play(ground, step)
  requireMet(ground)
  const now = await stateOf(ground)
  const into = join(out, name)
  await mkdir(into, { recursive: true })
  for (const [file, bytes] of now.journal) await writeFile(join(into, file), bytes)
  for (const [file, text] of Object.entries(now.files)) await writeFile(join(into, file), text)
  const told = await history(ground)
  const { servers: _, ...options } = sandbox
  const world = {
    what,
    gateway: ground.sandbox.url,
    folder: ground.folder,
    args: one.again ? steps[0].args : null,
    preflight: steps[0].preflight === true,
    sandbox: options,
    before: { rows: before.rows, files: before.files },
    now: difference(before, now),
    history: told,
    ends: await endsOf(ground, { before, now }, told, accept),
  }
  await writeFile(join(into, 'world.json'), worldText(world))
  await ground.sandbox.close()
  const sizes = now.journal.map(([, bytes]) => bytes.length)
  const { finish, revert } = world.ends
  const ends = [finish, revert].map((end) => end && `${end.code} ${JSON.stringify(end.rows)}`)
  console.log(name, sizes.join('+'), JSON.stringify(world.now.rows), '|', ...ends)
}

/** Documents that scripts store, and files that people write. */
async function makeDocuments() {
  const ground = await prepare({ name: 'documents', sandbox: documentWorld })
  const document = async (...args) => (await start(ground, args)).stdout
  const into = join(out, 'documents')
  await mkdir(into, { recursive: true })
  const save = (name, text) => writeFile(join(into, name), text)
  await save('plan.json', await document('--dry-run', '--json'))
  await save('run.json', await document('--yes', '--json'))
  await save('history.json', await document('history', '--json'))
  await save('world.json', `${JSON.stringify(documentWorld, null, 1)}\n`)
  await cp(join(program, 'migrations'), join(into, 'migrations'), { recursive: true })
  await cp(join(program, 'test/docker/keys.yaml'), join(into, 'keys.yaml'))
  await ground.sandbox.close()
}

await rm(GROUND, { recursive: true, force: true })
for (const one of cases) await make(one)
await makeDocuments()
await rm(GROUND, { recursive: true, force: true })
