import { execFile } from 'node:child_process'
import { readdir, readFile, readlink } from 'node:fs/promises'
import { basename } from 'node:path'
import { promisify } from 'node:util'
import type { Listener } from './port.ts'

const run = promisify(execFile)

const LISTENING = '0A'

/** An address as Linux prints it in its table: 32-bit words of hexadecimal digits, each with its last byte first. */
function addressIn(hex: string): string {
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) => word.match(/../g)?.toReversed() ?? [])
  if (bytes.length === 4) return bytes.map((byte) => Number.parseInt(byte, 16)).join('.')
  const text = bytes.join('')
  if (/^0+$/.test(text)) return '::'
  return /^0{31}1$/.test(text) ? '::1' : (text.match(/.{4}/g) ?? []).join(':')
}

/** The sockets that listen on a port in the text of `/proc/net/tcp` or `tcp6`: inode and address. */
export function listeningSockets(table: string, port: number): { inode: string; address: string }[] {
  return table.split('\n').flatMap((line) => {
    const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/)
    const [hex = '', number = ''] = local.split(':')
    const wanted = state === LISTENING && Number.parseInt(number, 16) === port && inode !== undefined
    return wanted ? [{ inode, address: addressIn(hex) }] : []
  })
}

const INTERPRETERS = /^(node|nodejs|bun|deno|python[\d.]*|ruby|perl|php|java|sh|bash)$/

/** Options of interpreters that are followed by a value, and those that are followed by code. */
const BEFORE_VALUE =
  /^(-r|--require|--import|--(experimental-)?loader|-C|--conditions|--env-file|-W|-X|-I|-cp|-classpath|--class-path)$/
const BEFORE_CODE = /^(-[cep]|--eval|--print)$/

/** A command line as it may be shown: the program, and for an interpreter its script. Other arguments may be secrets. */
export function shownCommand(args: readonly string[]): string {
  const [program = '', ...rest] = args
  const name = basename(program)
  if (!INTERPRETERS.test(name)) return name
  const at = rest.findIndex((each, i) => !each.startsWith('-') && !BEFORE_VALUE.test(rest[i - 1] ?? ''))
  const script = rest[at]
  const isCode = rest.slice(0, Math.max(at, 0)).some((each) => BEFORE_CODE.test(each))
  return script === undefined || isCode || /\s|=/.test(script) ? name : `${name} ${basename(script)}`
}

/** The inodes among these that a process has open, none where this user may not know. */
async function ownedBy(pid: string, inodes: ReadonlySet<string>): Promise<string[]> {
  const names = await readdir(`/proc/${pid}/fd`).catch(() => [])
  const targets = await Promise.all(names.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => '')))
  return targets.flatMap((target) => {
    const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1]
    return inode !== undefined && inodes.has(inode) ? [inode] : []
  })
}

async function listenersOf(pid: string, addresses: ReadonlyMap<string, string>): Promise<Listener[]> {
  const owned = await ownedBy(pid, new Set(addresses.keys()))
  if (owned.length === 0) return []
  const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  const command = shownCommand(line.split('\0').filter((part) => part !== ''))
  return owned.map((inode) => ({ pid: Number(pid), command, address: addresses.get(inode) ?? '' }))
}

async function fromProc(port: number): Promise<Listener[]> {
  const tables = await Promise.all(
    ['tcp', 'tcp6'].map((name) => readFile(`/proc/net/${name}`, 'utf8').catch(() => '')),
  )
  const sockets = tables.flatMap((table) => listeningSockets(table, port))
  if (sockets.length === 0) return []
  const addresses = new Map(sockets.map(({ inode, address }) => [inode, address]))
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  return (await Promise.all(pids.map((pid) => listenersOf(pid, addresses)))).flat()
}

/** Reads what `lsof -F pcn` prints: a line for each field, `p` for the process, `c` for its command, `n` for a place. */
export function readLsof(text: string): Listener[] {
  const found: Listener[] = []
  let [pid, command] = [0, '']
  for (const line of text.split('\n')) {
    const value = line.slice(1)
    if (line.startsWith('p')) pid = Number(value)
    if (line.startsWith('c')) command = value
    if (!line.startsWith('n')) continue
    const place = value.replace(/:\d+$/, '').replace(/^\[|\]$/g, '')
    found.push({ pid, command, address: place === '*' ? '::' : place })
  }
  return found
}

async function fromLsof(port: number): Promise<Listener[]> {
  const env = { PATH: process.env['PATH'] ?? '', LC_ALL: 'C' }
  const args = ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-F', 'pcn']
  const { stdout } = await run('lsof', args, { env, timeout: 2000 }).catch(() => ({ stdout: '' }))
  return readLsof(stdout)
}

/** Who listens on a port: from Linux's own tables, elsewhere from lsof. See `Machine.listeners`. */
export async function listeners(port: number): Promise<Listener[]> {
  const found = await fromProc(port).catch(() => [])
  return found.length > 0 ? found : fromLsof(port)
}
