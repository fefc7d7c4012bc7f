import { atLeast } from './version.ts'

/**
 * What differs between LiteLLM releases, as the sandbox plays them.
 *
 * Facts for 1.77.7, 1.81.14, 1.105.7 and 1.106.2 were observed on running proxies (the contract suite in
 * `test/contract` asks both); boundaries between them were read from source (among others 1.92.2, 1.93.2, 1.94.3, 1.96.2,
 * 1.100.5, 1.102.4 and 1.104.9), and those that nobody has read are the lower bound of the range they lie in, or the first
 * release that was seen with it.
 */
export interface Release {
  readonly version: string
  /** What PUT does with a body: write all, write all but nulls, or write what was sent. */
  readonly put: 'replace' | 'not-null' | 'partial'
  /** Whether a PUT reaches the running registry without a restart. */
  readonly putTakesEffect: boolean
  readonly list: 'rows' | 'registry'
  /** `created_at` and `updated_at` of list entries: made up on the spot, or the row's. */
  readonly listDates: 'now' | 'row'
  readonly listSorted: boolean
  /** A key without any grant sees every server. */
  readonly failsOpen: boolean
  /** Tools are listed to any key that may call the route, whatever its grants. */
  readonly toolsUnfiltered: boolean
  /** GET by id honours groups and allow_all_keys, not only the ids granted to the key. */
  readonly getSeesAllGrants: boolean
  readonly toolPrefixRule: boolean
  readonly uniqueNames: boolean
  /** A new url empties the ten OAuth columns. */
  readonly urlWipesOAuth: boolean
  /** … and the stored OAuth client of an `oauth2` server. */
  readonly urlDropsClient: boolean
  /** Users' OAuth tokens are stored, … */
  readonly signInsStored: boolean
  /** … and an admin may see whose. */
  readonly signInsListed: boolean
  /**
   * A partial PUT sends nulls on as they are: `allowed_tools: null` ends in a 500, tool_name_to_* become null, and
   * the list shows env_vars as stored (seen on 1.88.0). Later they empty the field (1.106.2).
   */
  readonly rawNulls: boolean
  /**
   * At the URL of which servers a write looks for sign-in settings before it is answered: by auth type, unless one of
   * `unless` holds something (`build_mcp_server_from_table` in mcp_server_manager.py of 1.81.14, 1.87.5, 1.90.7, 1.92.2 and
   * 1.96.2; not on 1.80.11 and 1.100.5).
   */
  readonly looks: readonly { readonly types: readonly string[]; readonly unless: readonly string[] }[]
  /** Servers that users handed in have a list of their own. */
  readonly submissions: boolean
  /** Users who are not full admins get no urls. */
  readonly urlsAdminOnly: boolean
  /** GET by id finds servers of config.yaml. */
  readonly configById: boolean
  /** A `server_id` in config.yaml is the server's id (`_pinned_config_server_id` in mcp_server_manager.py). */
  readonly configPinned: boolean
  /** What of a server of config.yaml is hashed into its id, beside name, url and transport (`_generate_stable_server_id`). */
  readonly configHash: readonly string[]
  /** Every view has `is_config`. */
  readonly configFlagged: boolean
  /** The scopes among a server's credentials are shown. */
  readonly scopesShown: boolean
  readonly publicFlags: readonly string[]
  readonly versionIn: 'readiness' | 'details'
  readonly v2Login: 'absent' | 'cookie' | 'token'
  readonly uiPath: string
  readonly tokenExpires: boolean
  readonly rootPathClaim: string
  /** A password that an admin has set has to be changed before anything else. */
  readonly passwordChange: boolean
  /** What everybody is where no master key is set. */
  readonly openRole: 'proxy_admin' | 'internal_user'
  readonly v2UserInfo: boolean
  readonly discover: boolean
  readonly healthPerServer: boolean
  readonly probes: 'blind' | 'terse' | 'explained'
  readonly testNeeds: 'nobody' | 'key' | 'admin'
  readonly readOnlyAdmin: 'nothing' | 'list' | 'reads'
  readonly routeLimits: 'crash' | 'coarse' | 'fine'
  readonly maskedKeys: 'none' | 'tail' | 'all'
  /** 422 answers repeat the input; `param` of management errors is the text `None`. */
  readonly verboseErrors: boolean
  readonly unknownUser: 'empty' | 'missing'
  /** `/key/info` shows what the key is granted, not only the id of the grants. */
  readonly grantsShown: boolean
  /** Who holds grants: keys and teams; also end users, access groups, projects; also toolsets and agents. */
  readonly holders: 'few' | 'more' | 'all'
  /** What a user's grants are: dropped in silence, dropped but with a place in the list, or stored. */
  readonly userGrants: 'none' | 'place' | 'stored'
  /** Organizations are told of without an enterprise licence. */
  readonly organizationsFree: boolean
  /** What of a user's grants bounds that user: nothing; what names servers; toolsets, too; groups without servers, too. */
  readonly userCeiling: 'none' | 'grants' | 'toolsets' | 'all'
  /** An admin's key that belongs to a team sees that team's servers alone. */
  readonly teamBindsAdmins: boolean
  /** Headers and environment are stored encrypted; a row that does not decrypt is skipped by lists. */
  readonly secretMaps: boolean
}

type Change = Partial<Omit<Release, 'version'>>

const OLDEST: Omit<Release, 'version'> = {
  put: 'replace',
  putTakesEffect: false,
  list: 'rows',
  listDates: 'row',
  listSorted: false,
  failsOpen: true,
  toolsUnfiltered: true,
  getSeesAllGrants: false,
  toolPrefixRule: false,
  uniqueNames: false,
  urlWipesOAuth: false,
  urlDropsClient: false,
  signInsStored: false,
  signInsListed: false,
  rawNulls: false,
  looks: [],
  submissions: false,
  urlsAdminOnly: false,
  configById: false,
  configPinned: false,
  configHash: ['spec_version', 'auth_type'],
  configFlagged: false,
  scopesShown: false,
  publicFlags: [],
  versionIn: 'readiness',
  v2Login: 'absent',
  uiPath: '/ui/',
  tokenExpires: false,
  rootPathClaim: '/',
  passwordChange: false,
  openRole: 'proxy_admin',
  v2UserInfo: false,
  discover: false,
  healthPerServer: true,
  probes: 'blind',
  testNeeds: 'nobody',
  readOnlyAdmin: 'nothing',
  routeLimits: 'crash',
  maskedKeys: 'none',
  verboseErrors: true,
  unknownUser: 'empty',
  grantsShown: false,
  holders: 'few',
  userGrants: 'none',
  organizationsFree: true,
  userCeiling: 'none',
  teamBindsAdmins: false,
  secretMaps: false,
}

/** Each row: what changed, and the first release it is true of. */
const CHANGES: readonly (readonly [since: string, change: Change])[] = [
  ['1.75.0', { configHash: ['spec_version', 'auth_type', 'alias'] }],
  ['1.77.2', { put: 'not-null', configHash: ['auth_type', 'alias'] }],
  ['1.80.0', { failsOpen: false }],
  [
    '1.81.0',
    {
      putTakesEffect: true,
      looks: [{ types: ['oauth2'], unless: [] }],
      list: 'registry',
      listDates: 'now',
      toolsUnfiltered: false,
      toolPrefixRule: true,
      v2Login: 'cookie',
      rootPathClaim: '',
      discover: true,
      healthPerServer: false,
      probes: 'terse',
      testNeeds: 'key',
      readOnlyAdmin: 'list',
      routeLimits: 'coarse',
      maskedKeys: 'tail',
      unknownUser: 'missing',
      grantsShown: true,
      holders: 'more',
    },
  ],
  ['1.81.15', { looks: [{ types: ['oauth2'], unless: ['authorization_url'] }] }],
  // An admin on 1.81.14 still, by the source a user on 1.92.2.
  ['1.82.0', { openRole: 'internal_user' }],
  ['1.84.0', { holders: 'all' }],
  // Of the source of 1.87.5, and seen on 1.88.0; the request's time was seen on 1.81.14.
  ['1.87.5', { listDates: 'row' }],
  [
    '1.88.0',
    {
      put: 'partial',
      rawNulls: true,
      versionIn: 'details',
      configById: true,
      v2UserInfo: true,
    },
  ],
  [
    '1.90.0',
    {
      submissions: true,
      urlsAdminOnly: true,
      publicFlags: ['is_public'],
      v2Login: 'token',
      testNeeds: 'admin',
      readOnlyAdmin: 'reads',
      routeLimits: 'fine',
      getSeesAllGrants: true,
      signInsStored: true,
    },
  ],
  [
    '1.90.8',
    {
      looks: [
        { types: ['oauth2'], unless: ['authorization_url'] },
        { types: ['oauth2_token_exchange'], unless: ['token_url'] },
      ],
    },
  ],
  ['1.92.0', { userGrants: 'place' }],
  [
    '1.92.3',
    {
      looks: [
        { types: ['oauth2', 'true_passthrough', 'oauth_delegate'], unless: [] },
        { types: ['oauth2_token_exchange'], unless: ['token_url', 'token_exchange_endpoint'] },
      ],
    },
  ],
  // Read: 1.93.2 does not, 1.94.3 does.
  ['1.93.3', { urlWipesOAuth: true }],
  ['1.96.0', { rawNulls: false, userGrants: 'stored', userCeiling: 'grants', tokenExpires: true }],
  ['1.96.3', { looks: [] }],
  // Read: 1.100.5 does not.
  ['1.102.4', { configPinned: true, probes: 'explained' }],
  // Read: 1.102.4 does not.
  ['1.104.9', { configFlagged: true, signInsListed: true, passwordChange: true }],
  // Read in 1.105.7, which 1.96.2 lacks.
  ['1.105.0', { userCeiling: 'toolsets', secretMaps: true }],
  [
    '1.105.7',
    {
      listSorted: true,
      uniqueNames: true,
      publicFlags: ['is_public', 'is_public_explicit'],
      scopesShown: true,
      uiPath: '/ui',
      maskedKeys: 'all',
      verboseErrors: false,
      organizationsFree: false,
    },
  ],
  // Live: 1.105.7 does not.
  ['1.106.0', { urlDropsClient: true, userCeiling: 'all' }],
  // Read in 1.109.1, which 1.108.14 lacks.
  ['1.109.0', { teamBindsAdmins: true }],
]

/** The behaviour of one LiteLLM release. Throws when `version` is not a version. */
export function releaseOf(version: string): Release {
  const changes = CHANGES.filter(([since]) => atLeast(version, since)).map(([, change]) => change)
  return Object.assign({ version, ...OLDEST }, ...changes) as Release
}
