import { execFileSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { replaceFile } from '../../src/files/replace-file.ts'
import { readText } from '../../src/files/text-file.ts'
import { system } from '../support/system.ts'

/** Attributes of a file: their bytes, in hexadecimal, by name. */
type Attributes = Record<string, string>

const ANYBODY = 0xff_ff_ff_ff
const [USER, NAMED, GROUP, MASK, OTHER] = [1, 2, 4, 0x10, 0x20]

/** A POSIX ACL as the kernel keeps it: version 2, then tag, permissions and id of each entry. */
function acl(...entries: readonly (readonly [tag: number, permissions: number, id?: number])[]): string {
  const list = Buffer.alloc(4 + 8 * entries.length)
  list.writeUInt32LE(2)
  for (const [i, [tag, permissions, id = ANYBODY]] of entries.entries()) {
    list.writeUInt16LE(tag, 4 + 8 * i)
    list.writeUInt16LE(permissions, 6 + 8 * i)
    list.writeUInt32LE(id, 8 + 8 * i)
  }
  return list.toString('hex')
}

/** user::rw-, user:65534:r--, group::---, mask::r--, other::--- */
const READABLE_FOR_NOBODY = acl([USER, 6], [NAMED, 4, 65_534], [GROUP, 0], [MASK, 4], [OTHER, 0])

const python = (script: string, ...args: string[]): string =>
  execFileSync('python3', ['-c', `import json, os, sys\n${script}`, ...args], { encoding: 'utf8' })

/** Fails where the file system keeps no such attributes: then there is nothing that this file could prove. */
function give(path: string, attributes: Attributes): void {
  const script =
    'for name, value in json.loads(sys.argv[2]).items(): os.setxattr(sys.argv[1], name, bytes.fromhex(value))'
  python(script, path, JSON.stringify(attributes))
}

function attributesOf(path: string): Attributes {
  const script =
    'print(json.dumps({name: os.getxattr(sys.argv[1], name).hex() for name in os.listxattr(sys.argv[1])}))'
  return JSON.parse(python(script, path)) as Attributes
}

const OLD = 'a: 1\n'
const NEW = 'a: 2, and longer\n'
const NOTE = Buffer.from('hello').toString('hex')

let folder = ''
let file = ''
beforeEach(async () => {
  // Not in the system's temporary folder: that may be in memory, without such attributes.
  folder = await mkdtemp(join(homedir(), '.attributes-test-'))
  file = join(folder, 'config.yaml')
  await writeFile(file, OLD, { mode: 0o640 })
})
afterEach(() => rm(folder, { recursive: true }))

describe('a file is replaced and keeps', () => {
  test.each<[what: string, attributes: Attributes]>([
    ['its ACL', { 'system.posix_acl_access': READABLE_FOR_NOBODY }],
    ['its extended attributes', { 'user.note': NOTE, 'user.empty': '', 'user.long': 'ab'.repeat(1000) }],
    ['both', { 'user.note': NOTE, 'system.posix_acl_access': READABLE_FOR_NOBODY }],
  ])('%s', async (_, attributes) => {
    await chmod(file, 0o640)
    give(file, attributes)
    expect(attributesOf(file)).toEqual(attributes)
    const { mode } = await stat(file)
    expect(await replaceFile(file, OLD, NEW)).toEqual({ kind: 'replaced', durable: true })
    expect(await readText(file)).toBe(NEW)
    expect([attributesOf(file), (await stat(file)).mode]).toEqual([attributes, mode])
    expect(await readdir(folder)).toEqual(['config.yaml'])
  })

  test('that it has none', async () => {
    await replaceFile(file, OLD, NEW)
    expect(attributesOf(file)).toEqual({})
  })

  test.runIf(process.geteuid?.() === 0)(
    'capabilities, which a write takes away, and what root alone sees',
    async () => {
      const attributes = {
        'security.capability': '0100000200040000000000000000000000000000',
        'trusted.note': NOTE,
      }
      give(file, attributes)
      await replaceFile(file, OLD, NEW)
      expect([await readText(file), attributesOf(file)]).toEqual([NEW, attributes])
    },
  )
})

describe('in a folder that gives new files an ACL', () => {
  const GIVEN = acl([USER, 6], [NAMED, 6, 65_534], [GROUP, 6], [MASK, 6], [OTHER, 0])
  beforeEach(async () => {
    const inner = join(folder, 'inner')
    await mkdir(inner)
    give(inner, { 'system.posix_acl_default': GIVEN })
    await rename(file, join(inner, 'config.yaml'))
    file = join(inner, 'config.yaml')
  })

  test('a file without one gets none: it is replaced as it is, or refused', async () => {
    const outcome = await replaceFile(file, OLD, NEW)
    expect(attributesOf(file)).toEqual({})
    // The cp of coreutils 9.3 and later leaves what the folder gave.
    if (outcome.kind === 'replaced') return expect(await readText(file)).toBe(NEW)
    expect(outcome.message).toContain('its folder gives new files an access list (a default ACL)')
    expect([await readText(file), await readdir(join(file, '..'))]).toEqual([OLD, ['config.yaml']])
  })

  test('what a cp leaves of it is noticed', async () => {
    const bin = join(folder, 'bin')
    await mkdir(bin)
    await writeFile(join(bin, 'cp'), '#!/bin/sh\nexit 0\n', { mode: 0o755 })
    vi.stubEnv('PATH', `${bin}:${process.env['PATH']}`)
    expect(await replaceFile(file, OLD, NEW)).toMatchObject({
      code: 'attributes',
      message: expect.stringContaining('(setfacl -k)'),
    })
    await rename(file, join(folder, 'config.yaml'))
    file = join(folder, 'config.yaml')
    give(file, { 'system.posix_acl_access': READABLE_FOR_NOBODY })
    const outcome = await replaceFile(file, OLD, NEW)
    vi.unstubAllEnvs()
    expect(outcome).toMatchObject({
      code: 'attributes',
      message: `${file}: its access list (ACL) could not be given to the new file`,
    })
    expect(await readText(file)).toBe(OLD)
  })

  test('a file with another one keeps its own', async () => {
    give(file, { 'system.posix_acl_access': READABLE_FOR_NOBODY })
    expect(await replaceFile(file, OLD, NEW)).toMatchObject({ kind: 'replaced' })
    expect(attributesOf(file)).toEqual({ 'system.posix_acl_access': READABLE_FOR_NOBODY })
  })
})

describe('a file is refused', () => {
  // As root, who alone may mount.
  test('when it is mounted by itself', async () => {
    const other = join(folder, 'host.yaml')
    await writeFile(other, OLD)
    system('mount --bind "$1" "$2"', other, file)
    const outcome = await replaceFile(file, OLD, NEW)
    system('umount "$1"', file)
    expect(outcome).toEqual({
      kind: 'refused',
      code: 'mounted',
      message: `${file}: the file itself is mounted, as into a container: run this program where the file really lives, on the host`,
    })
    expect(await readText(other)).toBe(OLD)
  })
})
