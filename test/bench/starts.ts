import type { Figure } from './figure.ts'
import { Mismeasured } from './figure.ts'
import type { Place } from './place.ts'
import { ratio, type Timed } from './ratio.ts'
import { run } from './run.ts'

const BASELINE = 'node -e 0'

/** The time until Node, started with these words, has ended. */
const toExit =
  (words: (place: Place) => string[]): Timed =>
  async (place) => {
    const { began, ended } = await run([process.execPath, ...words(place)], place)
    return ended - began
  }

/** The time that a Node takes which does nothing. */
export const nothing = toExit(() => ['-e', '0'])

/** The exit codes with which a command has done its job: `verify` ends with 5 where it found something. */
const DONE = [0, 5]

/** The time until a command's first request has come to the gateway. It goes on to its end, and has to succeed. */
const toFirstRequest =
  (args: readonly string[]): Timed =>
  async (place) => {
    const gateway = await place.gateway()
    gateway.reset()
    const env = { ...place.env, LITELLM_PROXY_URL: gateway.url, LITELLM_PROXY_API_KEY: gateway.key }
    const { began } = await run([process.execPath, place.program, ...args], {
      env,
      cwd: place.cwd,
      fine: DONE,
    })
    const asked = gateway.firstAsked()
    if (asked === null) throw new Mismeasured(`${args.join(' ')} sent no request`)
    return asked - began
  }

const against = (subject: Timed): Figure['measure'] =>
  ratio({ subject, baseline: nothing, against: BASELINE })

const untilExit = (...args: string[]): Figure => ({
  name: args.join(' '),
  unit: '×',
  limit: 1.5,
  measure: against(toExit(({ program }) => [program, ...args])),
})

const untilFirstRequest = (...args: string[]): Figure => ({
  name: `first request of ${args.join(' ')}`,
  unit: '×',
  limit: 2.5,
  measure: against(toFirstRequest(args)),
})

/** How soon the program is there, against a Node that does nothing. */
export const STARTS: readonly Figure[] = [
  untilExit('--version'),
  untilExit('--help'),
  untilFirstRequest('--dry-run'),
  untilFirstRequest('verify'),
  untilFirstRequest('status'),
  untilFirstRequest('--revert', '--dry-run'),
]
