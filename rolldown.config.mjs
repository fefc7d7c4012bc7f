// One build: the program and every library in it, as readable code in a few chunks that are loaded when they are needed,
// with the notices of the libraries and a list of them (SBOM).
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'rolldown'
import license from 'rollup-plugin-license'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const source = (...names) => names.map((name) => here(`src/${name}.ts`))
const library = (name) => fileURLToPath(import.meta.resolve(name))

/**
 * The chunks in the order in which they are filled: each takes all that its modules import and that none before it has.
 * What is imported dynamically begins a chunk of its own.
 */
const CHUNKS = {
  // With what completion shares with the commands.
  main: source('cli/main', 'cli/started-as', 'journal/default-folder', 'sandbox/version'),
  completion: source('cli/completion/complete', 'cli/completion/scripts'),
  // All that a command needs until its first question to the gateway is out.
  command: source(
    'cli/work',
    'cli/options/read',
    ...['migrate', 'revert', 'status/rounds', 'verify/rounds'].map((name) => `cli/commands/${name}`),
  ),
  history: source('cli/commands/history/show'),
  // What reads YAML of our own.
  rules: source('files/migrations', 'core/verify/keys-file'),
  run: source('gateway/connect/enter', 'runs/plan/configuration', 'cli/job/job'),
  docker: source('docker/connect/connect'),
  status: source('cli/commands/status/round'),
  verify: source('cli/commands/verify/round'),
  sandbox: source('cli/commands/sandbox', 'cli/commands/sandbox-gateway/serve'),
  proxy: [library('https-proxy-agent')],
  spinner: [library('ora')],
  prompts: source('cli/terminal/prompts/prompts'),
}

const refused = (name) => `() => { throw new Error('${name} is left out of this bundle') }`

/**
 * Parts of libraries that this program never uses: they cost time as they load, weigh much, or would be taken from wherever
 * it is installed. By the library that asks for them: what stands in their place.
 */
const LEFT_OUT = {
  got: {
    // HTTP/2, caches, compressed answers.
    'http2-wrapper': `export default { auto: ${refused('http2-wrapper')} }`,
    'cacheable-request': `export default ${refused('cacheable-request')}; export class CacheError extends Error {}`,
    'cacheable-lookup': `export default ${refused('cacheable-lookup')}`,
    'decompress-response': `export default ${refused('decompress-response')}`,
  },
  // A sign-in to proxies by Kerberos, which would have to be installed.
  'https-proxy-agent': {
    'proxy-agent-negotiate': `export const createNegotiateAuth = ${refused('proxy-agent-negotiate')}`,
  },
  // Colours of its own, where a package of that name is installed.
  debug: { 'supports-color': 'module.exports = {}' },
  // Commands that are files of their own, started as programs.
  commander: { 'node:child_process': `module.exports = { spawn: ${refused('child_process')} }` },
}

/** What stands in the place of modules that were asked for, by their ids here. */
const inPlace = new Map()

const idOf = (name) => `\0left-out:${name}`

const leaveOut = {
  name: 'leave-out',
  resolveId(name, importer = '') {
    const [, library = ''] =
      /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(importer.replaceAll('\\', '/')) ?? []
    const code = LEFT_OUT[library]?.[name]
    if (code === undefined) return null
    inPlace.set(idOf(name), code)
    return idOf(name)
  },
  load: (id) => inPlace.get(id) ?? null,
  buildEnd(failure) {
    const idle = Object.values(LEFT_OUT)
      .flatMap(Object.keys)
      .filter((name) => !inPlace.has(idOf(name)))
    if (!failure && idle.length > 0) this.error(`nothing asks for ${idle.join(', ')} any more`)
  },
}

/** For the sentences of got's checks of its own options: to make these takes a quarter of the time that a command needs to start. */
const LISTS = /new Intl\.ListFormat\('en', \{ style: 'long', type: '(con|dis)junction' \}\)/g

const withoutLists = {
  name: 'without-lists',
  transform: {
    filter: { id: /@sindresorhus[\\/]is[\\/]distribution[\\/]index\.js$/ },
    handler(code, id) {
      const lists = code.match(LISTS) ?? []
      if (lists.length !== 2) this.error(`${id} makes its lists in another way now`)
      return code.replaceAll(LISTS, "{ format: (list) => [...list].join(', ') }")
    },
  },
}

const chunkOf = new Map()

const fillChunks = {
  name: 'fill-chunks',
  buildEnd(failure) {
    if (failure) return
    const fill = (chunk, id) => {
      const module = this.getModuleInfo(id)
      if (!module) this.error(`${id} is no module of the program`)
      if (chunkOf.has(id)) return
      chunkOf.set(id, chunk)
      for (const each of module.importedIds) if (this.getModuleInfo(each)) fill(chunk, each)
    }
    for (const [chunk, ids] of Object.entries(CHUNKS)) for (const id of ids) fill(chunk, id)
  },
}

const own = JSON.parse(readFileSync(here('package.json'), 'utf8'))

const refOf = ({ name, version }) => `${name}@${version}`

/** The libraries in the bundle, without this package itself. */
const sorted = (found) =>
  found.filter(({ name }) => name !== own.name).toSorted((a, b) => (refOf(a) < refOf(b) ? -1 : 1))

/** The text that goes with the program: whose code is in it, under which licence. */
const notices = (found) =>
  [
    `${own.name} holds the code of these libraries. What it never uses of ${Object.keys(LEFT_OUT).join(', ')} is left out;\nof @sindresorhus/is two lines are replaced.\n`,
    ...sorted(found).map(({ name, version, license, licenseText, noticeText, author }) => {
      if (!license) throw new Error(`${name} names no licence`)
      // The package holds no text of it.
      const short = `Copyright ${author?.text() ?? `the authors of ${name}`}\nhttps://spdx.org/licenses/${license}.html`
      const parts = [`${name} ${version} (${license})`, licenseText ?? short, noticeText]
      return `${parts.filter(Boolean).join('\n\n').trim()}\n`
    }),
  ].join(`\n${'-'.repeat(80)}\n\n`)

/** What npm knows of these libraries, as a CycloneDX document: without time, place and serial number, which differ from one build to the next. */
function bill(found) {
  const command = [
    'sbom',
    '--sbom-format',
    'cyclonedx',
    '--sbom-type',
    'application',
    '--package-lock-only',
    '--include=dev',
  ]
  const all = JSON.parse(execFileSync('npm', command, { cwd: here('.'), encoding: 'utf8' }))
  const refs = new Set(sorted(found).map(refOf))
  const components = all.components.filter((each) => refs.has(refOf(each)))
  if (components.length !== refs.size) throw new Error('npm sbom does not know every library in the bundle')
  const { $schema, bomFormat, specVersion, metadata, dependencies } = all
  const document = {
    $schema,
    bomFormat,
    specVersion,
    version: 1,
    metadata: { lifecycles: [{ phase: 'build' }], component: { ...metadata.component, name: own.name } },
    components: components.map((each) => ({
      ...each,
      scope: 'required',
      properties: [],
      externalReferences: [],
    })),
    dependencies: dependencies
      .filter(({ ref }) => ref === refOf(own) || refs.has(ref))
      .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((each) => refs.has(each)) })),
  }
  return `${JSON.stringify(document, null, 2)}\n`
}

export default defineConfig({
  input: { main: here('src/cli/main.ts') },
  platform: 'node',
  // Both, so that the chunks are filled as said above, and nothing else.
  preserveEntrySignatures: 'allow-extension',
  plugins: [
    leaveOut,
    withoutLists,
    fillChunks,
    license({
      cwd: here('.'),
      thirdParty: {
        multipleVersions: true,
        output: [
          { file: here('THIRD-PARTY-NOTICES'), template: notices },
          { file: here('sbom.cdx.json'), template: bill },
        ],
      },
    }),
  ],
  output: {
    dir: here('dist'),
    cleanDir: true,
    minify: false,
    format: 'cjs',
    entryFileNames: '[name].js',
    chunkFileNames: '[name].js',
    codeSplitting: {
      includeDependenciesRecursively: false,
      groups: [{ debugName: 'chunks', name: (id) => chunkOf.get(id) ?? null }],
    },
  },
})
