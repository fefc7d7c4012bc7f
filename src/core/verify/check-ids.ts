/** Every check of `verify` by its id, in the order in which they are told. Part of the contract. */
export const CHECK_IDS = [
  'closed',
  'published',
  'networks',
  'reachable',
  'same-servers',
  'keys',
  'chat',
  'gateway',
] as const
export type CheckId = (typeof CHECK_IDS)[number]
