import type { Password } from './accounts.ts'
import { type Answer, managementError, ok, proxyError, refused } from '../answers.ts'
import { type Ask, fieldsOf } from '../request.ts'

const NONE: Password = { email: null, password: null, mustChange: false }

/** POST /user/update, as far as passwords go: one that an admin sets has to be changed, from 1.104.9. */
export function updateUser({ world, text }: Ask): Answer {
  const { accounts, release } = world
  const body = fieldsOf(text)
  const id = String(body['user_id'])
  const user = accounts.users.get(id)
  if (!user) return managementError(release, 404, `User not found: ${id}`)
  const own = accounts.passwords.get(id) ?? NONE
  const password = typeof body['password'] === 'string' ? body['password'] : own.password
  const mustChange = release.passwordChange && (typeof body['password'] === 'string' || own.mustChange)
  accounts.passwords.set(id, { ...own, password, mustChange })
  const flag = release.passwordChange ? { password_reset_required: mustChange } : {}
  return ok({ user_id: id, data: { user_id: id, user_email: own.email, user_role: user.role, ...flag } })
}

const POLICY: readonly (readonly [what: string, holds: (password: string) => boolean])[] = [
  ['be at least 12 characters long', (password) => password.length >= 12],
  ['include an uppercase letter', (password) => /[A-Z]/.test(password)],
  ['include a number', (password) => /\d/.test(password)],
  ['include a special character', (password) => /[^A-Za-z\d]/.test(password)],
]

/** POST /user/password/change, by the session that a password has opened. Source: `password_endpoints.py`, 1.106.2. */
export function changePassword({ world, caller, text }: Ask): Answer {
  const { current_password: current, new_password: next } = fieldsOf(text)
  const id = caller.userId ?? ''
  const own = world.accounts.passwords.get(id)
  if (!own?.password)
    return refused(400, 'This account has no password set, so there is no password to change.')
  if (current !== own.password) return refused(400, 'Current password is incorrect.')
  const password = String(next)
  const lacks = POLICY.filter(([, holds]) => !holds(password)).map(([what]) => what)
  if (lacks.length > 0)
    return proxyError(
      400,
      `Password does not meet the required policy: must ${lacks.join(', ')}.`,
      'validation_error',
      'password',
    )
  world.accounts.passwords.set(id, { ...own, password, mustChange: false })
  return ok({ user_id: id, message: 'Password updated successfully.' })
}
