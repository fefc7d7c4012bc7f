import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ask } from '../contract/http.ts'
import { temporaryFolder } from './cli.ts'
import type { LabGateway } from './lab.ts'

/** A file that holds a secret, as `--key-file` and `--password-file` want one. */
export async function secretFile(secret: string): Promise<string> {
  const file = join(await temporaryFolder(), 'secret')
  await writeFile(file, `${secret}\n`, { mode: 0o600 })
  return file
}

/** Users of a proxy and their keys, made for a test and removed after it. */
export class People {
  readonly #ids: string[] = []
  readonly keys: string[] = []
  readonly passwords: string[] = []

  constructor(readonly gateway: LabGateway) {}

  async #post(path: string, json: unknown, key = this.gateway.masterKey): Promise<Record<string, unknown>> {
    const { status, body } = await ask(this.gateway, 'POST', path, { json, key })
    if (status !== 200) throw new Error(`POST ${path}: ${status} ${JSON.stringify(body)}`)
    return body as Record<string, unknown>
  }

  /** A new user with a role, and whatever else is said; the id. */
  async user(role: string, more: Record<string, unknown> = {}): Promise<string> {
    const id = `${role}-${randomBytes(4).toString('hex')}`
    await this.#post('/user/new', {
      user_id: id,
      user_email: `${id}@fleet.test`,
      user_role: role,
      auto_create_key: false,
      ...more,
    })
    this.#ids.push(id)
    return id
  }

  /** A new virtual key with these settings. */
  async key(settings: Record<string, unknown>): Promise<string> {
    const key = String((await this.#post('/key/generate', settings))['key'])
    this.keys.push(key)
    return key
  }

  /** Gives a user a password, as an admin does it; from 1.104.9 it holds only until its owner has changed it. */
  async setPassword(id: string): Promise<string> {
    const password = this.#password()
    await this.#post('/user/update', { user_id: id, password })
    return password
  }

  /** Changes a password as its owner does it after signing in; the new one. */
  async changePassword(id: string, current: string): Promise<string> {
    const login = await this.#post('/v2/login', { username: `${id}@fleet.test`, password: current })
    const claims = Buffer.from(String(login['token']).split('.')[1] ?? '', 'base64url').toString()
    const session = String((JSON.parse(claims) as Record<string, unknown>)['key'])
    const password = this.#password()
    await this.#post('/user/password/change', { current_password: current, new_password: password }, session)
    return password
  }

  #password(): string {
    const password = `Quince-${randomBytes(9).toString('base64url')}-7!`
    this.passwords.push(password)
    return password
  }

  /** Removes them all. */
  async leave(): Promise<void> {
    if (this.keys.length > 0) await this.#post('/key/delete', { keys: this.keys })
    await this.#post('/user/delete', { user_ids: this.#ids })
  }
}
