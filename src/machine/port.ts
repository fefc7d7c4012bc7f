/**
 * How a TCP connection to an address went. `open`: something accepted it, at `address` where a name was resolved.
 * `silent`: no answer in time, as behind a firewall that drops packets.
 */
export type Knock =
  | { kind: 'open'; address: string }
  | { kind: 'refused' | 'unknown-host' | 'no-route' | 'silent' }

/** A process that listens on a port of this machine. `command`: its program, without arguments that may be secret. */
export interface Listener {
  pid: number
  command: string
  /** Where it listens: an address, `0.0.0.0` or `::` for all. */
  address: string
}

/** All that the tool asks of the machine that it runs on. */
export interface Machine {
  /** The addresses that the machine has on its networks, IPv6 with its zone where it needs one. */
  addresses(): string[]
  /** Does a host name or address lead to this machine, as far as its own addresses tell? Never throws. */
  isSelf(host: string): Promise<boolean>
  /** Opens a TCP connection, and closes it at once. Never throws. */
  knock(host: string, port: number, limitMs: number): Promise<Knock>
  /** What an address answers to a GET, past every proxy: `HTTP 200`, or why there is none. Never throws. */
  greet(url: string, limitMs: number): Promise<string>
  /** Who listens on a port, as far as this user may know. Never throws. */
  listeners(port: number): Promise<Listener[]>
}
