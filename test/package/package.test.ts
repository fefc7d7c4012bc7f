import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { SCRIPT } from '../support/cli.ts'

const run = promisify(execFile)

/** The package as it ships: that of this checkout, or the one that was installed. */
const PACKAGE = dirname(dirname(SCRIPT))

const inPackage = (path: string): Promise<string> => readFile(join(PACKAGE, path), 'utf8')

const manifest = z.looseObject({ version: z.string() }).parse(JSON.parse(await inPackage('package.json')))

const chunks = (await readdir(join(PACKAGE, 'dist'))).filter((name) => name.endsWith('.js'))

const texts = new Map(
  await Promise.all(chunks.map(async (name) => [name, await inPackage(`dist/${name}`)] as const)),
)

/** The bundle says of each module where it comes from. */
const librariesIn = (text: string): string[] =>
  [...text.matchAll(/^\/\/ node_modules\/((?:@[^/]+\/)?[^/]+)\//gm)].map(([, name = '']) => name)

const bundled = [...new Set([...texts.values()].flatMap(librariesIn))].toSorted()

const licence = z.looseObject({ license: z.object({ id: z.string() }) })
const bill = z
  .object({
    components: z.array(
      z.looseObject({ 'bom-ref': z.string(), purl: z.string(), licenses: z.array(licence) }),
    ),
    dependencies: z.array(z.object({ ref: z.string(), dependsOn: z.array(z.string()) })),
  })
  .parse(JSON.parse(await inPackage('sbom.cdx.json')))

const nameOf = (ref: string): string => ref.slice(0, ref.lastIndexOf('@'))

test('nothing has to be installed beside it, and nothing runs when it is', () => {
  for (const field of ['dependencies', 'optionalDependencies', 'peerDependencies', 'bundleDependencies'])
    expect(manifest[field]).toBeUndefined()
  expect(Object.keys(manifest['scripts'] ?? {}).filter((name) => /^(pre|post)?install$/.test(name))).toEqual(
    [],
  )
})

test('every library that it is made of is in it', () => {
  const wanted = [
    'got',
    'zod',
    '@inquirer/core',
    'ora',
    'diff',
    'commander',
    'yaml',
    'nanotar',
    'https-proxy-agent',
  ]
  expect(wanted.filter((name) => !bundled.includes(name))).toEqual([])
})

test('no chunk asks for anything but the others and what is in Node', () => {
  const asked = [...texts].flatMap(([chunk, text]) =>
    [...text.replaceAll(/^\s*(?:\*|\/\/|\/\*).*$/gm, '').matchAll(/\b(?:require|import)\("([^"]+)"\)/g)].map(
      ([, name = '']) => ({ chunk, name }),
    ),
  )
  expect(asked.length).toBeGreaterThan(50)
  expect(asked.filter(({ name }) => !isBuiltin(name) && !texts.has(name.replace(/^\.\//, '')))).toEqual([])
})

/** The chunks that are loaded with a chunk, whatever it is loaded for. */
const loadedWith = (chunk: string): string[] =>
  [...(texts.get(chunk) ?? '').matchAll(/^(?:const|let|var) \w+ = require\("\.\/([^"]+)"\)/gm)].map(
    ([, name = '']) => name,
  )

test('to say its version and its help it loads one chunk, and to complete a word or to ask a gateway one more', () => {
  expect(loadedWith('main.js')).toEqual(['rolldown-runtime.js'])
  expect(loadedWith('completion.js').toSorted()).toEqual(['main.js', 'rolldown-runtime.js'])
  expect(loadedWith('command.js').toSorted()).toEqual(['main.js', 'rolldown-runtime.js'])
  expect(librariesIn(texts.get('main.js') ?? '')).toContain('commander')
  const early = ['main.js', 'command.js'].flatMap((name) => librariesIn(texts.get(name) ?? ''))
  const late = ['@inquirer/core', 'ora', 'diff', 'yaml', 'https-proxy-agent', 'nanotar']
  expect(late.filter((name) => early.includes(name))).toEqual([])
})

test('no chunk is loaded while it loads another: that one would find it half made', () => {
  const through = (chunk: string, path: readonly string[]): string[][] =>
    path.includes(chunk)
      ? [[...path, chunk]]
      : loadedWith(chunk).flatMap((each) => through(each, [...path, chunk]))
  expect(chunks.flatMap((chunk) => through(chunk, []))).toEqual([])
})

test('the notices name each library in it, with version, licence and the text of that', async () => {
  const [, ...notices] = (await inPackage('THIRD-PARTY-NOTICES')).split(`\n${'-'.repeat(80)}\n\n`)
  const named = notices.map((notice) => {
    const [head = '', ...text] = notice.split('\n')
    const [, library = '', version = '', spdx = ''] = /^(\S+) (\S+) \((.+)\)$/.exec(head) ?? []
    return { ref: `${library}@${version}`, library, spdx, text: text.join('\n') }
  })
  expect([...new Set(named.map(({ library }) => library))].toSorted()).toEqual(bundled)
  expect(
    named.filter(({ spdx, text }) => spdx === '' || !/copyright|permission|licen[cs]e/i.test(text)),
  ).toEqual([])
  expect(named.map(({ ref }) => ref).toSorted()).toEqual(
    bill.components.map((each) => each['bom-ref']).toSorted(),
  )
  const licences = bill.components.map((each) => `${each['bom-ref']} ${each.licenses[0]?.license.id}`)
  expect(named.map(({ ref, spdx }) => `${ref} ${spdx}`).toSorted()).toEqual(licences.toSorted())
})

test('the bill of materials names them too, and nothing of who built it', async () => {
  expect([...new Set(bill.components.map((each) => nameOf(each['bom-ref'])))].toSorted()).toEqual(bundled)
  for (const { purl, ...each } of bill.components)
    expect(purl).toBe(`pkg:npm/${each['bom-ref'].replace(/^@/, '%40')}`)
  const refs = new Set(bill.components.map((each) => each['bom-ref']))
  const known = bill.dependencies.flatMap(({ dependsOn }) => dependsOn)
  expect(known.filter((ref) => !refs.has(ref))).toEqual([])
  expect(await inPackage('sbom.cdx.json')).not.toMatch(/timestamp|serialNumber|https?:\/\/(?!cyclonedx\.org)/)
})

test('it holds what a person needs, and nothing of how it is made', async () => {
  const { stdout } = await run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: PACKAGE })
  const [packed] = z
    .array(
      z.object({
        size: z.number(),
        unpackedSize: z.number(),
        files: z.array(z.object({ path: z.string() })),
      }),
    )
    .parse(JSON.parse(stdout))
  const paths = packed?.files
    .map(({ path }) => path)
    .filter((path) => !/^(dist|docs|migrations)\//.test(path))
  expect(paths?.toSorted()).toEqual([
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'SECURITY.md',
    'THIRD-PARTY-NOTICES',
    'bin/mcp-url-migrate.js',
    'package.json',
    'sbom.cdx.json',
  ])
  expect(chunks.length).toBeLessThanOrEqual(16)
  expect(packed?.size).toBeLessThanOrEqual(1.5e6)
  expect(packed?.unpackedSize).toBeLessThanOrEqual(6e6)
})
