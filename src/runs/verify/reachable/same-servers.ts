import { optionsToRevert } from '../../../core/plan/back/options.ts'
import { mend } from '../../../core/show/remedy.ts'
import { serverTitle } from '../../../core/record/server.ts'
import { count, printable } from '../../../core/show/text.ts'
import { toolChanges } from '../../../core/reach/tools.ts'
import { askingGateway, type Fault, judged, skipped } from '../check.ts'
import type { Migrated } from '../scene/migrated.ts'
import { type OpenScene } from '../scene/scene.ts'

/** One server's tools before and now: a fault, or a remark, or neither where they are the same. */
interface Compared {
  same: boolean
  fault: Fault | null
  remark: string | null
}

async function compare({ identity, before, mover }: Migrated, scene: OpenScene): Promise<Compared> {
  const title = printable(serverTitle(identity))
  const nothing = { same: false, fault: null, remark: null }
  if (before === null) return { ...nothing, remark: `${title}: not listed before the migration` }
  const { tools } = await scene.toolsOf(identity.id)
  if (tools === null || tools.length === 0)
    return { ...nothing, remark: `${title}: lists no tools now (see reachable)` }
  const changes = toolChanges(before, tools)
  if (changes.length === 0) return { ...nothing, same: true }
  const hint = mend(
    'Another server answers at the new address, or the same one in another version. See what stands there; if it is the wrong one, take the migration back:',
    ...(mover === null
      ? []
      : [scene.own('revert', mover.id, ...optionsToRevert(mover.started.changes, mover.head))]),
  )
  return { ...nothing, fault: { line: `${title}: ${changes.join('; ')}`, hint } }
}

const UNTIL_RESTART =
  'this release lists the tools at the address that it knew when it was last started: whether that was after the migration cannot be told from here'

const countTools = (migrated: readonly Migrated[]): number =>
  migrated.reduce((sum, { before }) => sum + (before?.length ?? 0), 0)

/** The tools of each migrated server are those that were listed before the migration, by name and schema. */
export const sameServers = askingGateway({
  id: 'same-servers',
  title: 'The same tools as before the migration',
  // Which servers are slow, the check reachable tells.
  whenLate: 'skip',
  look: async (open) => {
    const migrated = await open.migrated()
    const compared = await Promise.all(migrated.map((each) => compare(each, open)))
    const faults = compared.flatMap(({ fault }) => fault ?? [])
    const remarks = compared.flatMap(({ remark }) => remark ?? [])
    const same = migrated.filter((_, i) => compared[i]?.same)
    if (faults.length === 0 && same.length === 0)
      return skipped(
        migrated.some(({ before }) => before !== null)
          ? 'no server that was listed before the migration lists its tools now'
          : 'no tools were listed before the migration, so there is nothing to compare with',
      )
    const head = `${count(same.length, 'server')}, ${count(countTools(same), 'tool')}: names and schemas as before`
    const doubt = open.gateway.era.restart === 'no' ? [] : [UNTIL_RESTART]
    return judged(faults, [...(same.length > 0 ? [head] : []), ...doubt, ...remarks])
  },
})
