import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { type AddressInfo, connect, createServer } from 'node:net'
import { join } from 'node:path'
import { temporaryFolder } from './cli.ts'
import { claimPort } from './free-port.ts'
import { CONFIG, LAB, type LabGateway, labVariable, untilItAnswers } from './lab.ts'

/** A proxy that runs until it is ended. */
export interface Place {
  readonly gateway: LabGateway
  end(): Promise<void>
}

/** Starts one more LiteLLM of a gateway's release, as the lab's up.sh does, with an environment of its own. */
async function start(
  gateway: LabGateway,
  config: string,
  env: Record<string, string | undefined>,
  rootPath = '',
): Promise<Place> {
  const { port, giveBack } = await claimPort()
  const programs = `${await labVariable('CACHE')}/litellm-${gateway.version}/bin`
  const { DATABASE_URL: _none, ...environment } = process.env
  const litellm = spawn(
    `${programs}/litellm`,
    ['--config', config, '--host', '127.0.0.1', '--port', String(port), '--telemetry', 'False'],
    {
      cwd: await temporaryFolder(),
      stdio: 'ignore',
      env: {
        ...environment,
        PATH: `${LAB}/bin:${programs}:${process.env['PATH']}`,
        PRISMA_QUERY_ENGINE_BINARY: `${await labVariable('CACHE')}/engine/query-engine.mjs`,
        LITELLM_MASTER_KEY: gateway.masterKey,
        LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY: 'true',
        LITELLM_LOCAL_MODEL_COST_MAP: 'True',
        LITELLM_MODE: 'PRODUCTION',
        ...env,
      },
    },
  )
  const ended = once(litellm, 'exit')
  const end = async () => {
    litellm.kill('SIGINT')
    // It waits for connections that never close, now and then: by force after as long as the lab's down.sh gives it.
    const force = setTimeout(() => litellm.kill('SIGKILL'), 15_000)
    await ended
    clearTimeout(force)
    await giveBack()
  }
  const url = `http://127.0.0.1:${port}${rootPath}`
  await untilItAnswers(url, () => litellm.exitCode !== null).catch(async (error: unknown) => {
    await end()
    throw error
  })
  return { gateway: { ...gateway, url }, end }
}

/** What one more LiteLLM on a gateway's database needs in its environment. */
const onDatabaseOf = ({ databasePort }: LabGateway): Record<string, string> => ({
  DATABASE_URL: `postgresql://litellm@127.0.0.1:${databasePort}/litellm`,
  DISABLE_SCHEMA_UPDATE: 'true',
  DISABLE_ADMIN_UI: 'True',
  LITELLM_SALT_KEY: 'sk-salt-for-tests',
  STORE_MODEL_IN_DB: 'True',
})

/** One more worker on a gateway's database, behind a root path. */
export function startUnderRootPath(gateway: LabGateway, rootPath: string): Promise<Place> {
  return start(gateway, CONFIG, { ...onDatabaseOf(gateway), SERVER_ROOT_PATH: rootPath }, rootPath)
}

/** One more worker on a gateway's database, with a configuration of its own: what a restart with it would be. */
export function startWithConfig(gateway: LabGateway, config: string): Promise<Place> {
  return start(gateway, config, onDatabaseOf(gateway))
}

/**
 * A LiteLLM that has no database, with a configuration of its own; `masterKey: null` for one without a master key. JSON
 * is YAML, too.
 */
export async function startWithoutDatabase(
  gateway: LabGateway,
  servers: object,
  { masterKey = gateway.masterKey }: { masterKey?: string | null } = {},
): Promise<Place & { config: string }> {
  const config = join(await temporaryFolder(), 'config.yaml')
  const general = masterKey === null ? {} : { general_settings: { master_key: masterKey } }
  await writeFile(config, JSON.stringify({ model_list: [], ...general, mcp_servers: servers }, null, 2))
  return { ...(await startOnConfig(gateway, config, masterKey)), config }
}

/** The same on a file that is there: what a restart with it would be. */
export function startOnConfig(
  gateway: LabGateway,
  config: string,
  masterKey: string | null = gateway.masterKey,
): Promise<Place> {
  const { username, password } = gateway
  return start(gateway, config, {
    UI_USERNAME: username,
    UI_PASSWORD: password,
    ...(masterKey === null ? { LITELLM_MASTER_KEY: undefined } : {}),
  })
}

const portOf = ({ url }: LabGateway): number => Number(new URL(url).port)

/** An address of its own for a gateway: each connection goes to the port that is named when it comes. */
async function behindAddress(gateway: LabGateway, portNow: () => number): Promise<Place> {
  const forwarder = createServer((client) => {
    const server = connect(portNow(), '127.0.0.1')
    client.pipe(server).pipe(client)
    client.on('error', () => server.destroy())
    server.on('error', () => client.destroy())
  }).listen(0, '127.0.0.1')
  await once(forwarder, 'listening')
  const { port } = forwarder.address() as AddressInfo
  const end = async (): Promise<void> => {
    forwarder.close()
  }
  return { gateway: { ...gateway, url: `http://127.0.0.1:${port}` }, end }
}

/** An address that stays the same while another LiteLLM takes the place of the first, as after a restart. */
export async function startAddress(
  gateway: LabGateway,
): Promise<Place & { leadTo: (other: LabGateway) => void }> {
  let port = portOf(gateway)
  const place = await behindAddress(gateway, () => port)
  return {
    ...place,
    leadTo: (other) => {
      port = portOf(other)
    },
  }
}

/**
 * Two LiteLLMs on one database behind one address, the gateway's own among them: each connection goes to the other of the
 * two, as a load balancer does it.
 */
export async function startReplicas(gateway: LabGateway): Promise<Place> {
  const other = await startWithConfig(gateway, CONFIG)
  const ports = [gateway, other.gateway].map(portOf)
  let turn = 0
  const balancer = await behindAddress(gateway, () => {
    turn += 1
    return ports[turn % 2] ?? 0
  })
  const end = async (): Promise<void> => {
    await balancer.end()
    await other.end()
  }
  return { ...balancer, end }
}
