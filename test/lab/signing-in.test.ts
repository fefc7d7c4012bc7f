import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isSince } from '../contract/http.ts'
import { transcript } from '../support/cli.ts'
import { errorSchema } from '../../src/cli/render/documents/error.ts'
import { planSchema } from '../../src/cli/render/documents/plan.ts'
import { Fleet } from '../support/lab-fleet.ts'
import { journalFiles } from '../support/lab-journal.ts'
import { Operator, told } from '../support/lab-operator.ts'
import { People, secretFile } from '../support/lab-people.ts'
import { labGateways } from '../support/lab.ts'

for (const gateway of labGateways()) {
  describe(`signing in to LiteLLM ${gateway.version}`, () => {
    let fleet: Fleet
    let operator: Operator
    let people: People
    let rule: string[]

    const urlNow = async () => (await fleet.rows())['fleet_one']?.['url']
    const plan = async (...args: Parameters<Operator['start']>) => {
      const [options, start] = args
      const finished = await operator.start([...rule, '--dry-run', '--json', ...options], start)
      expect(finished.code, told(finished)).toBe(0)
      return planSchema.parse(JSON.parse(finished.stdout))
    }
    /** What a run that must not write anything says. */
    const refusal = async (...args: Parameters<Operator['start']>) => {
      const [options, start] = args
      const before = await fleet.rows()
      const finished = await operator.start([...rule, '--yes', '--json', ...options], start)
      expect(await fleet.rows()).toEqual(before)
      expect(finished.code, told(finished)).toBe(1)
      const document = errorSchema.parse(JSON.parse(finished.stdout))
      expect(finished.stderr.replaceAll(/\s+/g, ' ')).toContain(document.message)
      expect(document.message).not.toContain('\n')
      expect(document.hint).toBeTruthy()
      return document
    }
    const withKey = (key: string) => ({ env: { LITELLM_PROXY_API_KEY: key } })

    beforeAll(async () => {
      fleet = await Fleet.on(gateway)
      operator = await Operator.of(gateway)
      people = new People(gateway)
      rule = ['--from', fleet.old.origin, '--to', fleet.next.origin]
      await fleet.add('fleet_one', { transport: 'sse', url: `${fleet.old.origin}/servers/one/sse` })
      await fleet.add('fleet_other', { transport: 'sse', url: 'http://127.0.0.3:9/servers/other/sse' })
    })
    afterAll(async () => {
      await people?.leave()
      await fleet?.end()
    })

    test('user name and password of the admin page are enough to move a server and to take it back', async () => {
      const signIn = ['--username', gateway.username, '--password-file', await secretFile(gateway.password)]
      const there = await operator.start([...rule, '--yes', ...signIn])
      expect(there.code, told(there)).toBe(0)
      expect(there.stderr).toContain('user name from --username')
      expect(await urlNow()).toBe(`${fleet.next.origin}/servers/one/sse`)
      expect(await operator.start(['--revert', '--yes', ...signIn])).toMatchObject({ code: 0 })
      expect(await urlNow()).toBe(`${fleet.old.origin}/servers/one/sse`)
    })

    test('they may come from the environment', async () => {
      const env = { UI_USERNAME: gateway.username, UI_PASSWORD: gateway.password }
      expect((await plan([], { env })).summary.changes).toBe(1)
    })

    test('an admin with a password of their own may sign in with it', async () => {
      const id = await people.user('proxy_admin')
      const given = await people.setPassword(id)
      const signIn = ['--username', `${id}@fleet.test`, '--password-file']
      if (isSince(gateway.version, '1.104.9')) {
        const { code, message, hint } = await refusal([...signIn, await secretFile(given)])
        expect(code).toBe('password-change-required')
        expect(message).toContain('password must be changed')
        expect(hint).toContain('Sign in once on the admin page')
      }
      const own = isSince(gateway.version, '1.104.9') ? await people.changePassword(id, given) : given
      expect((await plan([...signIn, await secretFile(own)])).summary.changes).toBe(1)
    })

    test('a user who is no admin is refused', async () => {
      const id = await people.user('internal_user')
      const given = await people.setPassword(id)
      const own = isSince(gateway.version, '1.104.9') ? await people.changePassword(id, given) : given
      const signIn = ['--username', `${id}@fleet.test`, '--password-file', await secretFile(own)]
      expect(await refusal(signIn)).toMatchObject({ code: 'not-admin' })
    })

    test('a wrong password is refused', async () => {
      const signIn = ['--username', gateway.username, '--password-file', await secretFile('hush-wrong-word')]
      expect(await refusal(signIn)).toMatchObject({ code: 'login-failed' })
    })

    test('a key is taken from a file and from standard input', async () => {
      const file = await secretFile(gateway.masterKey)
      expect((await plan(['--key-file', file])).summary.changes).toBe(1)
      const stdin = `${gateway.masterKey}\n`
      expect((await plan(['--key-file', '-'], { stdin })).summary.changes).toBe(1)
    })

    test("an admin's own key will do, and the account is named", async () => {
      const user = await people.user('proxy_admin')
      const key = await people.key({ user_id: user })
      expect((await plan([], withKey(key))).summary.changes).toBe(1)
      const { stdout } = await operator.start([...rule, '--dry-run'], withKey(key))
      expect(stdout.replaceAll(/\s+/g, ' ')).toContain(`admin key of ${user}`)
    })

    test('a virtual key of nobody, of a user and of a viewer are refused', async () => {
      const [user, viewer] = [await people.user('internal_user'), await people.user('proxy_admin_viewer')]
      for (const settings of [{}, { user_id: user }, { user_id: viewer }])
        expect(await refusal([], withKey(await people.key(settings)))).toMatchObject({ code: 'not-admin' })
    })

    test("an admin's key that is limited to some servers is refused, where that limits it", async () => {
      const scope = { object_permission: { mcp_servers: [fleet.ids['fleet_other']] } }
      const key = await people.key({ user_id: await people.user('proxy_admin'), ...scope })
      const seesAll = (await fleet.visibleTo(key)).includes(fleet.ids['fleet_one'] ?? '')
      expect(seesAll).toBe(!isSince(gateway.version, '1.81.0'))
      if (seesAll) expect((await plan([], withKey(key))).summary.changes).toBe(1)
      else expect(await refusal([], withKey(key))).toMatchObject({ code: 'key-scoped' })
    })

    test("an admin's key that is limited to some routes is refused", async () => {
      const user = await people.user('proxy_admin')
      const key = await people.key({ user_id: user, allowed_routes: ['llm_api_routes'] })
      // 1.77.7 answers such a key with a bare 500 wherever it asks.
      const code = isSince(gateway.version, '1.81.0') ? 'not-admin' : 'role-unknown'
      expect(await refusal([], withKey(key))).toMatchObject({ code })
    })

    test('a wrong key is refused, and one in the wrong header is not found', async () => {
      expect(await refusal([], withKey('sk-hush-nobodys-key'))).toMatchObject({ code: 'unauthorized' })
      const elsewhere = await refusal(['--key-header', 'X-Elsewhere'], withKey(gateway.masterKey))
      expect(elsewhere.code).toBe('wrong-key-header')
      expect(elsewhere.hint).toContain('--key-header')
    })

    test('nothing that was printed or journalled holds a key or a password', async () => {
      const journal = (await journalFiles(operator.journal)).map(({ text }) => text)
      const told = [...transcript, ...journal].join('\n')
      const secrets = [...people.keys, ...people.passwords, gateway.masterKey, 'hush-']
      expect(secrets.filter((secret) => told.includes(secret))).toEqual([])
      expect(told).not.toMatch(/\bsk-[\w-]{6,}|\beyJ[\w-]{8,}/)
    })
  })
}
