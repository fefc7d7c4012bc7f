import { originOf } from '../../../core/rule/address.ts'
import { groupedBy } from '../../../core/grouped.ts'
import { type Change, newUrl, serversIn } from '../../../core/plan/change.ts'
import type { Plan } from '../../../core/plan/plan.ts'
import { isOfOrigin, wasTried } from '../../../core/reach/dead-origins.ts'
import type { Tried } from '../../../core/reach/reach.ts'
import { maskUrl } from '../../../core/show/redact.ts'
import { count, printable } from '../../../core/show/text.ts'
import { forAnyPath } from '../../../core/reach/remedies.ts'
import { type Look, wrap } from '../layout.ts'
import { shownName } from '../name.ts'
import { renderMending } from './reach.ts'

/** What several servers of a plan have in common, so that it is said once: a failure at their address, or an effect. */
export interface Cause {
  /** In words, with how many servers. */
  text: string
  tone: 'red' | 'yellow'
  changes: Change[]
  /** What was found of them, with what mends each; empty where nothing is to be mended. */
  found: { name: string; tried: Tried }[]
}

/** A change and how its address was found. */
interface Failure {
  change: Change
  tried: Tried
}

/** By what a failure at an address is one with others: the same, at the same origin. */
const failureKey = (change: Change, { kind, evidence }: Tried): string[] => [
  originOf(newUrl(change) ?? ''),
  kind,
  isOfOrigin(kind) ? '' : evidence,
]

const ofAnyPath = ({ change, tried }: Failure): string | null =>
  tried.hint === null ? null : forAnyPath(tried.hint, newUrl(change) ?? '')

/** What mends each; where the paths are all that differs, the same for all. */
function mendings(group: readonly Failure[]): Cause['found'] {
  const hints = new Set(group.map(ofAnyPath))
  const isOne = group.length > 1 && hints.size === 1
  return group.map((each) => ({
    name: shownName(each.change.server),
    tried: isOne ? { ...each.tried, hint: ofAnyPath(each) } : each.tried,
  }))
}

function failures({ changes, preflight, reverts }: Plan): Cause[] {
  const found = changes.flatMap((change) => {
    const tried = preflight[change.id]
    return tried?.outcome === 'failed' ? [{ change, tried }] : []
  })
  const groups = groupedBy(found, ({ change, tried }) => failureKey(change, tried))
  return groups.flatMap((group): Cause[] => {
    const [first] = group
    if (!first) return []
    const { tried } = group.find(({ tried }) => wasTried(tried)) ?? first
    const servers = group.map(({ change }) => change)
    const n = serversIn(servers)
    const [do_, go] = n === 1 ? ['does', 'goes'] : ['do', 'go']
    const target = maskUrl(originOf(newUrl(first.change) ?? ''))
    const text =
      reverts === null
        ? `${count(n, 'server')} ${do_} not work at the new URL: ${tried.evidence}`
        : `${count(n, 'server')} ${go} back to ${target}, which does not work: ${tried.evidence}`
    return [{ text, tone: 'red', changes: servers, found: reverts === null ? mendings(group) : [] }]
  })
}

/** Told of the plan as a whole, or with the address. */
const ELSEWHERE = ['unreachable', 'restart']

function effects({ changes }: Plan): Cause[] {
  const found = changes.flatMap((change) =>
    change.effects
      .filter(({ code }) => !ELSEWHERE.includes(code))
      .map(({ message }) => ({ change, message })),
  )
  return groupedBy(found, ({ message }) => message).flatMap((group) => {
    const [first] = group
    const servers = group.map(({ change }) => change)
    return first ? [{ text: first.message, tone: 'yellow' as const, changes: servers, found: [] }] : []
  })
}

/** What is said once for several servers of a plan, in its order. */
export function sharedCauses(plan: Plan): Cause[] {
  return [...failures(plan), ...effects(plan)].filter(({ changes }) => serversIn(changes) > 1)
}

/** What of each change is said with others, by its id: its failure (`unreachable`), and effects by their message. */
export type Said = ReadonlyMap<string, ReadonlySet<string>>

/** What is said once for several, of each of them. */
export function saidElsewhere(causes: readonly Cause[]): Said {
  const said = new Map<string, Set<string>>()
  for (const { tone, text, changes } of causes) {
    const what = tone === 'red' ? 'unreachable' : text
    for (const { id } of changes) said.set(id, (said.get(id) ?? new Set()).add(what))
  }
  return said
}

/** A cause with the names of those who share it, and what mends it. */
export function renderCause({ text, tone, changes, found }: Cause, look: Look): string {
  const names = [...new Set(changes.map(({ server }) => shownName(server)))].join(', ')
  const n = serversIn(changes)
  const what = tone === 'red' ? `✗ ${printable(text)}` : `! ${count(n, 'server')}: ${printable(text)}`
  const remedies = new Set(found.flatMap(({ tried }) => tried.hint ?? []))
  // Where one remedy is for all of them, their names stand above it.
  const mended = remedies.size === 1 ? found.slice(0, 1).map(({ tried }) => ({ name: 'them', tried })) : found
  return [
    look.paint(tone, wrap(what, look.width, '  ')),
    wrap(`  ${names}`, look.width, '  '),
    ...renderMending(mended, look),
  ].join('\n')
}
