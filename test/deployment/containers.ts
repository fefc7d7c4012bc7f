import { execFile } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { z } from 'zod'
import type { Docker } from '../../src/docker/port.ts'

const run = promisify(execFile)

/** Runs a program, and gives back what it printed. Rejects unless it exits 0. */
export async function sh(program: string, ...args: string[]): Promise<string> {
  return (await run(program, args, { maxBuffer: 16 * 1024 * 1024 })).stdout.trim()
}

/** Runs Docker's own client. */
export const docker = (...args: string[]): Promise<string> => sh('docker', ...args)

const inspected = z.object({
  Config: z.object({
    Cmd: z.array(z.string()),
    Image: z.string(),
    Hostname: z.string(),
    Env: z.array(z.string()).nullish(),
  }),
  HostConfig: z.object({ Binds: z.array(z.string()).nullish() }),
  NetworkSettings: z.object({ Networks: z.record(z.string(), z.unknown()) }),
})

/** A shell command that makes a file, links to it, a dangling one, a loop and a pipe in /tmp/links of a container. */
export const MAKE_LINKS = `rm -rf /tmp/links && mkdir /tmp/links && cd /tmp/links && echo text >file
ln -s /tmp/links/file absolute; ln -s ../links/file relative; ln -s relative chain; ln -s . folder
ln -s nothing dangling; mkfifo pipe; head -c 1048577 /dev/zero >long`

/** What is read there through an engine, by name. Failures are sentences. */
export async function readLinks(engine: Docker, id: string): Promise<Record<string, string | null>> {
  const names = 'file absolute relative chain folder/file dangling folder pipe missing long'.split(' ')
  const read = async (name: string): Promise<[string, string | null]> => [
    name,
    await engine.readFile(id, `/tmp/links/${name}`).catch((error: Error) => error.message),
  ]
  return Object.fromEntries(await Promise.all(names.map(read)))
}

/** What has to be read there, on every engine. */
export const LINKS = {
  file: 'text\n',
  absolute: 'text\n',
  relative: 'text\n',
  chain: 'text\n',
  'folder/file': 'text\n',
  dangling: null,
  folder: null,
  pipe: null,
  missing: null,
  long: 'Docker could not read a file: /tmp/links/long is longer than 1 MB',
}

/** What a container was started with: enough to start it anew, the same or otherwise. */
export interface Recipe {
  name: string
  image: string
  hostname: string
  env: string[]
  binds: string[]
  networks: string[]
  command: string[]
  publish: string[]
}

/** How a container that exists was started, without the ports that it publishes. */
export async function recipeOf(name: string): Promise<Recipe> {
  const found = z.array(inspected).parse(JSON.parse(await docker('inspect', name)))[0]
  if (!found) throw new Error(`there is no container ${name}`)
  const { Config, HostConfig, NetworkSettings } = found
  return {
    name,
    image: Config.Image,
    hostname: Config.Hostname,
    env: Config.Env ?? [],
    // Docker's own client hands them over in any order.
    binds: (HostConfig.Binds ?? []).toSorted((a, b) => (a < b ? -1 : 1)),
    networks: Object.keys(NetworkSettings.Networks),
    command: Config.Cmd,
    publish: [],
  }
}

const each = (option: string, values: readonly string[]): string[] =>
  values.flatMap((value) => [option, value])

/** Starts a container by a recipe. */
async function start(recipe: Recipe): Promise<void> {
  const { name, image, hostname, env, binds, networks, command, publish } = recipe
  const [network = 'bridge', ...others] = networks
  const options = [...each('-e', env), ...each('-v', binds), ...each('-p', publish)]
  const place = ['--hostname', hostname, '--network', network]
  await docker('run', '-d', '--name', name, ...place, ...options, image, ...command)
  for (const other of others) await docker('network', 'connect', other, name)
}

const kept = (name: string): string => `${name}-kept`

/** Starts another container under the name of one, which is kept, running, away from all networks. */
export async function replace(recipe: Recipe): Promise<void> {
  const { name, networks } = recipe
  for (const network of networks) await docker('network', 'disconnect', network, name)
  await docker('rename', name, kept(name))
  await start(recipe)
}

/** Puts the container that was kept back into its place. Nothing is done where none was. */
export async function putBack({ name, networks }: Recipe): Promise<void> {
  const names = (await docker('ps', '-a', '--format', '{{.Names}}')).split('\n')
  if (!names.includes(kept(name))) return
  if (names.includes(name)) await docker('rm', '-f', name)
  await docker('rename', kept(name), name)
  for (const network of networks) await docker('network', 'connect', network, name)
}

/** Sees that a container is on these networks. */
export async function joined(name: string, networks: readonly string[]): Promise<void> {
  const there = (await recipeOf(name)).networks
  for (const network of networks.filter((each) => !there.includes(each)))
    await docker('network', 'connect', network, name)
}

/** Waits until something comes true, for a minute at most. */
export async function until(what: string, isTrue: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 60_000
  while (!(await isTrue().catch(() => false))) {
    if (Date.now() > end) throw new Error(`${what}: not within a minute`)
    await sleep(200)
  }
}

/** Waits until the proxy in a container answers inside it. */
export function untilProxyAnswers(name: string, port = 8080): Promise<void> {
  const url = `http://127.0.0.1:${port}/status`
  return until(
    `${name} answers`,
    async () => (await docker('exec', name, 'curl', '-s', '-m', '2', url)) !== '',
  )
}

/** The process id, on this machine, of what runs in a container. */
const pidOf = (name: string): Promise<string> => docker('inspect', '-f', '{{.State.Pid}}', name)

/** Runs a program in the network of a container. */
export async function inNetworkOf(name: string, ...command: string[]): Promise<string> {
  return sh('nsenter', '-t', await pidOf(name), '-n', ...command)
}
