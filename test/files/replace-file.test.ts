import {
  chmod,
  chown,
  link,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { replaceFile } from '../../src/files/replace-file.ts'
import { isMountPoint } from '../../src/files/replace-refusals.ts'
import { readText } from '../../src/files/text-file.ts'
import { makePipe } from '../support/system.ts'

const OLD = '\uFEFF# alt: größer\r\na: 1\n'
const NEW = '\uFEFF# alt: größer\r\na: 2'

let folder = ''
let file = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'replace-'))
  file = join(folder, 'config.yaml')
  await writeFile(file, OLD)
})
afterEach(() => rm(folder, { recursive: true }))

/** Another user and group where this process may give files away, else its own. */
const [UID, GID] =
  process.getuid?.() === 0 ? [12_345, 23_456] : [process.getuid?.() ?? 0, process.getgid?.() ?? 0]

describe('a file is replaced', () => {
  test('with every byte of the new text, and nothing beside it', async () => {
    expect(await replaceFile(file, await readText(file), NEW)).toEqual({ kind: 'replaced', durable: true })
    expect(await readFile(file)).toEqual(Buffer.from(NEW))
    expect(await readdir(folder)).toEqual(['config.yaml'])
  })

  test.each([0o600, 0o644, 0o440, 0o4755])('and keeps mode %o, user and group', async (mode) => {
    await chown(file, UID, GID)
    await chmod(file, mode)
    expect(await replaceFile(file, OLD, NEW)).toMatchObject({ kind: 'replaced' })
    const { uid, gid, mode: found } = await stat(file)
    expect([uid, gid, found & 0o7777]).toEqual([UID, GID, mode])
  })

  test('and has a new time', async () => {
    await utimes(file, 1, 1)
    await replaceFile(file, OLD, NEW)
    expect(Date.now() - (await stat(file)).mtimeMs).toBeLessThan(60_000)
  })

  test('where a chain of symbolic links leads, and the links stay', async () => {
    const [one, two] = [join(folder, 'one.yaml'), join(folder, 'links', 'two.yaml')]
    await mkdir(join(folder, 'links'))
    await symlink('config.yaml', one)
    await symlink('../one.yaml', two)
    expect(await replaceFile(two, OLD, NEW)).toMatchObject({ kind: 'replaced' })
    expect([await readlink(two), await readlink(one)]).toEqual(['../one.yaml', 'config.yaml'])
    expect((await lstat(file)).isFile()).toBe(true)
    expect(await readText(file)).toBe(NEW)
    expect([await readdir(join(folder, 'links')), await readdir(folder)]).toEqual([
      ['two.yaml'],
      ['config.yaml', 'links', 'one.yaml'],
    ])
  })
})

describe('a file is left alone', () => {
  afterEach(async () => {
    const names = await readdir(folder, { recursive: true })
    expect(names.filter((name) => name.includes('mcp-url-migrate'))).toEqual([])
  })

  test('when it was changed since it was read', async () => {
    const theirs = OLD.replace('1', '3')
    await writeFile(file, theirs)
    expect(await replaceFile(file, OLD, NEW)).toMatchObject({
      kind: 'refused',
      code: 'changed',
      message: `${file} was changed by somebody else since it was read`,
    })
    expect(await readText(file)).toBe(theirs)
  })

  test('when only its byte order mark or a line end was changed', async () => {
    await writeFile(file, OLD.slice(1))
    expect(await replaceFile(file, OLD, NEW)).toMatchObject({ code: 'changed' })
    await writeFile(file, OLD.replace('\r', ''))
    expect(await replaceFile(file, OLD, NEW)).toMatchObject({ code: 'changed' })
  })

  test.runIf(process.geteuid?.() === 0)('when its owner could not be kept', async () => {
    await chown(folder, UID, GID)
    process.seteuid?.(UID)
    const outcome = await replaceFile(file, OLD, NEW)
    process.seteuid?.(0)
    expect(outcome).toMatchObject({ kind: 'refused', code: 'owner' })
    expect(await readText(file)).toBe(OLD)
  })

  test('when it has a second name, which would keep the old text', async () => {
    await link(file, join(folder, 'other.yaml'))
    expect(await replaceFile(file, OLD, NEW)).toEqual({
      kind: 'refused',
      code: 'hard-links',
      message: `${file} has another name (the hard link ${join(folder, 'other.yaml')}), which would keep the old text`,
    })
    expect(await readText(file)).toBe(OLD)
  })

  test('when that name is somewhere else', async () => {
    await mkdir(join(folder, 'else'))
    await link(file, join(folder, 'else', 'other.yaml'))
    expect(await replaceFile(file, OLD, NEW)).toMatchObject({
      code: 'hard-links',
      message: expect.stringContaining('find -samefile shows it'),
    })
  })

  test('when it is a folder, a pipe or a device', async () => {
    const pipe = join(folder, 'pipe')
    makePipe(pipe)
    for (const path of [folder, pipe, '/dev/zero'])
      expect(await replaceFile(path, OLD, NEW)).toMatchObject({ code: 'no-regular-file' })
    expect(await replaceFile(folder, OLD, NEW)).toMatchObject({ message: `${folder}: it is a folder` })
  })

  test('when the mount table names it', () => {
    const table = [
      '22 1 0:20 / /etc rw - ext4 /dev/a rw',
      '23 1 0:21 /c /srv/my\\040file.yaml rw,relatime - ext4 /dev/a rw',
      '',
    ].join('\n')
    const named = ['/srv/my file.yaml', '/etc', '/etc/x', '/c'].map((path) => isMountPoint(path, table))
    expect(named).toEqual([true, true, false, false])
  })

  describe('when this system cannot copy its attributes:', () => {
    let bin = ''
    beforeEach(async () => {
      bin = await mkdtemp(join(tmpdir(), 'replace-bin-'))
      vi.stubEnv('PATH', bin)
    })
    afterEach(async () => {
      vi.unstubAllEnvs()
      await rm(bin, { recursive: true })
    })

    test.each([
      ['no cp at all', null, 'apk add coreutils'],
      [
        'the cp of busybox',
        'echo "cp: unrecognized option: attributes-only" >&2; exit 1',
        'Install GNU coreutils (on Alpine: apk add coreutils)',
      ],
      [
        'a file system without them',
        'echo "cp: setting attributes for \'x\': Operation not supported" >&2; exit 1',
        'could not be given to the new file (Operation not supported)',
      ],
      ['a cp that is killed', 'kill -9 $$', 'could not be given to the new file (cp did not end)'],
      ['a cp that writes', 'for last; do :; done; echo more > "$last"', 'does not hold what was written'],
    ])('%s', async (_, script, message) => {
      if (script !== null) await writeFile(join(bin, 'cp'), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
      const before = await stat(file)
      expect(await replaceFile(file, OLD, NEW)).toEqual({
        kind: 'refused',
        code: 'attributes',
        message: expect.stringContaining(message),
      })
      expect(await readText(file)).toBe(OLD)
      expect([(await stat(file)).ino, (await stat(file)).mode]).toEqual([before.ino, before.mode])
    })
  })

  test('when it is gone, or a link leads nowhere', async () => {
    await symlink('nowhere.yaml', join(folder, 'link.yaml'))
    const message = (name: string): string => `${join(folder, name)}: there is no such file`
    for (const name of ['gone.yaml', 'no/folder.yaml', 'link.yaml'])
      expect(await replaceFile(join(folder, name), OLD, NEW)).toEqual({
        kind: 'refused',
        code: 'unwritable',
        message: message(name),
      })
    expect((await readdir(folder)).toSorted()).toEqual(['config.yaml', 'link.yaml'])
  })

  test('when its folder takes no new files, not even from root', async () => {
    expect(await replaceFile('/proc/self/comm', await readText('/proc/self/comm'), NEW)).toMatchObject({
      kind: 'refused',
      code: 'unwritable',
    })
  })
})
