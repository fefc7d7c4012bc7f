import { eraOf, NEWEST_CHECKED } from '../record/eras.ts'
import { hangingLast } from '../record/may-hang.ts'
import { type Change, isVariable, type OfServer, serversIn } from './change.ts'
import { type Consent } from './consent/consent.ts'
import { waitingUnless } from './withheld.ts'
import type { Judgement } from './judge.ts'
import type { GatewayIdentity, Note, Plan, Skipped } from './plan.ts'

/**
 * What stands in files goes back newest first, in the places of the plan that files had: so no server is without its id
 * while its URL is another, and no entry takes for a moment what another one has.
 */
function newestFirst(changes: readonly Change[]): Change[] {
  const inFiles = changes.filter(({ file }) => file !== null)
  return changes.map((change) => (change.file === null ? change : (inFiles.pop() ?? change)))
}

/** In which order changes are made, before those that take long go last. */
const ORDERS = {
  /** A variable changes after all pins: it may be the URL of several servers. */
  forward: (changes: readonly Change[]) =>
    changes.toSorted((a, b) => Number(isVariable(a)) - Number(isVariable(b))),
  back: newestFirst,
  /** As they were found. */
  given: (changes: readonly Change[]) => changes,
}

/**
 * The servers among these whose changes wait for their backend, which is silent: where a release needs a read by id right
 * before each write. They come last, so that nothing else is held up.
 */
function waitingFor(
  silent: ReadonlySet<string>,
  changes: readonly Change[],
  { version }: GatewayIdentity,
): ReadonlySet<string> {
  if (eraOf(version).era.putBody === 'changed-fields') return new Set()
  const here = changes.filter(({ file, server }) => file === null && silent.has(server.id))
  return new Set(here.map(({ server }) => server.id))
}

/** What a plan is made of, besides what is to become of its servers. */
export interface Circumstances
  extends Pick<Plan, 'createdAt' | 'gateway' | 'reverts' | 'migrations' | 'notes'> {
  /** How many servers there are in all. */
  servers: number
  /** What the judgements are about: servers as they are listed, or the changes that a run made of them. */
  meant: readonly OfServer[]
  judgements: readonly Judgement[]
  order: keyof typeof ORDERS
  /** Ids of the servers whose backend kept LiteLLM waiting when they were read. */
  silent?: ReadonlySet<string>
  /** Effects that the person consents to. */
  accepted: readonly Consent[]
  /** Those that are as they are to be; all that stay unchanged where this is left out. */
  moved?: readonly OfServer[]
  origins?: Plan['origins']
}

/** The servers that are left alone. */
const skippedAmong = (judgements: readonly Judgement[]): Skipped[] =>
  judgements.flatMap((each) => (each.kind === 'skipped' ? [each.skipped] : []))

/** Makes a plan, whichever way it leads. Pure: the same values give the same plan. */
export function planOf(circumstances: Circumstances): Plan {
  const { createdAt, gateway, reverts, migrations, notes, origins = [], silent = new Set() } = circumstances
  const { servers, meant, judgements, order, accepted, moved } = circumstances
  const made = judgements.flatMap((each) => (each.kind === 'change' ? [each.change] : []))
  const slow = waitingFor(silent, made, gateway)
  const isSlow = ({ file, server }: Change): number => Number(file === null && slow.has(server.id))
  const changes = hangingLast(ORDERS[order](made).toSorted((a, b) => isSlow(a) - isSlow(b)))
  const skipped = skippedAmong(judgements)
  const unchanged = serversIn(meant) - serversIn([...changes, ...skipped])
  return {
    createdAt,
    gateway,
    reverts,
    migrations,
    changes,
    withheld: waitingUnless(changes, accepted),
    skipped,
    notes: [...notes],
    ...(slow.size > 0 && { silent: [...slow] }),
    preflight: {},
    tools: {},
    origins,
    summary: {
      servers,
      changes: serversIn(changes),
      unchanged,
      skipped: serversIn(skipped),
      excluded: servers - serversIn(meant),
      moved: moved ? serversIn(moved) : unchanged,
    },
  }
}

const note = (code: Note['code'], message: string): Note => ({ code, server: null, field: null, message })

/** Remarks about the gateway itself: its release, and that it has no database. */
export function gatewayNotes({ version, database }: GatewayIdentity): Note[] {
  const { era, known } = eraOf(version)
  return [
    ...(known === 'newer'
      ? [
          note(
            'newer-release',
            `LiteLLM ${version} is newer than ${NEWEST_CHECKED}, the newest release checked; it is treated like that one.`,
          ),
        ]
      : []),
    ...(era.warning ? [note('release-note', era.warning)] : []),
    ...(database === false
      ? [
          note(
            'no-database',
            'LiteLLM has no database connected (DATABASE_URL): it has only the MCP servers of its config.yaml, and no virtual keys, teams or users.',
          ),
        ]
      : []),
  ]
}
