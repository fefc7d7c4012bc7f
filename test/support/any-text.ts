import fc from 'fast-check'

const SURROGATES = { first: 0xd800, count: 0x800 }
const LAST = 0x10ffff

const characterAt = (index: number): string =>
  String.fromCodePoint(index < SURROGATES.first ? index : index + SURROGATES.count)

/** The inverse of `characterAt`; as fast-check asks for it, it throws for what is no single character. */
function indexOf(text: unknown): number {
  const [character = '', ...more] = typeof text === 'string' ? text : ''
  const point = character.codePointAt(0)
  if (point === undefined || more.length > 0) throw new Error('not one character')
  return point < SURROGATES.first ? point : point - SURROGATES.count
}

/**
 * Any character of Unicode, as a unit of strings. fast-check's own (`binary`, which its web addresses take, too) first makes
 * a list of all 1.1 million: seconds, and 90 MB, in each worker.
 */
export const anyCharacter = fc.integer({ min: 0, max: LAST - SURROGATES.count }).map(characterAt, indexOf)

const IN_PATHS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~!$&'()*+,;=:@"

const inUrls = (also = ''): fc.Arbitrary<string> =>
  fc.string({
    unit: fc.oneof(
      { weight: 10, arbitrary: fc.constantFrom(...IN_PATHS, ...also) },
      { weight: 1, arbitrary: anyCharacter.map(encodeURIComponent) },
    ),
  })

/** What may stand in a URL after its question mark, or after its `#`. */
export const anyQuery = inUrls('/?')

const maybe = (mark: string): fc.Arbitrary<string> =>
  fc.option(
    anyQuery.map((text) => `${mark}${text}`),
    { nil: '' },
  )

const paths = fc.array(inUrls().map((text) => `/${text}`)).map((parts) => parts.join(''))

/** Any URL of the web at a domain, some with a query and a fragment. */
export const anyWebUrl = fc
  .tuple(fc.constantFrom('http://', 'https://'), fc.domain(), paths, maybe('?'), maybe('#'))
  .map((parts) => parts.join(''))
