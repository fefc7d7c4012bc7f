import { configFault, linesOf } from './fault.ts'
import { OWN_REFUSALS, YamlFault } from '../pyyaml/fault.ts'
import { load, type Loaded } from '../pyyaml/load.ts'
import type { MappingNode } from '../pyyaml/compose/nodes.ts'
import { PyDict } from '../pyyaml/construct/values.ts'

/** A config.yaml as LiteLLM reads it: with PyYAML's `safe_load` (`proxy_server.py`, 1.77.7 to 1.106.2). */
export interface ConfigDocument {
  file: string
  /** The whole text, a byte order mark included. All offsets refer to it. */
  text: string
  /** The line, counted from 1, in which an offset stands. */
  lineOf: (offset: number) => number
  loaded: Loaded
  /** The top-level mapping and what it holds; `null` where the file holds nothing but comments. */
  top: { node: MappingNode; data: PyDict } | null
}

/**
 * What was read last, by text, newest first. A run reads the same two texts again and again: the file before an edit and
 * after it. What was loaded is never changed.
 */
const recent: { text: string; loaded: Loaded }[] = []
const KEPT = 3

function loadOnce(text: string): Loaded {
  const known = recent.find((each) => each.text === text)
  const entry = known ?? { text, loaded: load(text) }
  recent.splice(0, recent.length, entry, ...recent.filter((each) => each !== entry).slice(0, KEPT - 1))
  return entry.loaded
}

function loaded(text: string, file: string, lineOf: ConfigDocument['lineOf']): Loaded {
  try {
    return loadOnce(text)
  } catch (error) {
    if (!(error instanceof YamlFault)) throw error
    const { offset, reason } = error
    const end = OWN_REFUSALS.has(reason) ? '' : ', so that LiteLLM does not start with this file'
    throw configFault(file, lineOf(offset), `${reason}${end}`)
  }
}

/**
 * Parses a config.yaml. Throws `config-invalid`, with file and line, for whatever LiteLLM could not read either, and for
 * the few kinds that it could (`OWN_REFUSALS`).
 */
export function parseConfig(text: string, file: string): ConfigDocument {
  const lineOf = linesOf(text)
  const read = loaded(text, file, lineOf)
  const { root, value } = read
  if (value === null) return { file, text, lineOf, loaded: read, top: null }
  if (!(value instanceof PyDict) || root?.kind !== 'mapping')
    throw configFault(file, 1, 'the file is not a mapping')
  return { file, text, lineOf, loaded: read, top: { node: root, data: value } }
}
