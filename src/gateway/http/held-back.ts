import type { ClientRequest } from 'node:http'
import { Readable } from 'node:stream'
import { TLSSocket } from 'node:tls'

/** A request that never left, because whoever was asked last said no, or because its connection was gone by then. */
export class HeldBack extends Error {
  override readonly name = 'HeldBack'
}

/** Waits until nothing stands between a request and the wire: connected, its TLS handshake done. */
function connected(request: ClientRequest): Promise<void> {
  return new Promise((resolve) => {
    request.once('socket', (socket) => {
      const isTls = socket instanceof TLSSocket
      // `null` before the handshake is done.
      const isReady = isTls ? socket.alpnProtocol !== null : !socket.connecting
      if (isReady) resolve()
      else socket.once(isTls ? 'secureConnect' : 'connect', () => resolve())
    })
  })
}

/** Ends a request with `ETIMEDOUT` after so long, unless that is called off or the request has closed by then. */
function timeOutOf(request: ClientRequest, ms: number): NodeJS.Timeout {
  const timer = setTimeout(() => {
    request.destroy(Object.assign(new Error('too late'), { code: 'ETIMEDOUT' }))
  }, ms)
  request.once('close', () => clearTimeout(timer))
  return timer
}

/**
 * The body of a write that waits for its connection, and then for a last yes. Node sends the headers with the first byte of
 * a body: until then nothing leaves. Between the yes and the system's call that sends, nothing is waited for.
 */
export class HeldBody {
  readonly stream = new Readable({ read: () => {} })
  readonly #bytes: Buffer
  readonly #mayLeave: () => Promise<boolean>
  #state: 'connecting' | 'asking' | 'left' = 'connecting'
  #asked: Promise<boolean> | null = null

  constructor(text: string, mayLeave: () => Promise<boolean>) {
    this.#bytes = Buffer.from(text)
    this.#mayLeave = mayLeave
  }

  /** Its length in bytes. */
  get length(): number {
    return this.#bytes.length
  }

  /** How far it got: may anything of the request have left, and was anybody asked? */
  get state(): 'connecting' | 'asking' | 'left' {
    return this.#state
  }

  /** Waits for whoever is being asked: a connection that is cut meanwhile does not end the asking. Never throws. */
  async asked(): Promise<void> {
    await this.#asked
  }

  /**
   * Lets the request go, or destroys it. A connection that is not made in `timeoutMs` ends it with `ETIMEDOUT`, as does a
   * body that is not taken within that. Never throws: how it ended is told by the request.
   */
  async accompany(request: ClientRequest, timeoutMs: number): Promise<void> {
    const connection = timeOutOf(request, timeoutMs)
    await connected(request)
    clearTimeout(connection)
    this.#state = 'asking'
    this.#asked = this.#mayLeave().catch(() => false)
    if (!(await this.#asked) || request.destroyed) {
      request.destroy(new HeldBack())
      return
    }
    this.#state = 'left'
    const sending = timeOutOf(request, timeoutMs)
    for (const end of ['finish', 'response']) request.once(end, () => clearTimeout(sending))
    this.stream.push(this.#bytes)
    this.stream.push(null)
  }
}
