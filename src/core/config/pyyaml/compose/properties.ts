import { YamlFault } from '../fault.ts'
import type { Scanner } from '../scan/scanner.ts'
import type { TagToken } from '../scan/tokens.ts'

/** What stands before a node: `start` and `end` are null where nothing does. */
export interface Properties {
  anchor: string | null
  tag: string | null
  start: number | null
  end: number | null
}

/** The names that stand for the beginnings of tags. */
export type Handles = ReadonlyMap<string, string>

function fullTag({ handle, suffix, start }: TagToken, handles: Handles): string {
  if (handle === null) return suffix
  const prefix = handles.get(handle)
  if (prefix === undefined) throw new YamlFault('a tag has a handle that nothing declares', start)
  return prefix + suffix
}

/** Takes one anchor and one tag at most, in either order. What follows is not looked at before the tag is checked. */
export function takeProperties(scanner: Scanner, handles: Handles): Properties {
  let anchor: string | null = null
  let tag: TagToken | null = null
  let start: number | null = null
  let end: number | null = null
  while (anchor === null || tag === null) {
    const token = scanner.peek()
    if (token.kind === 'anchor' && anchor === null) anchor = token.name
    else if (token.kind === 'tag' && tag === null) tag = token
    else break
    scanner.next()
    start ??= token.start
    end = token.end
  }
  return { anchor, tag: tag && fullTag(tag, handles), start, end }
}
