import { startSandbox } from '../../src/sandbox/index.ts'
import { configured, describeOpen, describeWithoutDatabase } from './no-database.ts'

const ORIGIN = 'http://localhost:8585'

const configServers = Object.entries(configured(ORIGIN)).map(([server_name, entry]) => ({
  server_name,
  auth_type: null,
  alias: null,
  ...entry,
}))

/** The releases that are asked in the laboratory, too; 1.105.7 only there, as the sandbox plays its eras. */
for (const version of ['1.77.7', '1.81.14', '1.106.2']) {
  const options = { version, database: false, configServers }
  describeWithoutDatabase({ name: 'the sandbox', version, start: () => startSandbox(options) }, () => ORIGIN)
  const open = { ...options, openToAll: true }
  describeOpen({ name: 'the sandbox', version, start: () => startSandbox(open) })
}
