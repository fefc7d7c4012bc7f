import { type Step, stepsOf } from '../../record/path.ts'
import type { Reference, ScalarNode, YamlNode } from '../pyyaml/compose/nodes.ts'
import type { Loaded } from '../pyyaml/load.ts'
import { verbatim } from '../read/entries.ts'
import { heldPairs } from '../read/sightings.ts'
import { changedPart, type Splice } from './splice.ts'
import type { Target } from './target.ts'

/** What stands at one step from a node, written there and nowhere else; `null` where there is no such place. */
function memberAt(loaded: Loaded, node: YamlNode, step: Step): Reference | null {
  if (typeof step === 'number') return node.kind === 'sequence' ? (node.items[step] ?? null) : null
  const held = node.kind === 'mapping' ? heldPairs(loaded, node).get(step) : undefined
  return held?.owner === node ? held.pair.value : null
}

/** The scalar at a path of an entry. Throws `config-invalid` where it is not the entry's own. */
function scalarAt({ config, entry, refuse }: Target, path: string): ScalarNode {
  if (entry.hindrance !== null) return refuse(entry.hindrance)
  if (entry.node === null || entry.anchored || entry.disputed)
    return refuse(`another place of the file may refer to its ${path}`)
  let node: YamlNode = entry.node
  for (const step of stepsOf(path)) {
    const member = memberAt(config.document.loaded, node, step)
    if (!member) return refuse(`its ${path} is not written in its entry`)
    if (member.alias !== null || member.node.anchor !== null)
      return refuse(`another place of the file refers to its ${path}`)
    node = member.node
  }
  return node.kind === 'scalar' ? node : refuse(`its ${path} is no text`)
}

/** Another text in an entry, by its path. Throws `config-invalid` where the entry does not hold `before` there, as its own. */
export function textSplice(
  target: Target,
  { path, before, after }: { path: string; before: string; after: string },
): Splice {
  const { text, refuse } = target
  const place = verbatim(text, scalarAt(target, path))
  if (place.kind === 'elsewhere') return refuse(`its ${path} cannot be changed here: ${place.reason}`)
  if (place.value !== before) return refuse(`its ${path} is not the expected one`)
  const part = changedPart(before, after)
  if (part.start + part.remove > place.text.length)
    return refuse(`its ${path} differs in the line break at its end`)
  return { ...part, start: place.start + part.start }
}

/** A path as places of the data are told: keys as they are, and the numbers of members of lists in brackets. */
export const dataSteps = (path: string): string[] =>
  stepsOf(path).map((step) => (typeof step === 'number' ? `[${step}]` : step))
