import { createTar } from 'nanotar'
import { describe, expect, test } from 'vitest'
import type { Docker } from '../../src/docker/port.ts'
import { failure, fakeEngine } from './fake-engine.ts'

const SYMLINK = 2 ** 27
const FOLDER = 2 ** 31
const FIFO = 2 ** 25

interface Place {
  mode?: number
  linkTarget?: string
  /** The header itself, in place of one made of these. */
  stat?: string | null
  tar?: Uint8Array
}

/** The archive of one file with this text. */
const file = (text: string, name = 'file'): Buffer => Buffer.from(createTar([{ name, data: text }]))

/** A header of 512 bytes, with `size` as it stands there, before a body. */
function entry(
  { name = 'file', size, type = '0' }: { name?: string; size: string; type?: string },
  body = '',
): Buffer {
  const header = Buffer.alloc(512)
  header.write(name, 0)
  header.write(size, 124, 'latin1')
  header.write(type, 156)
  const padded = Buffer.alloc(Math.ceil(body.length / 512) * 512)
  padded.write(body)
  return Buffer.concat([header, padded])
}

const octal = (size: number): string => size.toString(8).padStart(11, '0')
const END = Buffer.alloc(1024)

/** An engine with a container that has these places. */
async function having(places: Record<string, Place>): Promise<Docker> {
  const { docker } = await fakeEngine({
    '/containers/a1/archive': (answer, request) => {
      const place = places[new URL(request.url ?? '', 'http://x').searchParams.get('path') ?? '']
      if (!place) return void answer.writeHead(404).end('{"message":"no such file"}')
      const { mode = 0o644, linkTarget = '', tar = END } = place
      const {
        stat = Buffer.from(JSON.stringify({ name: 'x', size: 1, mode, linkTarget })).toString('base64'),
      } = place
      if (stat !== null) answer.setHeader('X-Docker-Container-Path-Stat', stat)
      answer.end(tar)
    },
  })
  return docker
}

describe('a file inside a container', () => {
  test('is its text, whatever its length and name', async () => {
    const long = 'a'.repeat(1024 * 1024)
    const pax = Buffer.concat([
      entry({ name: 'PaxHeaders/x', size: octal(20), type: 'x' }, '20 path=longer/name\n'),
      entry({ size: octal(3) }, 'pax'),
      END,
    ])
    const gnu = Buffer.concat([
      entry({ name: '././@LongLink', size: octal(200), type: 'L' }, 'n'.repeat(200)),
      entry({ size: octal(3) }, 'gnu'),
      END,
    ])
    const docker = await having({
      '/short': { tar: file('é\ufeff\n') },
      '/empty': { tar: Buffer.concat([entry({ size: octal(0) }), END]) },
      '/long': { tar: file(long) },
      '/pax': { tar: pax },
      '/gnu': { tar: gnu },
      '/podman': { tar: file('text'), linkTarget: '/podman' },
      '/unsaid': { tar: file('text'), stat: null },
      '/misread': { tar: file('text'), stat: 'no base64 of JSON' },
    })
    const found = await Promise.all(
      ['short', 'empty', 'long', 'pax', 'gnu', 'podman', 'unsaid', 'misread'].map((name) =>
        docker.readFile('a1', `/${name}`),
      ),
    )
    expect(found).toEqual(['é\ufeff\n', '', long, 'pax', 'gnu', 'text', 'text', 'text'])
  })

  test('is found behind links, as far as these lead', async () => {
    const link = (linkTarget: string): Place => ({
      mode: SYMLINK + 0o777,
      linkTarget,
      tar: entry({ size: octal(0), type: '2' }),
    })
    const docker = await having({
      '/file': { tar: file('text') },
      '/link': link('/file'),
      '/podman': { ...link('/file'), tar: file('text') },
      '/dangling': link('/nothing'),
      '/loop': link('/loop'),
      '/nowhere': link(''),
    })
    const found = await Promise.all(
      ['/link', '/podman', '/dangling', '/loop', '/nowhere'].map((path) => docker.readFile('a1', path)),
    )
    expect(found).toEqual(['text', 'text', null, null, null])
  })

  test('is none, where something else is there or nothing', async () => {
    const docker = await having({
      '/folder': {
        mode: FOLDER + 0o755,
        tar: Buffer.concat([file('inside', 'folder/file'), Buffer.alloc(3e6)]),
      },
      '/pipe': { mode: FIFO + 0o644, tar: file('what a pipe is not') },
      '/unsaid': { stat: null, tar: Buffer.concat([entry({ size: octal(0), type: '5' }), END]) },
      '/zeros': {},
      '/nobody': { tar: Buffer.alloc(0) },
    })
    const found = await Promise.all(
      ['/folder', '/pipe', '/unsaid', '/zeros', '/nobody', '/missing'].map((path) =>
        docker.readFile('a1', path),
      ),
    )
    expect(found).toEqual([null, null, null, null, null, null])
  })

  test.each([
    ['longer than 1 MB', file('a'.repeat(1024 * 1024 + 1)), '/file is longer than 1 MB'],
    ['endless', Buffer.alloc(4e6, 'a'), '/file is longer than 1 MB'],
    [
      'without its end',
      Buffer.concat([entry({ size: octal(5000) }, 'a'.repeat(600))]),
      'its archive is damaged',
    ],
    [
      'of a size that is no number',
      Buffer.concat([entry({ size: 'many' }, 'a'), END]),
      'its archive is damaged',
    ],
    [
      'of a size in base 256',
      Buffer.concat([entry({ size: '\x80\0\0\0\x01' }, 'a'), END]),
      'its archive is damaged',
    ],
    [
      'of a size below nothing',
      Buffer.concat([entry({ size: '-1000' }, 'a'), END]),
      'its archive is damaged',
    ],
    [
      'after a header of a size below nothing',
      Buffer.concat([entry({ size: '-1000', type: 'x' }, 'a'), END]),
      'its archive is damaged',
    ],
    [
      'after a name of more than there is',
      Buffer.concat([entry({ size: octal(9e6), type: 'L' }, 'a'), END]),
      'its archive is damaged',
    ],
  ])('is not read, where it is %s', async (_, tar, reason) => {
    const docker = await having({ '/file': { tar } })
    expect(await failure(docker.readFile('a1', '/file'))).toBe(`Docker could not read a file: ${reason}`)
  })
})
