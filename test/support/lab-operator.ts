import { join } from 'node:path'
import { z } from 'zod'
import { type Finished, runCli, type Start, temporaryFolder } from './cli.ts'
import type { LabGateway } from './lab.ts'

/** A finished program whose standard output was one JSON document. */
export interface Answered<T> extends Finished {
  document: T
}

/** Somebody who runs the built program against a real proxy, with a journal of their own and the master key. */
export class Operator {
  private constructor(
    readonly gateway: LabGateway,
    readonly journal: string,
  ) {}

  /** With a journal folder that does not exist yet. */
  static async of(gateway: LabGateway): Promise<Operator> {
    return new Operator(gateway, join(await temporaryFolder(), 'journal'))
  }

  /** Runs the program with the key in its environment. */
  run(args: readonly string[]): Promise<Finished> {
    return this.start(args, { env: { LITELLM_PROXY_API_KEY: this.gateway.masterKey } })
  }

  /** Runs the program with nothing but the gateway's URL and the journal given. */
  start(args: readonly string[], { env = {}, ...start }: Start = {}): Promise<Finished> {
    return runCli([...args, '--journal', this.journal], {
      ...start,
      env: { LITELLM_PROXY_URL: this.gateway.url, ...env },
    })
  }

  /** Runs the program with `--json` and reads its document. Throws when it is not of that form. */
  async json<T>(schema: z.ZodType<T>, args: readonly string[]): Promise<Answered<T>> {
    const finished = await this.run([...args, '--json'])
    const document = z.safeParse(schema, parsed(finished.stdout))
    if (!document.success) throw new Error(`${z.prettifyError(document.error)}\n${told(finished)}`)
    return { ...finished, document: document.data }
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** All that a program printed, for the message of a failed test. */
export function told({ code, stdout, stderr }: Finished): string {
  return `exit code ${code}\n${stdout}\n${stderr}`
}
