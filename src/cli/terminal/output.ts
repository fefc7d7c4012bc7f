import { fstatSync, type Stats, statSync, writeSync } from 'node:fs'
import { devNull } from 'node:os'

/** The streams of a process that are written to, by their descriptors. */
type Output = NodeJS.WriteStream & {
  fd: number
  /** Node's own, of a stream to a terminal. */
  _handle?: { setBlocking?: (isBlocking: boolean) => number }
}

const statsOf = (fd: number): Stats | null => {
  try {
    return fstatSync(fd)
  } catch {
    return null
  }
}

/** Is it a device that is not the one for nothing, as every terminal is? Told without loading what knows terminals. */
export function mayBeTerminal(fd: number): boolean {
  const stats = statsOf(fd)
  return stats !== null && stats.isCharacterDevice() && stats.rdev !== statSync(devNull).rdev
}

/**
 * Makes a stream into a file write every byte, or fail. On a disk that fills up the system writes what fits and says how
 * much that was, and Node's own stream takes that for all of it.
 */
function writeWhole(stream: Output): void {
  if (statsOf(stream.fd)?.isFile() !== true) return
  const write = (chunk: Buffer, _encoding: string, done: (error?: Error) => void): void => {
    try {
      for (let at = 0; at < chunk.length; ) at += writeSync(stream.fd, chunk, at)
      done()
    } catch (error) {
      done(error instanceof Error ? error : new Error('not written'))
    }
  }
  Object.defineProperty(stream, '_write', { value: write })
}

/**
 * Lets a terminal that takes nothing (Ctrl-S, a connection that hangs) hold up what is printed, and nothing else. Node waits
 * for terminals (`tty.WriteStream`), and hears no signal meanwhile.
 */
function waitForNoTerminal(stream: Output): void {
  // oxlint-disable-next-line no-underscore-dangle -- Node has no other way to it
  if (stream.isTTY) stream._handle?.setBlocking?.(false)
}

/**
 * Writes to standard output at once, without its stream, which takes as long to open as all else that `--help` needs. Returns
 * what is left: nothing, or, of a terminal or where writing fails, what the stream has to write, or to fail with.
 */
export function writeAtOnce(text: string): Buffer {
  const bytes = Buffer.from(text)
  if (mayBeTerminal(1)) return bytes
  let at = 0
  try {
    while (at < bytes.length) at += writeSync(1, bytes, at)
  } catch {
    // The stream meets it again.
  }
  return bytes.subarray(at)
}

/** A reader that went away, such as `| head` or a terminal that was closed, is no trouble; a full disk is. */
const isReaderGone = ({ code }: NodeJS.ErrnoException, { isTTY }: Output): boolean =>
  code === 'EPIPE' || (code === 'EIO' && isTTY)

/**
 * Watches both streams, so that neither can end the program by failing. Returns what tells how standard output was lost,
 * `null` where it was not. What is lost of standard error cannot be told to anybody.
 */
export function watchOutput(out: Output, error: Output): () => NodeJS.ErrnoException | null {
  let lost: NodeJS.ErrnoException | null = null
  for (const stream of [out, error]) {
    writeWhole(stream)
    waitForNoTerminal(stream)
  }
  out.on('error', (failure: NodeJS.ErrnoException) => {
    if (!isReaderGone(failure, out)) lost = failure
  })
  error.on('error', () => {})
  return () => lost
}
