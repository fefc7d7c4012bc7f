// The situations of which journals are kept. `kill` names a boundary of test/prove/kill-points.mjs; `again`: the first
// step is a plain run, which a later version can do anew and compare its lines.
const OLD = 'http://localhost:8585'
const EVERYWHERE = ['--migration', 'localhost-8585-to-mcp-proxy-sse-everywhere']

const server = (name, more = {}) => ({
  server_id: `id-${name}`,
  server_name: name,
  alias: name,
  url: `${OLD}/servers/${name}/sse`,
  ...more,
})
const TWO = [server('fetch'), server('n8n')]
const THREE = [...TWO, server('postgres')]
const RICH = [
  server('filesystem', {
    description: 'Reads and writes files, «as they are»',
    url: `${OLD}/servers/filesystem/sse?tenant=a%20b&x=1#part`,
    mcp_access_groups: ['engineering', 'on_call'],
    allowed_tools: ['read', 'write'],
    extra_headers: ['x-tenant'],
    static_headers: { 'x-region': 'eu' },
    mcp_info: { server_name: 'Files', logo_url: 'https://example.com/logo.png' },
    allow_all_keys: true,
  }),
  server('monitoring', { args: ['--port', '9090'], env: { REGION: 'eu' }, transport: 'http' }),
  server('postgres', { auth_type: 'bearer_token', credentials: { auth_value: 'hush-of-a-fixture' } }),
]

const put = (nth) => ({ method: 'PUT', path: '/v1/mcp/server', nth })
const REFUSED = { status: 400, body: { detail: { error: 'no' } } }
const answered = (nth) => `answer is there: PUT /v1/mcp/server ${nth}`
const unsent = (nth) => `before PUT /v1/mcp/server ${nth}`
const YES = { args: ['--yes'] }

const CLIENT = { client_id: 'me', client_secret: 'secret-of-a-fixture', scopes: ['read'] }
const FLOW = {
  authorization_url: 'https://id.example/authorize',
  token_url: 'https://id.example/token',
  registration_url: 'https://id.example/register',
  oauth2_flow: 'authorization_code',
}
const SIGNED = server('signed', {
  auth_type: 'oauth2',
  issuer: 'https://id.example',
  ...FLOW,
  dcr_bridge: false,
  credentials: CLIENT,
})
const LOOSE = server('loose', { auth_type: 'oauth2', ...FLOW, credentials: CLIENT })
const EXCHANGED = server('exchanged', {
  auth_type: 'oauth2_token_exchange',
  issuer: 'https://id.example',
  token_exchange_endpoint: 'https://id.example/exchange',
  audience: 'mcp',
  subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
  token_exchange_profile: 'rfc8693',
  credentials: CLIENT,
})
const SIGN_IN = ['--accept', 'reauthorization']
const LOSS = [...SIGN_IN, '--accept', 'client-loss']

const configured = (name) => ({
  server_name: name,
  url: `${OLD}/servers/${name}/sse`,
  transport: 'sse',
  auth_type: null,
  alias: null,
})
const CONFIG = `# LiteLLM of the house
model_list: []
mcp_servers:
  inventory: # counts screws
    url: "${OLD}/servers/inventory/sse" # the port on the host
    transport: sse
  mail: {transport: sse, url: ${OLD}/servers/mail/sse}
`
const BY_NAME = `mcp_servers:
  inventory:
    url: os.environ/INVENTORY_URL
    transport: sse
`
const ENV = `# secrets of the house\nOTHER=1\nexport INVENTORY_URL='${OLD}/servers/inventory/sse' # old\n`
const IN_CONFIG = ['--yes', '--litellm-config', 'config.yaml']
const IN_ENV = [...IN_CONFIG, '--litellm-env', 'litellm.env']
const inConfig = {
  sandbox: {
    version: '1.106.2',
    servers: [server('fetch')],
    configServers: ['inventory', 'mail'].map(configured),
  },
  files: { 'config.yaml': CONFIG },
}
const inEnv = {
  sandbox: { version: '1.106.2', servers: [], configServers: [configured('inventory')] },
  files: { 'config.yaml': BY_NAME, 'litellm.env': ENV },
}
// 1.81.14 makes the id from name, URL, transport, auth type and alias: sha256 of them with | between, 32 digits.
const INVENTORY_ID = 'c8c400ecc56bf0fade9aa31b70b86bcd'

const BRIDGE = {
  server_id: 'id-bridge',
  server_name: 'bridge',
  alias: 'bridge',
  transport: 'stdio',
  command: 'npx',
  args: ['mcp-remote', `--url=${OLD}/a`],
  env: { 'A.B': `${OLD}/env`, KEEP: 'as it is' },
}
const PLACES = server('places', {
  transport: 'http',
  description: `Served from ${OLD}; formerly localhost:8585`,
  static_headers: { 'X-Origin': OLD, 'X-Other': 'as it is' },
  mcp_info: { docs: { url: `${OLD}/docs` }, own: 1 },
})

/** Cases of one release with its database alone. */
const at = (version, servers) => ({ sandbox: { version, servers } })
const newest = (servers) => at('1.106.2', servers)

const plain = [
  ['whole-1.106.2', 'A whole run.', '1.106.2'],
  ['whole-1.81.14', 'A whole run where a PUT writes defaults.', '1.81.14'],
  ['whole-1.77.7', 'A whole run on a release that needs a restart.', '1.77.7'],
].map(([name, what, version]) => ({ name, what, ...at(version, RICH), steps: [YES], again: true }))

const cut = [
  [
    'begun',
    'Killed before the first intent was whole: only the beginning is on disk.',
    'after append 1 (run-started)',
  ],
  ['torn-beginning', 'Killed in the middle of its very first line.', 'middle of append 1 (run-started)'],
  ['unlanded', 'Killed between an intent and its request.', unsent(2)],
  ['landed', 'Killed after a write that reached the gateway, before its outcome was recorded.', answered(2)],
  ['between', 'Killed between two servers.', 'after append 3 (outcome)'],
  ['torn', 'Killed in the middle of the line of an outcome.', 'middle of append 5 (outcome)'],
  ['unclosed', 'Killed when all was done but the end.', 'before append 6 (run-finished)'],
].map(([name, what, kill]) => ({ name, what, ...newest(TWO), steps: [{ ...YES, kill }] }))

const older = [
  [
    'unlanded-1.81.14',
    'Killed between an intent and its request, where a PUT writes defaults.',
    '1.81.14',
    unsent(2),
  ],
  [
    'landed-1.77.7',
    'Killed after a write that reached a gateway that needs a restart.',
    '1.77.7',
    answered(1),
  ],
].map(([name, what, version, kill]) => ({
  name,
  what,
  ...at(version, RICH.slice(0, 2)),
  steps: [{ ...YES, kill }],
}))

const twice = [
  { name: 'reverted', what: 'A run and its revert.', steps: [YES, { args: ['--revert', '--yes'] }] },
  {
    name: 'revert-landed',
    what: 'A run, and its revert killed after a write.',
    steps: [YES, { args: ['--revert', '--yes'], kill: answered(1) }],
  },
  {
    name: 'revert-unlanded',
    what: 'A run, and its revert killed before a write.',
    steps: [YES, { args: ['--revert', '--yes'], kill: unsent(2) }],
  },
  {
    name: 'taken-up',
    what: 'A killed run that was finished under its own id.',
    steps: [{ ...YES, kill: answered(1) }, { args: ['--unfinished', 'finish', '--yes'] }],
  },
  {
    name: 'closed',
    what: 'A killed run that was taken back and given its end.',
    steps: [{ ...YES, kill: answered(2) }, { args: ['--unfinished', 'revert', '--yes'] }],
  },
].map((one) => ({ ...one, ...newest(TWO) }))

const stopping = (ground) => [{ on: put(1), do: { alter: (body) => (ground.stop(), body) } }]
/** The write itself does something else besides, as its answer tells. */
const asWritten = (ground, id, fields) => ({
  alter: (body) => (ground.sandbox.edit(id, fields), { ...body, ...fields }),
})
const failing = [
  {
    name: 'stopped',
    what: 'Stopped by Ctrl-C after the first server.',
    ...newest(TWO),
    quirks: stopping,
    steps: [{ ...YES, interrupt: true, code: 130 }],
  },
  {
    name: 'took-itself-back',
    what: 'The second write was refused, and the run took back what it had written.',
    ...newest(TWO),
    quirks: () => [{ on: put(2), do: REFUSED }],
    steps: [{ args: ['--yes', '--on-failure', 'revert'], code: 4 }],
  },
  {
    name: 'taking-itself-back',
    what: 'The third write was refused, and the run was killed while it took back what it had written.',
    ...newest(THREE),
    quirks: () => [{ on: put(3), do: REFUSED }],
    steps: [{ args: ['--yes', '--on-failure', 'revert'], kill: answered(4) }],
  },
  {
    name: 'troubles',
    what: 'One of each: applied, with collateral that was put back, drifted, refused, unknown.',
    ...at(
      '1.81.14',
      ['applied', 'beside', 'drifted', 'refused', 'unknown'].map((name) => server(name)),
    ),
    quirks: (ground) => [
      { on: put(2), do: asWritten(ground, 'id-beside', { args: ['--the-write-did-this'] }) },
      { on: put(4), do: REFUSED },
      { on: put(5), do: 'reset-before' },
      {
        on: { method: 'GET', path: '/v1/mcp/server/id-drifted', nth: 1 },
        do: { rowEdit: (row) => Object.assign(row, { description: 'edited meanwhile' }) },
      },
    ],
    steps: [{ args: ['--yes', '--on-failure', 'continue', '--patience', '0'], code: 4 }],
  },
  {
    name: 'collateral',
    what: 'Another field changed with a write that did not carry it, and the run stopped.',
    ...newest(TWO),
    quirks: (ground) => [
      { on: put(1), do: asWritten(ground, 'id-fetch', { description: 'the write did this' }) },
    ],
    steps: [{ ...YES, code: 4 }],
  },
  {
    name: 'security',
    what: 'A write opened a server to a group, and the run stopped.',
    ...newest(TWO),
    quirks: (ground) => [{ on: put(1), do: asWritten(ground, 'id-fetch', { mcp_access_groups: ['all'] }) }],
    steps: [{ ...YES, code: 4 }],
  },
]

const files = [
  {
    name: 'config',
    what: 'Servers of the database and of config.yaml, with pinned ids.',
    ...inConfig,
    steps: [{ args: IN_CONFIG }],
    again: true,
  },
  {
    name: 'config-landed',
    what: 'Killed after config.yaml was replaced, before the outcome.',
    ...inConfig,
    steps: [{ args: IN_CONFIG, kill: 'after rename 2 (folder)' }],
  },
  {
    name: 'config-env',
    what: 'A URL from a .env file: the pin, then the variable.',
    ...inEnv,
    steps: [{ args: IN_ENV }],
    again: true,
  },
  {
    name: 'config-env-pinned',
    what: 'Killed between the pin and the variable.',
    ...inEnv,
    steps: [{ args: IN_ENV, kill: 'after append 3 (intent)' }],
  },
  {
    name: 'config-env-landed',
    what: 'Killed after the .env file was replaced.',
    ...inEnv,
    steps: [{ args: IN_ENV, kill: 'after rename 3 (folder)' }],
  },
  {
    name: 'config-reverted',
    what: 'A run in config.yaml and its revert.',
    ...inConfig,
    steps: [{ args: IN_CONFIG }, { args: ['--revert', '--yes'] }],
  },
  {
    name: 'config-1.81.14',
    what: 'A release that pins no ids: one changes, and a key holds the old one.',
    sandbox: {
      version: '1.81.14',
      servers: [],
      configServers: ['inventory', 'mail'].map(configured),
      keys: [
        {
          key: 'sk-holder-of-a-fixture',
          userId: 'ci',
          role: 'internal_user',
          alias: 'ci-key',
          objectPermission: { mcp_servers: [INVENTORY_ID] },
        },
      ],
    },
    files: { 'config.yaml': CONFIG },
    steps: [{ args: [...IN_CONFIG, '--accept', 'grants'] }],
    again: true,
  },
]

const oauth = [
  {
    name: 'oauth',
    what: 'OAuth with and without an issuer, token exchange, and people who are signed in.',
    sandbox: {
      version: '1.106.2',
      servers: [EXCHANGED, LOOSE, SIGNED],
      signIns: { 'id-signed': ['ada', 'bob'] },
    },
    steps: [{ args: ['--yes', ...LOSS] }],
    again: true,
  },
  {
    name: 'oauth-1.96.2',
    what: 'OAuth where LiteLLM keeps the client.',
    ...at('1.96.2', [LOOSE, SIGNED]),
    steps: [{ args: ['--yes', ...LOSS] }],
  },
  {
    name: 'oauth-1.81.14',
    what: 'OAuth where a new URL clears nothing.',
    ...at('1.81.14', [LOOSE]),
    steps: [{ args: ['--yes'] }],
    again: true,
  },
  ...[
    ['oauth-unrestored', 'Killed behind the first of two writes: the settings are gone.', answered(1)],
    ['oauth-restoring', 'Killed before the second of two writes, behind its intent.', unsent(2)],
    ['oauth-restored', 'Killed behind the second of two writes.', answered(2)],
  ].map(([name, what, kill]) => ({
    name,
    what,
    ...newest([EXCHANGED, server('fetch')]),
    steps: [{ args: ['--yes', ...SIGN_IN], kill }],
  })),
  {
    name: 'oauth-revert-unrestored',
    what: 'A run, and its revert killed behind the first of two writes.',
    ...newest([EXCHANGED]),
    steps: [{ args: ['--yes', ...SIGN_IN] }, { args: ['--revert', '--yes', ...SIGN_IN], kill: answered(1) }],
  },
  {
    name: 'oauth-refused',
    what: 'The second of two writes was refused: the settings are gone, and the journal says so.',
    ...newest([EXCHANGED]),
    quirks: () => [{ on: put(2), do: REFUSED }],
    steps: [{ args: ['--yes', ...SIGN_IN], code: 4 }],
  },
  {
    name: 'oauth-only-settings',
    what: 'The same, then somebody put the old URL back: the revert put back the settings alone.',
    ...newest([EXCHANGED]),
    quirks: () => [{ on: put(2), do: REFUSED }],
    steps: [
      { args: ['--yes', ...SIGN_IN], code: 4 },
      { edit: (sandbox) => sandbox.edit('id-exchanged', { url: EXCHANGED.url }) },
      { args: ['--revert', '--yes', ...SIGN_IN] },
    ],
  },
].map((one) => ({ ...one, accept: ['reauthorization', 'client-loss'] }))

const others = [
  {
    name: 'fields-1.81.14',
    what: 'The second migration that ships: arguments, headers, texts.',
    ...at('1.81.14', [BRIDGE, PLACES]),
    steps: [{ args: ['--yes', ...EVERYWHERE] }],
    again: true,
  },
  {
    name: 'fields-1.106.2',
    what: 'The same on the newest release.',
    ...newest([PLACES, server('plain')]),
    steps: [{ args: ['--yes', ...EVERYWHERE] }],
    again: true,
  },
  {
    name: 'fields-landed',
    what: 'The same, killed behind a write.',
    ...newest([PLACES, server('plain')]),
    steps: [{ args: ['--yes', ...EVERYWHERE], kill: answered(1) }],
  },
  {
    name: 'tools',
    what: 'The new addresses were tried, and the tools recorded; of one there were none to be had.',
    sandbox: { ...newest(TWO).sandbox, faults: { [`${OLD}/servers/n8n/`]: 500 } },
    steps: [{ args: ['--yes', '--no-wait'], preflight: true }],
    again: true,
  },
  {
    name: 'from-to',
    what: 'A rule of --from and --to.',
    ...newest(TWO),
    steps: [{ args: ['--yes', '--from', OLD, '--to', 'http://mcp-proxy-sse:8080'] }],
    again: true,
  },
  {
    name: 'root-path',
    what: 'A gateway below a path.',
    sandbox: { ...newest(TWO.slice(0, 1)).sandbox, rootPath: '/litellm' },
    steps: [YES],
    again: true,
  },
  {
    name: 'release-unknown',
    what: 'A gateway that does not tell its release.',
    sandbox: { version: '1.81.14', hideVersion: true, servers: RICH.slice(0, 1) },
    steps: [YES],
    again: true,
  },
]

export const cases = [...plain, ...cut, ...older, ...twice, ...failing, ...files, ...oauth, ...others].map(
  (one) => ({
    ...one,
    accept: one.accept ?? [],
  }),
)

/** The world of which documents are kept. */
export const documentWorld = {
  version: '1.106.2',
  servers: [...TWO, server('elsewhere', { url: 'http://localhost:8586/x' })],
}
