import type { CollectionTag, ScalarTag, Tags } from 'yaml'

const tagName = (name: string): string => `tag:yaml.org,2002:${name}`

/**
 * Which plain scalars PyYAML takes for something else than text (`resolver.py`, 6.0.3). The parser's YAML 1.1 goes
 * further: `y` is no truth to PyYAML, `12e4` and `089` no number, and each may be the id or the alias of a server.
 */
const IMPLICIT = new Map<string, RegExp>([
  [tagName('bool'), /^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$/],
  [tagName('int'), /^[-+]?(?:0b[01_]+|0[0-7_]+|0|[1-9][\d_]*|0x[\da-fA-F_]+|[1-9][\d_]*(?::[0-5]?\d)+)$/],
  [
    tagName('float'),
    /^(?:[-+]?\d[\d_]*\.[\d_]*(?:[eE][-+]\d+)?|\.\d[\d_]*(?:[eE][-+]\d+)?|[-+]?\d[\d_]*(?::[0-5]?\d)+\.[\d_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/,
  ],
  [tagName('timestamp'), /^(?:\d{4}-\d\d-\d\d|\d{4}-\d\d?-\d\d?(?:[Tt]|[ \t]+)\d.*)$/],
])

function narrowed(tag: CollectionTag | ScalarTag): CollectionTag | ScalarTag {
  const narrower = IMPLICIT.get(tag.tag)
  if (!narrower || !('test' in tag) || !tag.test) return tag
  return { ...tag, test: new RegExp(`(?=${narrower.source})${tag.test.source}`) }
}

/**
 * How LiteLLM reads: with PyYAML's `safe_load` (`_load_yaml_file` in `proxy_server.py`, 1.77.7 to 1.106.2), which is
 * YAML 1.1 with merge keys, whatever a `%YAML` directive says.
 */
export const AS_PYYAML = {
  schema: 'yaml-1.1',
  merge: true,
  customTags: (tags: Tags): Tags => tags.map((tag) => (typeof tag === 'string' ? tag : narrowed(tag))),
} as const
