import type { Random } from './random.ts'
import { block, plain, quoted } from './scalars.ts'
import { TAGS, TYPED } from './words.ts'

/** Builds documents out of everything that YAML has, and of some that it has not. */
export class Structure {
  readonly #random: Random
  /** May there be things that are no YAML at all? */
  readonly #wild: boolean
  readonly #anchors: string[] = []
  readonly #mappings: string[] = []
  #count = 0

  constructor(random: Random) {
    this.#random = random
    this.#wild = random.once(4)
  }

  #odd(): boolean {
    return this.#wild && this.#random.once(20)
  }

  #alias(anchors = this.#anchors): string {
    const random = this.#random
    if (this.#odd()) return `*${random.pick(['a', 'nobody', 'n9', ''])}`
    const known = anchors[random.below(Math.max(1, anchors.length))]
    return known === undefined ? this.#scalar() : `*${known}`
  }

  /** A node with what may stand before it. Its anchor can be referred to when it is complete. */
  #node(kind: 'scalar' | 'mapping' | 'sequence', make: () => string): string {
    const random = this.#random
    const tag = random.once(15) ? `${this.#tag(kind)} ` : ''
    if (!random.once(6)) return tag + make()
    const name = this.#odd() ? random.pick(['a', 'n1', 'é', '', 'a,']) : `n${this.#count++}`
    const text = random.once(4) ? `&${name} ${tag}` : `${tag}&${name} `
    const node = text + make()
    this.#anchors.push(name)
    if (kind === 'mapping') this.#mappings.push(name)
    return node
  }

  #tag(kind: 'scalar' | 'mapping' | 'sequence'): string {
    if (this.#wild) return this.#random.pick(TAGS)
    return { scalar: '!!str', mapping: '!!map', sequence: this.#random.pick(['!!seq', '!']) }[kind]
  }

  #bareScalar(): string {
    const random = this.#random
    if (random.once(this.#wild ? 12 : 40)) return random.pick(TYPED)
    return random.once(3) ? quoted(random, this.#wild) : plain(random, this.#wild)
  }

  #scalar(): string {
    return this.#node('scalar', () => this.#bareScalar())
  }

  #key(): string {
    const random = this.#random
    if (this.#odd()) return '<<'
    if (random.once(30)) return `${this.#alias()} `
    if (!random.once(4)) return random.pick(['a', 'b', 'c', 'd', 'key', '"a"', "'b'", '1', '=', 'url'])
    return this.#odd()
      ? this.flow(1)
      : this.#node('scalar', () => (random.once(3) ? quoted(random, this.#wild) : plain(random, this.#wild)))
  }

  #comment(): string {
    return this.#random.pick([
      '',
      '',
      '',
      '',
      ' # c',
      ' #',
      '  ',
      ...(this.#wild ? ['\t', '# c', ' \t# c'] : []),
    ])
  }

  #ending(): string {
    return `${this.#random.once(3) ? this.#comment() : ''}\n${this.#random.once(10) ? this.#random.pick(['\n', '  \n', '# c\n', '   # c\n', this.#wild ? '\t\n' : '\n']) : ''}`
  }

  /** A node in brackets, or what can stand inside of them. */
  flow(depth: number): string {
    const random = this.#random
    if (depth <= 0 || random.once(3)) return random.once(8) ? this.#alias() : this.#scalar()
    const gap = (): string => random.pick(['', ' ', ' ', ' ', '\n ', ' # c\n  '])
    const close = (usual: string): string => (this.#odd() ? random.pick(['', ']', '}']) : usual)
    if (random.once(2)) return this.#node('sequence', () => `[${this.#inside(depth, gap)}${close(']')}`)
    return this.#node('mapping', () => `{${this.#inside(depth, gap)}${close('}')}`)
  }

  #inside(depth: number, gap: () => string): string {
    const parts = Array.from({ length: this.#random.below(4) }, () => this.#flowPart(depth, gap))
    const comma = this.#odd() ? this.#random.pick([' ', ',,', '']) : ','
    return gap() + parts.join(comma + gap()) + this.#random.pick(['', '', '', ',']) + gap()
  }

  #flowPart(depth: number, gap: () => string): string {
    const random = this.#random
    const kind = random.below(10)
    if (kind < 3) return this.flow(depth - 1)
    if (kind === 3) return `? ${this.flow(depth - 1)}${gap()}: ${this.flow(depth - 1)}`
    if (kind === 4)
      return random.pick([
        '?',
        '? a',
        'a:',
        '"a":b',
        '"a" :b',
        'a : b',
        "'b':1",
        ...(this.#wild ? [': a', ':', '- a', '? :'] : []),
      ])
    return `${this.#key()}: ${this.flow(depth - 1)}`
  }

  /** What stands after `key:` or `-`, up to and with the end of the line. */
  #part(indent: number, depth: number, mapping: boolean): string {
    const random = this.#random
    const kind = depth <= 0 ? random.below(7) : random.below(14)
    if (kind === 0) return this.#ending()
    if (kind < 4) return ` ${this.#scalar()}${this.#ending()}`
    if (kind === 4) return ` ${this.#alias()}${this.#ending()}`
    if (kind === 5) return ` ${this.#node('scalar', () => block(random, indent + 2, this.#wild))}\n`
    if (kind === 6) return ` ${this.flow(2)}${this.#ending()}`
    const step = this.#odd() ? random.below(4) : random.pick([1, 2, 2, 2, 4])
    if (!mapping && random.once(2)) return ` ${this.mapping(indent + 2, depth - 1).trimStart()}`
    if (kind < 11)
      return ` ${this.#node('mapping', () => this.#ending() + this.mapping(indent + step, depth - 1))}`
    const list = mapping && random.once(2) ? indent : indent + step
    return ` ${this.#node('sequence', () => this.#ending() + this.list(list, depth - 1))}`
  }

  #pad(indent: number): string {
    const off = this.#odd() ? this.#random.below(3) - 1 : 0
    return this.#wild && this.#random.once(80) ? '\t' : ' '.repeat(Math.max(0, indent + off))
  }

  mapping(indent: number, depth: number): string {
    const random = this.#random
    let text = ''
    for (let left = 1 + random.below(4); left > 0; left--) {
      text += this.#pad(indent)
      if (random.once(12))
        text += `?${this.#part(indent, depth, true)}${this.#pad(indent)}:${this.#part(indent, depth, true)}`
      else if (random.once(10)) text += `<<: ${this.#merged()}\n`
      else
        text += `${this.#key()}${random.once(25) ? random.pick([' ', '', this.#wild ? '\t' : ' ']) : ''}:${this.#part(indent, depth, true)}`
    }
    return text
  }

  #merged(): string {
    if (this.#mappings.length === 0)
      return this.#random.pick(['{a: 1, b: 2}', '[{a: 1}, {a: 2, c: 3}]', '{}'])
    const one = (): string => this.#alias(this.#mappings)
    return this.#random.once(2) ? one() : `[${one()}, ${one()}]`
  }

  list(indent: number, depth: number): string {
    let text = ''
    for (let left = 1 + this.#random.below(4); left > 0; left--)
      text += `${this.#pad(indent)}-${this.#part(indent, depth, false)}`
    return text
  }

  /** A whole document, without what may stand before and after it. */
  document(): string {
    const kind = this.#random.below(10)
    if (kind === 0) return this.#part(-1, 0, true).trimStart()
    if (kind === 1) return this.flow(3)
    return kind < 4 ? this.list(0, 3) : this.mapping(0, 3)
  }
}
