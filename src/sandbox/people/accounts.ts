import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { SandboxGrants, SandboxKey, SandboxOptions, SandboxRole } from '../options.ts'
import { timestamp } from '../world.ts'

/** The user of the master key and of the admin page's account; its row appears with the first sign-in (observed). */
export const DEFAULT_USER = 'default_user_id'

/** A row of LiteLLM_ObjectPermissionTable. */
export type StoredGrants = SandboxGrants & { readonly id: string }

/** A row of grants from what a request or an option names; `null` from nothing. */
export function storedGrants(value: unknown): StoredGrants | null {
  if (typeof value !== 'object' || value === null) return null
  return { id: randomUUID(), mcp_servers: [], mcp_access_groups: [], ...(value as Partial<SandboxGrants>) }
}

/** Who sends a request. */
export interface Caller {
  readonly key: string
  readonly master: boolean
  readonly userId: string | null
  readonly role: SandboxRole
  readonly alias: string | null
  readonly teamId: string | null
  readonly grants: StoredGrants | null
  readonly allowedRoutes: readonly string[]
  readonly createdAt: string
  readonly expires: string | null
  /** The session of a user whose password has to be changed before anything else. */
  readonly mustChangePassword?: boolean
}

/** A row of LiteLLM_UserTable. */
export interface User {
  readonly id: string
  readonly role: SandboxRole
  readonly createdAt: string
  readonly grants: StoredGrants | null
}

/** Keys, users and the admin page's account. */
export interface Accounts {
  readonly masterKey: string
  readonly username: string
  readonly password: string
  readonly passwordLogin: 'on' | 'disabled' | 'throttled'
  readonly keys: Map<string, Caller>
  readonly users: Map<string, User>
  /** Users' own passwords, by their ids. */
  readonly passwords: Map<string, Password>
  /** No master key is configured. */
  readonly open: boolean
}

/** What a user may sign in with besides the admin page's own account. */
export interface Password {
  readonly email: string | null
  readonly password: string | null
  /** An admin has set it. */
  readonly mustChange: boolean
}

/** A random virtual key in LiteLLM's form. */
export function randomKey(prefix = 'sk-'): string {
  return prefix + randomBytes(16).toString('base64url')
}

/** LiteLLM keeps and shows keys by this hash. */
export function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('hex')
}

/** A caller from a key's settings. */
export function callerOf(
  one: SandboxKey,
  teamId: string | null = null,
  expires: string | null = null,
): Caller {
  return {
    key: one.key,
    master: false,
    userId: one.userId ?? null,
    role: one.role ?? null,
    alias: one.alias ?? null,
    teamId,
    grants: storedGrants(one.objectPermission),
    allowedRoutes: one.allowedRoutes ?? [],
    createdAt: timestamp(),
    expires,
  }
}

/** The master key's caller: a full admin without a row. */
export function masterCaller(key: string): Caller {
  const admin = callerOf({ key, userId: DEFAULT_USER, role: 'proxy_admin' })
  return { ...admin, master: true }
}

/** A user, and only the first of its name, as an insert would have it. */
export function addUser(
  accounts: Accounts,
  id: string,
  role: SandboxRole,
  grants: StoredGrants | null = null,
): void {
  if (!accounts.users.has(id)) accounts.users.set(id, { id, role, createdAt: timestamp(), grants })
}

/** The accounts that a sandbox starts with. `keepsGrants`: does the release store what users are granted? */
export function accountsOf(options: SandboxOptions, keepsGrants: boolean): Accounts {
  const accounts: Accounts = {
    masterKey: options.masterKey ?? randomKey('sk-sandbox-'),
    username: options.username ?? 'admin',
    password: options.password ?? randomBytes(9).toString('base64url'),
    passwordLogin: options.passwordLogin ?? 'on',
    keys: new Map(),
    users: new Map(),
    passwords: new Map(),
    open: options.openToAll ?? false,
  }
  for (const key of options.keys ?? []) {
    const caller = callerOf(key, key.teamId ?? null)
    accounts.keys.set(key.key, caller)
    const grants = keepsGrants ? storedGrants(key.userPermission) : null
    if (caller.userId !== null) addUser(accounts, caller.userId, caller.role, grants)
  }
  return accounts
}
