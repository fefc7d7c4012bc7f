import { spawn } from 'node:child_process'
import { Duplex } from 'node:stream'

/** Whom ssh is to call, as it takes them. */
export interface SshTarget {
  destination: string
  port: string | null
}

// ssh reads a leading dash as an option, and hands both names to a shell where its configuration has a ProxyCommand or
// a Match exec.
const USER = /^[\p{L}\p{N}_][\p{L}\p{N}_.@+\\-]*(?<!\\)$/u
const HOST = /^[\w][\w.+-]*$|^\[[\da-f:.]+\]$/i

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text // a percent sign is in no name that is taken
  }
}

/**
 * Whom ssh is to call by a URL, and that for a person: `ssh://user@host:port`. `null` where a name is none that may be
 * handed to it.
 */
export function sshTarget({
  username,
  hostname,
  host,
  port,
}: URL): { target: SshTarget; shown: string } | null {
  const user = decoded(username)
  if (!HOST.test(hostname) || (user !== '' && !USER.test(user))) return null
  const at = user === '' ? '' : `${user}@`
  // Brackets are for URLs: ssh takes an IPv6 address without.
  const destination = at + hostname.replace(/^\[|\]$/g, '')
  return { target: { destination, port: port || null }, shown: `ssh://${at}${host}` }
}

const OPTIONS = ['-o', 'BatchMode=yes', '-o', 'ConnectTimeout=3']

/**
 * All that ssh gets of the environment: what it and the programs that it starts (an agent, a prompt, ProxyCommand) need to
 * find their way. A list of what is withheld would never be whole: anything may be the name of a secret.
 */
const KNOWN_TO_SSH = [
  'PATH HOME USER LOGNAME SHELL TERM TZ TMPDIR LANG LANGUAGE LC_ALL LC_CTYPE LC_MESSAGES',
  'SSH_AUTH_SOCK SSH_AGENT_PID SSH_ASKPASS SSH_ASKPASS_REQUIRE SSH_SK_PROVIDER',
  'GNUPGHOME GPG_TTY KRB5CCNAME KRB5_CONFIG',
  'DISPLAY WAYLAND_DISPLAY XAUTHORITY DBUS_SESSION_BUS_ADDRESS',
  'XDG_RUNTIME_DIR XDG_CONFIG_HOME XDG_CACHE_HOME XDG_DATA_HOME XDG_STATE_HOME',
].flatMap((line) => line.split(' '))

const forSsh = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(KNOWN_TO_SSH.map((name) => [name, env[name]]))

/**
 * A connection to an engine on another machine, as Docker's own client makes it: through the person's `ssh`, with its
 * configuration, agent and known hosts. It never asks for anything.
 */
export function dialSsh({ destination, port }: SshTarget, env: NodeJS.ProcessEnv): Duplex {
  const command = [...OPTIONS, ...(port === null ? [] : ['-p', port]), '--', destination]
  const child = spawn('ssh', [...command, 'docker', 'system', 'dial-stdio'], {
    stdio: 'pipe',
    env: forSsh(env),
  })
  let said = ''
  const stream = new Duplex({
    read: () => child.stdout.resume(),
    write: (chunk, _, done) => child.stdin.write(chunk, () => done()),
    final: (done) => child.stdin.end(done),
    destroy: (error, done) => {
      child.kill()
      done(error)
    },
  })
  child.stdin.on('error', () => {}) // ssh has ended; why, it says itself
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-1000)
  })
  child.stdout.on('data', (chunk: Buffer) => {
    if (!stream.push(chunk)) child.stdout.pause()
  })
  child.once('error', (error) => stream.destroy(error))
  child.once('close', (code) => {
    if (code === 0) stream.push(null)
    else stream.destroy(new Error(said.trim().split('\n').at(-1) || `ssh ended with ${code}`))
  })
  return stream
}

/** An sshd lets ten sign in at the same time and turns others away at random (MaxStartups). */
export const SSH_AT_ONCE = 8
