import { describe, test } from 'vitest'

type Define = (name: string, body: () => void | Promise<void>) => void

const nothing: Define = () => {}

/** Defines a test for the releases that have what it is about; for the others there is nothing to test, nor to skip. */
export function testWhere(applies: boolean): Define {
  return applies ? (name, body) => test(name, body) : nothing
}

/** The same for a group of tests. */
export function describeWhere(applies: boolean): (name: string, body: () => void) => void {
  return applies ? (name, body) => describe(name, body) : nothing
}
