import { MigrateError } from '../../core/errors.ts'

/** What such a session is told wherever it asks (`route_checks.py` of 1.105.7 and 1.106.2). */
export const MUST_CHANGE = /password must be changed before the session can be used/i

/**
 * From 1.104.9 a password that an admin has set, or that was found in a data breach, has to be changed by its owner:
 * until then LiteLLM signs in, says so in the token (`password_reset_required`), and the session may change the password
 * and nothing else (`login_utils.py`). UI_USERNAME and UI_PASSWORD are exempt. `whose`: the user, in words.
 */
export function passwordMustChange(whose: string): MigrateError {
  return new MigrateError(
    'password-change-required',
    `The password must be changed first: LiteLLM lets ${whose} do nothing else until then (an admin has set it, or it was found in a data breach)`,
    'Sign in once on the admin page (/ui) and choose a new password, then use that one. Or use an admin key: --key-file FILE or LITELLM_PROXY_API_KEY.',
  )
}
