import type { Figure } from './figure.ts'
import { SHIPPING } from './shipping.ts'
import { LITELLM } from './speed/litellm.ts'
import { PURE } from './speed/pure.ts'
import { SANDBOX } from './speed/sandbox.ts'
import { STARTS } from './starts.ts'

/** All that the bench measures, in the order of its table. Another figure is a row of one of these, or a file beside them. */
export const FIGURES: readonly Figure[] = [...STARTS, ...SHIPPING, ...PURE, ...SANDBOX, ...LITELLM]
