import { type ErrorCode, MigrateError } from '../../core/errors.ts'
import { connect, type Credentials, type Target } from '../../gateway/connect/connect.ts'
import type { Gateway } from '../../gateway/port.ts'
import type { ConnectionOptions } from '../options/groups.ts'
import type { Context } from '../context.ts'
import { findCredentials, type Found, TRIES } from './credentials.ts'
import { wrap } from '../render/layout.ts'
import { headersFor } from '../options/header-option.ts'

/** What is wrong with the gateway itself, and not with what was given to sign in: a finding like any other. */
const FINDINGS: readonly ErrorCode[] = [
  'gateway-refused-connection',
  'gateway-unknown-host',
  'gateway-tls',
  'gateway-timeout',
  'gateway-connection-lost',
  'gateway-redirect',
  'sign-in-before-gateway',
  'answer-too-large',
  'not-litellm',
  'no-database',
  'release-unreadable',
]

/** What a key or password that was mistyped meets. */
const MISTYPED: readonly ErrorCode[] = ['unauthorized', 'not-admin', 'login-failed']

/** It in a sentence: of a key that is not known, what the gateway says may quote a part. */
const refusalOf = ({ code, message }: MigrateError): string =>
  code === 'unauthorized' ? 'The gateway does not accept this key.' : `${message}.`

const isAbout = (error: unknown, codes: readonly ErrorCode[]): error is MigrateError =>
  error instanceof MigrateError && codes.includes(error.code)

/**
 * A gateway that one invocation connects to: once, or anew in each round of --watch. Credentials are found once, as
 * standard input is read once and nobody is asked twice, and a password signs in once.
 */
export class Connection {
  readonly #options: ConnectionOptions
  /** Where it leads. */
  readonly target: Target
  readonly #context: Context
  #found: Found | null = null
  /** Has it ever been open? From then on a key that is refused has stopped working, and is not a typing error. */
  #wasOpen = false
  /** Did the session work that a renewal would replace? One that never did is not tried again and again. */
  #isRenewable = false
  /** Why a renewal came to nothing, in place of what the gateway says of the session that has ended. */
  #refusal: unknown = null

  /** Throws `usage` where a variable of `--header` holds nothing that could be sent: that is no finding about the gateway. */
  constructor(options: ConnectionOptions, url: string, context: Context) {
    this.#options = options
    const { keyHeader = null, timeout } = options
    const headers = headersFor(options, context.env)
    this.target = { url, keyHeader, timeoutSeconds: timeout, headers, redactor: context.redactor }
    this.#context = context
  }

  /** Is a failure of `open` something to tell of the gateway, and no mistake of who asks? */
  isFinding(error: unknown): error is MigrateError {
    return this.#wasOpen ? error instanceof MigrateError : isAbout(error, FINDINGS)
  }

  /** Connects and signs in, and says with what the first time. Reads only. */
  async open(): Promise<Gateway> {
    try {
      const gateway = await this.#entered().catch((error: unknown) => this.#renewed(error))
      this.#tell()
      this.#wasOpen = true
      this.#isRenewable = true
      return gateway
    } finally {
      this.#context.terminal.settle()
    }
  }

  async #find(): Promise<Credentials> {
    const { terminal, env, redactor } = this.#context
    this.#found ??= await findCredentials(this.#options, env, terminal)
    const { credentials } = this.#found
    redactor.learn(credentials.kind === 'key' ? credentials.key : credentials.password)
    return credentials
  }

  /** Connects; what was typed at a prompt and is not accepted is asked for again. */
  async #entered(): Promise<Gateway> {
    const { terminal, look } = this.#context
    for (let left = TRIES - 1; ; left -= 1) {
      try {
        return await this.#connect()
      } catch (error) {
        const { again = null } = this.#found ?? {}
        if (this.#wasOpen || again === null || left === 0 || !isAbout(error, MISTYPED)) throw error
        terminal.settle()
        terminal.warn(wrap(refusalOf(error), look.width))
        this.#found = { credentials: await again(), again }
      }
    }
  }

  async #connect(): Promise<Gateway> {
    const { keyFile, passwordFile } = this.#options
    // A file that was named is read before the gateway hears of anything; a question waits until it is known to be one.
    if (keyFile !== undefined || passwordFile !== undefined) await this.#find()
    const { terminal } = this.#context
    const { url } = this.target
    terminal.progress(`Connecting to ${url}`)
    return connect(this.target, async () => {
      const credentials = await this.#find()
      if (!this.#wasOpen) terminal.remark(`Signing in to ${url} with ${credentials.source}`)
      terminal.progress(`Connecting to ${url}`)
      return credentials
    })
  }

  /** Signs in anew, once, where the session has ended that a password had opened. */
  async #renewed(error: unknown): Promise<Gateway> {
    const credentials = this.#found?.credentials
    const isOver = isAbout(error, ['unauthorized']) && credentials?.kind === 'password'
    if (!isOver) throw error
    if (!this.#isRenewable) throw this.#refusal ?? error
    const { session } = credentials
    credentials.session = null
    this.#isRenewable = false
    this.#context.terminal.remark('The session of this sign-in has ended; signing in again.')
    try {
      return await this.#connect()
    } catch (failure) {
      // The old one stands for it: a password that is refused is not sent in every round.
      credentials.session = session
      this.#isRenewable = isAbout(failure, FINDINGS)
      this.#refusal = failure
      throw failure
    }
  }

  /** Says what a sign-in leaves behind. The gateway, and who was signed in, stand above the answer. */
  #tell(): void {
    if (this.#wasOpen || this.#found?.credentials.kind !== 'password') return
    this.#context.terminal.remark('LiteLLM keeps a session key for this sign-in for 24 hours.')
  }
}
