import type { SandboxOptions } from '../options.ts'
import type { Quirk, QuirkAction } from '../quirks.ts'
import type { WorldFile } from './file.ts'
import { copyOf } from '../json.ts'

type FileQuirk = NonNullable<WorldFile['quirks']>[number]

/** `*` stands for anything. Each part is looked for once: the first place that it has is as good as any later. */
function matcher(path: string): string | RegExp {
  if (!path.includes('*')) return path
  const parts = path.split(/\*+/).map((part) => part.replace(/[.+?^${}()|[\]\\/]/g, '\\$&'))
  const [first = '', ...rest] = parts
  const last = rest.pop() ?? ''
  const between = rest.map((part, i) => `(?=(.*?${part}))\\${i + 1}`)
  return new RegExp(`^${first}${between.join('')}.*${last}$`, 's')
}

function actionOf(action: FileQuirk['do']): QuirkAction {
  if (typeof action === 'string') return action
  const { status, body, headers, after = false, over = 0, delayMs = 0, perRequest = false, rowEdit } = action
  if (status !== undefined) return { status, body, after, over, ...(headers && { headers }) }
  if (rowEdit === undefined) return { delayMs, perRequest }
  return { rowEdit: (row) => Object.assign(row, copyOf(rowEdit)) }
}

const quirkOf = ({ on, do: action }: FileQuirk): Quirk => ({
  on: { ...on, path: matcher(on.path) },
  do: actionOf(action),
})

/** What `startSandbox` makes of a world file. `release` beats that of the file. */
export function worldOptions(
  { release: ofFile, version, quirks = [], ...world }: WorldFile,
  release: string | undefined,
): SandboxOptions {
  return { ...world, version: release ?? ofFile ?? version, quirks: quirks.map(quirkOf) }
}
