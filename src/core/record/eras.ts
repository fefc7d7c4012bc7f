import { compareVersions, isRelease } from './releases.ts'

/** What a PUT must contain so that nothing else changes. `litellm/proxy/_experimental/mcp_server/db.py` of each release. */
export type PutBody =
  /** Full replace: every writable field that is not null; a null one may stay away (seen on 1.74.0 and 1.77.1). */
  | 'whole-record'
  /** Absent fields are kept, except that defaults are written and the alias is reset. */
  | 'defaulted-fields'
  /** A true partial update: the id and what changes, nothing else. */
  | 'changed-fields'

/**
 * Servers at whose URL LiteLLM looks for sign-in settings within every write of them, before it answers: those of these
 * auth types, unless one of `unless` holds something.
 */
export interface SignInSearch {
  types: readonly string[]
  unless: readonly string[]
}

/** One range of LiteLLM releases that behave alike towards this tool. */
export interface Era {
  /** First release of the range, `null` for the beginning of time. */
  from: string | null
  putBody: PutBody
  /** Is the URL in the list the stored one, or from a memory that may be stale on a busy or replicated gateway? */
  listTrusted: boolean
  /** Does a changed URL take effect only after LiteLLM has been restarted? */
  restart: 'required' | 'possible' | 'no'
  /** Does a changed URL clear the OAuth columns and the users' sign-ins? */
  wipesOAuth: boolean
  /** Does it drop the OAuth client's id and secret, too? */
  dropsClient: boolean
  /** Does it honour a `server_id` in config.yaml, so that a server there keeps its id when its URL changes? */
  pinsConfigIds: boolean
  /** Do reads put flags into `mcp_info` that are not stored, so that a write has to leave them out? */
  injectsFlags: boolean
  /** Seconds after which the gateway gives up probing a silent backend during a read by id. */
  probeSeconds: number
  /**
   * What it says of a backend that it cannot use. `hidden`: that it has no tools, or HTTP 500. `bare`: that it could not
   * connect where an address is tried, and no tools of a registered server. `told`: what went wrong.
   */
  faults: 'hidden' | 'bare' | 'told'
  /** Fields that every PUT writes whatever its body says: not collateral, but nothing can take it back. */
  alsoWrites: readonly string[]
  /** What the operator has to know besides, or `null`. */
  warning: string | null
  /** Whose writes may wait for an answer from their URL: where that is a stream, they are never answered. */
  searches: readonly SignInSearch[]
}

const base = {
  restart: 'no',
  wipesOAuth: false,
  dropsClient: false,
  pinsConfigIds: false,
  injectsFlags: false,
  probeSeconds: 10,
  faults: 'bare',
  alsoWrites: [],
  warning: null,
  searches: [],
} as const

/**
 * The one table of what differs by release. Boundaries that nobody has seen are drawn on the side of caution:
 * created_by is overwritten on 1.74.0 and not on 1.77.1, exclude_none starts somewhere in 1.77.2-1.77.7, the refresh
 * after a PUT in 1.80.5-1.81.14, the OAuth wipe in 1.93.3-1.94.3, pinned ids in config.yaml and failures that are told in
 * 1.100.6-1.102.4, the loss of the OAuth client in 1.105.8-1.106.0. Read in the wheels of both ends, and seen on running
 * proxies on 1.92.2, 1.96.2, 1.105.7 and 1.106.2.
 */
export const ERAS: readonly Era[] = [
  {
    ...base,
    from: null,
    putBody: 'whole-record',
    listTrusted: true,
    restart: 'required',
    faults: 'hidden',
    alsoWrites: ['created_by'],
    warning: 'This release enters whoever changes a server as its creator (created_by), for good.',
  },
  {
    ...base,
    from: '1.75.0',
    putBody: 'whole-record',
    listTrusted: true,
    restart: 'required',
    probeSeconds: 30,
    faults: 'hidden',
    warning:
      'This release replaces the whole record. Keys of your own in mcp_info, which its API does not show, may be lost.',
  },
  {
    ...base,
    from: '1.77.7',
    putBody: 'defaulted-fields',
    listTrusted: true,
    restart: 'required',
    probeSeconds: 30,
    faults: 'hidden',
  },
  {
    ...base,
    from: '1.81.0',
    putBody: 'defaulted-fields',
    listTrusted: false,
    restart: 'possible',
    faults: 'hidden',
  },
  { ...base, from: '1.81.14', putBody: 'defaulted-fields', listTrusted: false },
  { ...base, from: '1.88.0', putBody: 'changed-fields', listTrusted: false },
  { ...base, from: '1.90.0', putBody: 'changed-fields', listTrusted: false, injectsFlags: true },
  {
    ...base,
    from: '1.93.3',
    putBody: 'changed-fields',
    listTrusted: false,
    wipesOAuth: true,
    injectsFlags: true,
  },
  {
    ...base,
    from: '1.102.4',
    putBody: 'changed-fields',
    listTrusted: false,
    wipesOAuth: true,
    pinsConfigIds: true,
    injectsFlags: true,
    faults: 'told',
  },
  {
    ...base,
    // 1.105.7 does not, 1.106.0 does: its pre-releases may.
    from: '1.105.8',
    putBody: 'changed-fields',
    listTrusted: false,
    wipesOAuth: true,
    dropsClient: true,
    pinsConfigIds: true,
    injectsFlags: true,
    faults: 'told',
  },
  {
    ...base,
    from: '1.106.0',
    putBody: 'changed-fields',
    listTrusted: true,
    wipesOAuth: true,
    dropsClient: true,
    pinsConfigIds: true,
    injectsFlags: true,
    faults: 'told',
  },
]

/** How a file behaves that LiteLLM reads when it starts: nothing changes in it but what is written. */
export const FILE_ERA: Era = {
  ...base,
  from: null,
  putBody: 'changed-fields',
  listTrusted: true,
  restart: 'required',
  probeSeconds: 0,
}

/** The newest release whose behaviour was checked. */
export const NEWEST_CHECKED = '1.110.2'

/**
 * The column `searches`, whose boundaries are its own. `build_mcp_server_from_table` in mcp_server_manager.py: no PUT looks
 * on 1.80.11; on 1.81.14 it does for every `oauth2` server; on 1.87.5 and 1.90.7 where it has no authorization_url; on 1.92.2
 * for token exchange without token_url, too; on 1.96.2 for all types whose users sign in themselves, where one of three
 * settings is missing, which a new URL clears; on 1.100.5 later, after the answer. Seen to hang on 1.81.14, 1.92.2 and
 * 1.96.2. Between these, on the side of caution.
 */
const SEARCHES: readonly (readonly [from: string, searches: readonly SignInSearch[]])[] = [
  ['1.80.12', [{ types: ['oauth2'], unless: [] }]],
  ['1.87.5', [{ types: ['oauth2'], unless: ['authorization_url'] }]],
  [
    '1.90.8',
    [
      { types: ['oauth2'], unless: ['authorization_url'] },
      { types: ['oauth2_token_exchange'], unless: ['token_url'] },
    ],
  ],
  [
    '1.92.3',
    [
      { types: ['oauth2', 'true_passthrough', 'oauth_delegate'], unless: [] },
      { types: ['oauth2_token_exchange'], unless: ['token_url', 'token_exchange_endpoint'] },
    ],
  ],
  ['1.100.5', []],
]

const UNKNOWN: Era = {
  ...base,
  from: null,
  putBody: 'defaulted-fields',
  listTrusted: false,
  restart: 'possible',
  wipesOAuth: true,
  dropsClient: true,
  probeSeconds: 30,
  faults: 'hidden',
  searches: [
    { types: ['oauth2', 'oauth2_token_exchange', 'true_passthrough', 'oauth_delegate'], unless: [] },
  ],
  warning:
    'The release is unknown, so every change is sent as LiteLLM 1.78 to 1.87 needs it. Older releases may lose name, description and auth type; newer ones check the alias again and may refuse it.',
}

/** The row of the table for a release, and how sure it is. `null` or an unreadable text: the careful row. */
export function eraOf(version: string | null): { era: Era; known: 'yes' | 'newer' | 'no' } {
  if (version === null || !isRelease(version)) return { era: UNKNOWN, known: 'no' }
  const row = ERAS.findLast(({ from }) => from === null || compareVersions(version, from) >= 0) ?? UNKNOWN
  const [, searches = []] = SEARCHES.findLast(([from]) => compareVersions(version, from) >= 0) ?? []
  const era = { ...row, searches }
  return { era, known: compareVersions(version, NEWEST_CHECKED) > 0 ? 'newer' : 'yes' }
}
