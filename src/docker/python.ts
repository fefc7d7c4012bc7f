import { redactText } from '../core/show/redact.ts'
import { type Docker, DockerFailure, type Ended } from './port.ts'

/** The variable with which a script learns what it is asked, as JSON. */
const ASKED = 'MCP_URL_MIGRATE_ASKED'

/** A script that hangs, as in a system call, is ended by its system this long after its time. */
const GRACE_SECONDS = 2

/**
 * What every script begins with: `ASKED`, what it is asked; `end(line)`, which prints a line and ends it; and
 * `end_in_time(make_line)`, which does so when half a second more than its time is up, whatever else it is doing then.
 */
const BEGINNING = String.raw`
import json, os, signal, threading

ASKED = json.loads(os.environ["${ASKED}"])
FIRST = threading.Lock()
signal.signal(signal.SIGALRM, signal.SIG_DFL)
signal.setitimer(signal.ITIMER_REAL, ASKED["seconds"] + ${GRACE_SECONDS})


def end(line):
    FIRST.acquire()  # For good: whoever comes second waits here for the end.
    print(line, flush=True)
    os._exit(0)


def end_in_time(make_line):
    clock = threading.Timer(ASKED["seconds"] + 0.5, lambda: end(make_line()))
    clock.daemon = True
    clock.start()
`

// Isolated (-I), without what is installed (-S): neither the folder in which it is started, nor variables, nor packages bring in
// other code. -B: no compiled code is left behind, which the official images come without.
const OPTIONS = ['-I', '-S', '-B', '-c']

/** 128 and the number of SIGALRM: its system has ended it. */
const ALARM = 142

/** How a script ended. `isLate`: not by itself in its time. `complaint`: its last words, where it printed no answer. */
export interface ScriptEnd {
  stdout: string
  isLate: boolean
  complaint: string
}

function endOf({ code, stdout, stderr }: Ended): ScriptEnd {
  const complaint = redactText(stderr.trim().split('\n').at(-1) || 'it printed no answer')
  return { stdout, isLate: code === null || code === ALARM, complaint }
}

/** What a script is asked. `seconds`: its time, after which it ends by itself. */
export interface Question {
  seconds: number
  url: string
  transport?: string
}

/** The Python of a running container. Which program that is, is found out once: there may be hundreds of addresses. */
export class Python {
  readonly #docker: Docker
  readonly #id: string
  #programs: readonly string[] = ['python3', 'python']

  constructor(docker: Docker, id: string) {
    this.#docker = docker
    this.#id = id
  }

  /**
   * Runs a script; `null` where the container has no Python. What it is asked goes through its environment, as every user of
   * the machine, and the engine's own record of events, may read the arguments of a process: URLs hold secrets. Throws as
   * `Docker.look` does.
   */
  async run(script: string, asked: Question): Promise<ScriptEnd | null> {
    const env = { [ASKED]: JSON.stringify(asked) }
    const limitMs = (asked.seconds + GRACE_SECONDS) * 1000
    for (const program of this.#programs) {
      try {
        const command = [program, ...OPTIONS, `${BEGINNING}\n${script}`]
        const ended = await this.#docker.look(this.#id, command, limitMs, env)
        this.#programs = [program]
        return endOf(ended)
      } catch (error) {
        if (!(error instanceof DockerFailure && error.lacksProgram)) throw error
      }
    }
    this.#programs = []
    return null
  }
}
