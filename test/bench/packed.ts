import { existsSync, realpathSync } from 'node:fs'
import { lstat, mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Mismeasured } from './figure.ts'
import { type Ran, run } from './run.ts'

// npm is not what is measured: it keeps the settings of who runs it, but for what `npm run` tells of this package.
const npmEnvironment = (folder: string): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^npm_(package|lifecycle|command|config_local_prefix|config_global_prefix)/.test(name),
    ),
  ),
  npm_config_cache: join(folder, 'cache'),
  npm_config_audit: 'false',
  npm_config_fund: 'false',
  npm_config_update_notifier: 'false',
})

/** The folder with the package.json that a program belongs to. Throws `Mismeasured` where there is none. */
export function packageOf(program: string): string {
  let folder = dirname(realpathSync(program))
  while (!existsSync(join(folder, 'package.json'))) {
    if (folder === dirname(folder)) throw new Mismeasured(`${program} belongs to no package`)
    folder = dirname(folder)
  }
  return folder
}

/** How much a folder takes on the disk, in bytes: whole blocks, as `du` counts them. */
export async function onDisk(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true })
  const entries = await Promise.all(
    [folder, ...names.map((name) => join(folder, name))].map((each) => lstat(each)),
  )
  return entries.reduce((sum, { blocks }) => sum + blocks * 512, 0)
}

/** The package that a program belongs to, packed, and installed where nothing is. */
export class Packed {
  readonly #program: string
  readonly #folder: string
  readonly #env: NodeJS.ProcessEnv
  #tarball: Promise<string> | null = null
  #empty: Promise<string> | null = null
  #installed: Promise<string> | null = null

  /** `folder`: for all that this makes. */
  constructor(program: string, folder: string) {
    this.#program = program
    this.#folder = folder
    this.#env = npmEnvironment(folder)
  }

  #npm(args: readonly string[], cwd: string): Promise<Ran> {
    return run(['npm', ...args], { env: this.#env, cwd })
  }

  async #pack(folder: string): Promise<string> {
    // What is measured has been built: its scripts would build it again.
    const { stdout } = await this.#npm(
      ['pack', '--silent', '--ignore-scripts', '--pack-destination', this.#folder],
      folder,
    )
    return join(this.#folder, stdout.trim())
  }

  async #packEmpty(): Promise<string> {
    const folder = join(this.#folder, 'nothing')
    await mkdir(folder)
    await writeFile(join(folder, 'package.json'), '{ "name": "nothing", "version": "1.0.0" }\n')
    return this.#pack(folder)
  }

  async #install(tarball: string): Promise<{ folder: string; milliseconds: number }> {
    const folder = await mkdtemp(join(this.#folder, 'install-'))
    const { began, ended } = await this.#npm(
      ['install', '--prefer-offline', '--prefix', folder, tarball],
      folder,
    )
    return { folder, milliseconds: ended - began }
  }

  /** The path of the tarball, made once. */
  tarball(): Promise<string> {
    return (this.#tarball ??= this.#pack(packageOf(this.#program)))
  }

  /** Installs the tarball into an empty folder. Returns how long it took, in milliseconds. */
  async install(): Promise<number> {
    return (await this.#install(await this.tarball())).milliseconds
  }

  /** Installs a package with nothing in it. Returns how long it took, in milliseconds. */
  async installEmpty(): Promise<number> {
    return (await this.#install(await (this.#empty ??= this.#packEmpty()))).milliseconds
  }

  /** A folder that holds the tarball's installation and nothing else, made once. */
  installed(): Promise<string> {
    return (this.#installed ??= this.tarball()
      .then((tarball) => this.#install(tarball))
      .then(({ folder }) => join(folder, 'node_modules')))
  }

  /** How many packages an installation has, by npm's own list of them. */
  async packages(): Promise<number> {
    const text = await readFile(join(await this.installed(), '.package-lock.json'), 'utf8')
    return Object.keys((JSON.parse(text) as { packages: object }).packages).length
  }
}
