import { chmod, mkdtemp, open, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fileWords } from '../../src/core/show/system-words.ts'
import { readRegular, readText, SMALL_LIMIT } from '../../src/files/text-file.ts'
import { makePipe } from '../support/system.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'text-file-'))
  makePipe(join(folder, 'pipe'))
  await symlink('loop', join(folder, 'loop'))
  await writeFile(join(folder, 'file'), 'a: 1\n')
  await symlink('file', join(folder, 'link'))
  const large = await open(join(folder, 'large'), 'w')
  await large.truncate(SMALL_LIMIT + 1)
  await large.close()
})
afterAll(() => rm(folder, { recursive: true }))

describe('what is no file to read is told of in words, and never waited for', () => {
  test.each([
    ['gone', 'there is no such file'],
    ['file/below', 'part of its path is not a folder'],
    ['.', 'it is a folder'],
    ['pipe', 'it is not a regular file'],
    ['/dev/zero', 'it is not a regular file'],
    ['loop', 'its symbolic links lead in a circle'],
    ['n'.repeat(300), 'its name is too long'],
    ['nul\0', 'no file can have such a name'],
    ['large', 'it is larger than 1 MB'],
  ])('%s', async (name, why) => {
    const path = name.startsWith('/') ? name : join(folder, name)
    expect(await readRegular(path, SMALL_LIMIT)).toEqual({ kind: 'unreadable', why })
  })

  test.runIf(process.geteuid?.() === 0)('what another user may not read', async () => {
    await chmod(folder, 0o755)
    const path = join(folder, 'secret')
    await writeFile(path, 'x', { mode: 0o600 })
    process.seteuid?.(12_345)
    const found = await readRegular(path, SMALL_LIMIT)
    process.seteuid?.(0)
    expect(found).toEqual({ kind: 'unreadable', why: 'no permission to read it' })
  })

  test('with the path, as an error of its own', async () => {
    await expect(readText(join(folder, 'pipe'))).rejects.toMatchObject({
      code: 'file-unreadable',
      message: `${join(folder, 'pipe')}: it is not a regular file`,
    })
  })
})

test('a file is read through a link, also where it does not tell its size, up to the last byte allowed', async () => {
  expect(await readText(join(folder, 'link'))).toBe('a: 1\n')
  expect(await readText('/proc/self/mountinfo')).toContain(' / ')
  const text = await readRegular(join(folder, 'file'), 5)
  expect(text).toMatchObject({ kind: 'bytes', bytes: Buffer.from('a: 1\n') })
})

test('what the system says is told in words, and its code only where there are none', () => {
  const said = (code: string, doing: 'read' | 'write') =>
    fileWords(Object.assign(new Error(`${code}: text of the system, open '/x'`), { code }), doing)
  for (const code of ['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'EBUSY', 'EIO', 'ENOENT', 'ELOOP'])
    for (const doing of ['read', 'write'] as const) expect(said(code, doing)).not.toMatch(/E[A-Z]{3,}|\/x/)
  expect(said('EBUSY', 'write')).toContain('the file itself is mounted')
  expect(said('EACCES', 'write')).toBe('no permission to write in the folder')
  expect(said('EODD', 'read')).toBe('the system says EODD')
})
