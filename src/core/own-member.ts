/** The member of that name that an object itself has: names come from gateways, and may be `constructor` or `__proto__`. */
export function ownMember<T>(object: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined
}
