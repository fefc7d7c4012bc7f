import { groupedBy } from '../../../core/grouped.ts'
import { identify, type ListedServer } from '../../../core/record/server.ts'
import { originOf, readAddress } from '../../../core/rule/address.ts'
import { type DraftMove, fromText } from '../../../core/rule/file/draft.ts'
import { maskUrl } from '../../../core/show/redact.ts'
import { secretTexts } from '../../../core/show/secret-fields.ts'
import type { Redactor } from '../../../core/show/secrets/redactor.ts'
import { shownName } from '../../render/name.ts'

/** An origin at which servers are, by whichever name of it the most do. */
export interface Found extends Pick<DraftMove, 'urls' | 'hidden'> {
  origin: string
  /** What the servers there are called. */
  names: readonly string[]
}

/** A server with its URL, without query and fragment, and whether that may stand in a file. */
export interface Placed {
  name: string
  url: string
  isOpen: boolean
}

/** The servers that have an address; in a path may stand what is secret in this server, or in this invocation. */
export function placed(servers: readonly ListedServer[], redactor: Redactor): Placed[] {
  return servers.flatMap((server) => {
    const address = readAddress(server.url ?? '')
    if (address.kind !== 'address') return []
    const url = (server.url ?? '').replace(/[?#].*$/s, '')
    const isOpen = maskUrl(url) === url && redactor.about(secretTexts(server)).words(url) === url
    return [{ name: shownName(identify(server, 'database')), url, isOpen }]
  })
}

/** The origins of a gateway's servers, most frequent first; all names of the machine are one. */
export function originsOf(servers: readonly Placed[]): Found[] {
  return groupedBy(servers, ({ url }) => fromText(originOf(url)))
    .map((own) => {
      const named = groupedBy(own, ({ url }) => originOf(url)).toSorted((a, b) => b.length - a.length)
      const urls = own.filter(({ isOpen }) => isOpen).map(({ url }) => url)
      return {
        origin: originOf(named[0]?.[0]?.url ?? ''),
        names: own.map(({ name }) => name),
        urls,
        hidden: own.length - urls.length,
      }
    })
    .toSorted((a, b) => b.names.length - a.names.length || (a.origin < b.origin ? -1 : 1))
}
