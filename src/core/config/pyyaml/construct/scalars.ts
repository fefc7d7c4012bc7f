import { readBinary } from './binary.ts'
import { readFloat, readInt } from './numbers.ts'
import { tagName } from './resolve.ts'
import { readTimestamp } from './timestamp.ts'
import type { PyKey } from './values.ts'

const TRUTHS = new Map([
  ['yes', true],
  ['no', false],
  ['true', true],
  ['false', false],
  ['on', true],
  ['off', false],
])

/** What a scalar of some kind is worth; undefined where Python raises an error. */
type Reader = (text: string) => PyKey | undefined

/** How scalars are read, by their tag, and what is said of those that cannot be. */
export const SCALARS: ReadonlyMap<string, { read: Reader; refusal: string }> = new Map([
  [tagName('null'), { read: () => null, refusal: '' }],
  [tagName('str'), { read: (text: string) => text, refusal: '' }],
  [
    tagName('bool'),
    {
      read: (text: string) => TRUTHS.get(text.toLowerCase()),
      refusal: 'a value is tagged as true or false, but is neither',
    },
  ],
  [
    tagName('int'),
    {
      read: (text: string) => readInt(text) ?? undefined,
      refusal: 'a value looks like a whole number, but is not one',
    },
  ],
  [
    tagName('float'),
    {
      read: (text: string) => readFloat(text) ?? undefined,
      refusal: 'a value looks like a number, but is not one',
    },
  ],
  [
    tagName('binary'),
    {
      read: (text: string) => readBinary(text) ?? undefined,
      refusal: 'a value is tagged as base64, but is not',
    },
  ],
  [
    tagName('timestamp'),
    {
      read: (text: string) => readTimestamp(text) ?? undefined,
      refusal: 'a value looks like a date, but is not one',
    },
  ],
])
