import { z } from 'zod'

/** Is it sure that a schema takes a value, and leaves it as it is? */
type Look = (value: unknown) => boolean

type Definition = z.core.$ZodTypes['_zod']['def']

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isThere: Look = (value) => value !== undefined

/** An object as `JSON.parse` makes it, without a name that a copy would lose. */
const isPlain = (value: unknown): value is Record<string, unknown> =>
  isObject(value) && Object.getPrototypeOf(value) === Object.prototype && !Object.hasOwn(value, '__proto__')

/** Looks at an object: it has to have the members that its schema names, and no other. */
function objectLook(shape: Readonly<Record<string, z.core.$ZodType>>): Look {
  const members = Object.entries(shape).map(([name, schema]) => ({ name, look: lookFor(schema) }))
  return (value) => {
    if (!isPlain(value)) return false
    let named = 0
    for (const { name, look } of members) {
      const member = value[name]
      if (!look(member)) return false
      if (member !== undefined) named++
    }
    return Object.keys(value).length === named
  }
}

function listLook(element: z.core.$ZodType): Look {
  const look = lookFor(element)
  return (value) => Array.isArray(value) && value.every((each) => look(each))
}

function recordLook(member: z.core.$ZodType): Look {
  const look = lookFor(member)
  return (value) => isPlain(value) && Object.values(value).every((each) => look(each))
}

/** Looks at what may also be `none`. */
function elseLook(none: null | undefined, inner: z.core.$ZodType): Look {
  const look = lookFor(inner)
  return (value) => value === none || look(value)
}

function amongLook(values: readonly unknown[]): Look {
  const known = new Set(values)
  return (value) => known.has(value)
}

function anyLook(options: readonly z.core.$ZodType[]): Look {
  const looks = options.map((option) => lookFor(option))
  return (value) => looks.some((look) => look(value))
}

/** How each kind of schema looks, its checks apart. */
const LOOKS: { [Kind in Definition['type']]?: (def: Extract<Definition, { type: Kind }>) => Look } = {
  unknown: () => isThere,
  boolean: () => (value) => typeof value === 'boolean',
  string: () => (value) => typeof value === 'string',
  number: () => Number.isFinite,
  literal: ({ values }) => amongLook(values),
  enum: ({ entries }) => amongLook(Object.values(entries)),
  custom: () => isThere,
  object: ({ shape }) => objectLook(shape),
  array: ({ element }) => listLook(element),
  record: ({ valueType }) => recordLook(valueType),
  nullable: ({ innerType }) => elseLook(null, innerType),
  optional: ({ innerType }) => elseLook(undefined, innerType),
  default: ({ innerType }) => lookFor(innerType),
  union: ({ options }) => anyLook(options),
}

function checkLook({ _zod: check }: z.core.$ZodCheck): Look {
  return (value) => {
    const found = { value, issues: [] }
    const pending = check.check(found as unknown as z.core.ParsePayload<never>)
    return !(pending instanceof Promise) && found.issues.length === 0 && found.value === value
  }
}

/** The checks of a schema, itself among them where it is one: a format, or a function of ours. */
function checksOf(schema: z.core.$ZodType): z.core.$ZodCheck[] {
  const {
    _zod: { def, traits },
  } = schema
  const own = traits.has('$ZodCheck') ? [schema as unknown as z.core.$ZodCheck] : []
  return [...own, ...(def.checks ?? [])]
}

function lookFor(schema: z.core.$ZodType): Look {
  const {
    _zod: { def },
  } = schema as z.core.$ZodTypes
  const ofKind = (LOOKS[def.type] as ((own: Definition) => Look) | undefined)?.(def)
  if (!ofKind) return () => false
  const checks = checksOf(schema).map((check) => checkLook(check))
  return checks.length === 0 ? ofKind : (value) => ofKind(value) && checks.every((look) => look(value))
}

/**
 * A schema that takes and makes what another one does, but looks first whether that would leave a value from JSON as it is,
 * and copies nothing then: a journal holds tens of thousands. Of a fault it tells no more than that.
 */
export function lookedAt<T>(schema: z.ZodType<T>) {
  const isAsIs = lookFor(schema)
  return z.unknown().transform((value, found): T => {
    if (isAsIs(value)) return value as T
    const read = schema.safeParse(value)
    if (read.success) return read.data
    found.issues.push({ code: 'custom', message: 'it is of another kind', input: value })
    return z.NEVER
  })
}
