/** The full name of one of YAML's own tags. */
export const tagName = (name: string): string => `tag:yaml.org,2002:${name}`

export const MERGE = tagName('merge')
export const VALUE = tagName('value')
export const TEXT = tagName('str')

/** `resolver.py`, in its order. A line feed may follow the text: Python's `$` looks past it. */
const IMPLICIT: readonly (readonly [string, RegExp])[] = [
  [tagName('bool'), /^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)\n?$/],
  [
    tagName('float'),
    /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))\n?$/,
  ],
  [
    tagName('int'),
    /^(?:[-+]?0b[01_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)\n?$/,
  ],
  [MERGE, /^<<\n?$/],
  [tagName('null'), /^(?:(?:~|null|Null|NULL)\n?)?$/],
  [
    tagName('timestamp'),
    /^(?:[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?(?:[ \t]*(?:Z|[-+][0-9]{1,2}(?::[0-9]{2})?))?)\n?$/,
  ],
  [VALUE, /^=\n?$/],
  [tagName('yaml'), /^[!&*]\n?$/],
]

const MAY_BE_NO_TEXT = /^[-+.0-9~<=!&*yYnNtTfFoO]/

/** What a scalar without quotes and without a tag is. */
export function implicitTag(value: string): string {
  if (value !== '' && !MAY_BE_NO_TEXT.test(value)) return TEXT
  return IMPLICIT.find(([, pattern]) => pattern.test(value))?.[0] ?? TEXT
}
