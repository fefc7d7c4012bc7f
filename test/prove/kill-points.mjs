// Loaded before the program (`node --import`). It names the boundaries that the program passes: each write of a
// journal file, each sync, each request. At the one that KILL_POINT names the process kills itself, and nothing runs
// after it; with KILL_SIGNAL=SIGSTOP it stops there until it is told to go on. KILL_POINTS names a file for
// the names: of the boundary that was met, or of all of them at the end.
import fs, { writeFileSync, writeSync } from 'node:fs'
import promises from 'node:fs/promises'
import http from 'node:http'
import { syncBuiltinESMExports } from 'node:module'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'

const chosen = process.env['KILL_POINT'] ?? ''
const list = process.env['KILL_POINTS']
const passed = []
const counts = new Map()
const paths = new WeakMap()

/** One boundary. `last` is the last thing that happens where it is the chosen one. */
function boundary(name, last = () => {}) {
  passed.push(name)
  if (chosen !== name) return
  last()
  if (list) writeFileSync(list, name)
  process.kill(process.pid, process.env['KILL_SIGNAL'] ?? 'SIGKILL')
}

if (list && chosen === '') process.on('exit', () => writeFileSync(list, passed.join('\n')))

/** A name with the how-manieth of its kind. */
function numbered(kind, detail = '') {
  counts.set(kind, (counts.get(kind) ?? 0) + 1)
  return `${kind} ${counts.get(kind)}${detail && ` (${detail})`}`
}

const isNew = (flags) => String(flags).includes('x')

const isKept = (path) => /\.(jsonl|lock)$/.test(path)

/** A path in words: the same in every run. */
function place(path) {
  const name = basename(path)
  const extension = /\.(jsonl|lock)$/.exec(name)?.[1]
  if (extension) return extension === 'jsonl' ? 'journal file' : 'lock'
  return name.startsWith('.writable') ? 'trial file' : 'folder'
}

/** What stands in the lines of a write: the types of its records. */
function contents(bytes) {
  const types = [...bytes.toString().matchAll(/"type":"([\w-]+)"/g)].map(([, type]) => type)
  return types.length > 0 ? types.join(', ') : `${bytes.length} bytes`
}

/** Where a write is cut: in the middle, after each line but the last, and right before its last newline. */
function cuts(bytes) {
  const ends = [...bytes.keys()].filter((at) => bytes[at] === 0x0a)
  return [
    ['middle of', Math.floor(bytes.length / 2)],
    ...ends.slice(0, -1).map((end, i) => [`after line ${i + 1} of`, end + 1]),
    ['last byte missing from', bytes.length - 1],
  ]
}

/** Lets something happen between two boundaries. */
async function between(what, act) {
  boundary(`before ${what}`)
  const result = await act()
  boundary(`after ${what}`)
  return result
}

function watchWrites(handles, method) {
  const write = handles[method]
  handles[method] = function (content, ...rest) {
    if (!isKept(paths.get(this) ?? '')) return write.call(this, content, ...rest)
    const bytes = Buffer.from(content)
    const what = numbered(method === 'appendFile' ? 'append' : method, contents(bytes))
    return between(what, () => {
      for (const [name, length] of cuts(bytes))
        boundary(`${name} ${what}`, () => writeSync(this.fd, bytes, 0, length))
      return write.call(this, content, ...rest)
    })
  }
}

function watchCalls(handles, method) {
  const call = handles[method]
  handles[method] = function (...args) {
    return between(numbered(method, place(paths.get(this) ?? '')), () => call.apply(this, args))
  }
}

/** The prototype of all file handles, which has no name. */
async function handlePrototype() {
  const handle = await promises.open(fileURLToPath(import.meta.url))
  await handle.close()
  return Object.getPrototypeOf(handle)
}

async function watchFiles() {
  const handles = await handlePrototype()
  for (const method of ['appendFile', 'write', 'writeFile']) watchWrites(handles, method)
  for (const method of ['truncate', 'sync', 'datasync']) watchCalls(handles, method)
  const { open } = promises
  promises.open = async (path, ...rest) => {
    const opening = () => open(path, ...rest)
    const handle = await (isKept(String(path))
      ? between(numbered('open', `${isNew(rest[0]) ? 'new ' : ''}${place(String(path))}`), opening)
      : opening())
    paths.set(handle, String(path))
    return handle
  }
}

function watchNames() {
  for (const method of ['link', 'rename', 'unlink', 'rm', 'writeFile']) {
    const call = promises[method]
    promises[method] = (path, ...rest) =>
      between(numbered(method, place(String(path))), () => call(path, ...rest))
  }
  const { unlinkSync } = fs
  fs.unlinkSync = (path) => {
    if (!isKept(String(path))) return unlinkSync(path)
    const what = numbered('unlink at the end', place(String(path)))
    boundary(`before ${what}`)
    unlinkSync(path)
    boundary(`after ${what}`)
  }
}

/** Nothing of a new request has left yet; its answer has arrived before the program is told. */
function watchRequest(sent) {
  const path = sent.path.replace(/(\/mcp\/server\/).+/, '$1:id')
  const what = numbered(`${sent.method} ${path}`)
  boundary(`before ${what}`)
  if (sent.method !== 'GET') sent.once('finish', () => boundary(`request is out: ${what}`))
  const { emit } = sent
  sent.emit = function (event, ...args) {
    if (event === 'response') boundary(`answer is there: ${what}`)
    return emit.call(this, event, ...args)
  }
  return sent
}

function watchRequests() {
  const { request } = http
  http.request = (...args) => watchRequest(request(...args))
}

await watchFiles()
watchNames()
watchRequests()
syncBuiltinESMExports()
