import { aimOf } from '../../../core/plan/change.ts'
import { isLoopbackName, HOST_NAMES_IN_FILES } from '../../../core/rule/host-names.ts'
import { type Origin, originText, readAddress } from '../../../core/rule/address.ts'
import type { Rule } from '../../../core/rule/rule.ts'
import { newOriginsOf, oldOriginsOf } from '../../../core/rule/verdict.ts'
import { type RecordedRun, runsOf, wasWritten } from '../../../journal/fold.ts'
import { takesBack } from '../../recover/in-force.ts'

/** A place that servers have left, with the paths under which they stood there. */
export interface OldOrigin extends Origin {
  paths: string[]
}

/** One address to try. `host` as it is connected to; `label` for a person. */
export interface Target {
  origin: OldOrigin
  host: string
  label: string
}

const URLS = /https?:\/\/[^\s"'<>`]+/gi

function addressesIn(text: string | null): { origin: Origin; path: string }[] {
  return [...(text ?? '').matchAll(URLS)].flatMap(([url]) => {
    const address = readAddress(url)
    if (address.kind !== 'address') return []
    const { scheme, host, port, rest } = address
    return [{ origin: { scheme, host, port }, path: rest.replace(/[?#].*$/s, '') || '/' }]
  })
}

/** The origins that the changes of a gateway's runs have left and not come back to, by their text. */
function leftBehind(runs: readonly RecordedRun[]): Map<string, OldOrigin> {
  const left = new Map<string, OldOrigin>()
  for (const run of runs) {
    const back = takesBack(run, runs)
    for (const { change } of run.changes.filter(wasWritten)) {
      for (const { before, after } of aimOf(change)) {
        const there = new Set(addressesIn(after).map(({ origin }) => originText(origin)))
        // A server that came to a place, by whichever way, uses it.
        for (const text of there) left.delete(text)
        if (back) continue
        for (const { origin, path } of addressesIn(before)) {
          const text = originText(origin)
          if (there.has(text)) continue
          const paths = left.get(text)?.paths ?? []
          left.set(text, { ...origin, paths: [...new Set([...paths, path])] })
        }
      }
    }
  }
  return left
}

/** Do two origins lead to the same port of the same machine, whatever is spoken there? */
function isSamePlace(a: Origin, b: Origin): boolean {
  const areLoopback = isLoopbackName(a.host) && isLoopbackName(b.host)
  return a.port === b.port && (a.host === b.host || areLoopback)
}

/**
 * Every origin that must be closed: those that the rules move from, and those that the runs of this gateway have left. Not
 * where the rules move servers to, though runs may have left that once.
 * `paths`: where servers are known to stand now, for origins of which the journal tells nothing.
 */
export function oldOrigins(
  runs: readonly RecordedRun[],
  gatewayUrl: string,
  rules: readonly Rule[],
  paths: readonly string[],
): OldOrigin[] {
  const origins = leftBehind(runsOf(runs, gatewayUrl))
  for (const origin of oldOriginsOf(rules)) {
    const text = originText(origin)
    origins.set(text, { ...origin, paths: origins.get(text)?.paths ?? [] })
  }
  const places = newOriginsOf(rules)
  return [...origins.values()]
    .filter((origin) => !places.some((place) => isSamePlace(origin, place)))
    .map((origin) => ({ ...origin, paths: origin.paths.length > 0 ? origin.paths : [...paths] }))
}

// Where a server stood under another name of the family, that one is tried, too.
const LOOPBACK = ['localhost', '127.0.0.1', '::1', '0.0.0.0', ...HOST_NAMES_IN_FILES]

/** A host as it is connected to: an IPv6 address without its brackets. */
export const bareHost = (host: string): string => host.replace(/^\[(.*)\]$/, '$1')

const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host)

/** `host:port` for a person. */
export const placeText = (host: string, port: number): string => `${bracketed(host)}:${port}`

/**
 * Every address to try for these origins: one on this machine is tried under all its names and addresses, and at the
 * gateway's host, as `localhost` in a server's URL is the machine of LiteLLM. Not `places`, where servers are moved.
 */
export function targetsOf(
  origins: readonly OldOrigin[],
  addresses: readonly string[],
  gatewayUrl: string,
  places: readonly Origin[],
): Target[] {
  const gateway = bareHost(new URL(gatewayUrl).hostname)
  const kept = new Set(places.map(({ host, port }) => placeText(bareHost(host), port)))
  const targets = new Map<string, Target>()
  for (const origin of origins) {
    const host = bareHost(origin.host)
    const here = isLoopbackName(origin.host) || addresses.includes(host)
    for (const each of here ? [host, ...LOOPBACK, ...addresses, gateway] : [host]) {
      const label = placeText(each, origin.port)
      if (!kept.has(label) && !targets.has(label)) targets.set(label, { origin, host: each, label })
    }
  }
  return [...targets.values()]
}
