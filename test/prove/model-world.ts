import { FileJournal } from '../../src/journal/file-journal.ts'
import { guideServer } from '../support/trial.ts'
import { type Boundary, dying } from './dying.ts'
import { type Rows, sandboxGrounds } from './kill-grounds.ts'
import { closeLane, type Lane, openLane } from './kill-program.ts'
import { type Invoked, invoke } from './kill-recovery.ts'

/** The servers of the model, by id. */
export const IDS = ['id-a', 'id-b', 'id-c'] as const
export type Id = (typeof IDS)[number]

/** An edit by somebody else. */
export interface Edit {
  id: Id
  kind: 'elsewhere' | 'old' | 'groups'
}

/** An edit that comes while a run is under way: after so many boundaries at which one can be noticed. */
export interface Meanwhile extends Edit {
  at: number
}

const oldUrl = (id: Id): string => `http://localhost:8585/servers/${id.slice(3)}/sse`
export const newUrl = (url: string): string =>
  url.replace('http://localhost:8585', 'http://mcp-proxy-sse:8080')
export const isOld = (url: unknown): boolean => String(url).startsWith('http://localhost:8585/')

let edits = 0

/** What an edit sets; never the same twice, but for the old address. */
export function fieldsOf({ id, kind }: Edit): Record<string, unknown> {
  edits += 1
  if (kind === 'groups') return { mcp_access_groups: [`theirs-${edits}`] }
  return { url: kind === 'old' ? oldUrl(id) : `http://elsewhere/${edits}` }
}

/** What an invocation came to: its exit code and report, or that it died; and the edit that came meanwhile, if it did. */
export interface Came {
  died: boolean
  code: number | null
  output: string
  edited: { id: Id; fields: Record<string, unknown> } | null
}

/** The real thing: the program's own commands, a sandbox gateway, a journal. */
export class World {
  readonly #lane: Lane

  private constructor(lane: Lane) {
    this.#lane = lane
  }

  static async open(version: string): Promise<World> {
    const servers = IDS.map((id) => guideServer(id.slice(3), { mcp_access_groups: ['first'] }))
    return new World(await openLane(await sandboxGrounds({ servers, version })))
  }

  /** The rows, without who wrote last and when. */
  async rows(): Promise<Rows> {
    const rows = await this.#lane.grounds.rows()
    return Object.fromEntries(
      Object.entries(rows).map(([id, { updated_at: _at, updated_by: _by, ...row }]) => [id, row]),
    )
  }

  async edit(id: Id, fields: Record<string, unknown>): Promise<void> {
    await this.#lane.grounds.restore({ [id]: fields })
  }

  /** The runs in the journal, oldest first: which they are, and whether they have an end. Fails when anything is damaged. */
  async runs(): Promise<{ id: string; unfinished: boolean; reverts: string | null }[]> {
    const { runs, problems } = await new FileJournal(this.#lane.journal).runs()
    if (problems.length > 0) throw new Error(problems.map(({ message }) => message).join('\n'))
    return runs.map(({ id, finishedAt, started }) => ({
      id,
      unfinished: finishedAt === null,
      reverts: started.reverts,
    }))
  }

  /** One invocation, which dies at boundary `dieAt` if it gets so far. */
  async invoke(
    args: readonly string[],
    dieAt: number,
    meanwhile: Meanwhile | null,
    names: string[] = [],
  ): Promise<Came> {
    let edited: Came['edited'] = null
    let left = meanwhile?.at ?? 0
    const pass = (boundary: Boundary): void => {
      names.push(boundary)
      // Between the read before a write and the write itself nobody can notice an edit: not even a person could.
      if (!meanwhile || (boundary !== 'before GET' && boundary !== 'after PUT')) return
      left -= 1
      if (left !== 0) return
      edited = { id: meanwhile.id, fields: fieldsOf(meanwhile) }
      void this.edit(meanwhile.id, edited.fields)
    }
    const living = new Set(process.listeners('exit'))
    const came: Invoked | null = await dying(dieAt, pass, () =>
      invoke(this.#lane, [...args, '--yes', '--no-wait', '--json', '--patience', '0.05']),
    )
    // A dead process holds no lock; this one lives on.
    if (!came) for (const end of process.listeners('exit')) if (!living.has(end)) end(0)
    return { died: came === null, code: came?.code ?? null, output: came?.output ?? '', edited }
  }

  close(): Promise<void> {
    return closeLane(this.#lane)
  }
}
