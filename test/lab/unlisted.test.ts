import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ask, isSince } from '../contract/http.ts'
import { rowsOf } from '../support/lab-database.ts'
import { runSchema } from '../../src/cli/render/documents/run.ts'
import { Operator } from '../support/lab-operator.ts'
import { People } from '../support/lab-people.ts'
import { labGateways } from '../support/lab.ts'

for (const gateway of labGateways()) {
  describe(`servers that users handed in, on LiteLLM ${gateway.version}`, () => {
    const name = `fleet_handed_in_${randomBytes(3).toString('hex')}`
    const people = new People(gateway)
    let team = ''
    let id = ''

    if (!isSince(gateway.version, '1.90.0')) {
      test('there is no list of them yet', async () => {
        expect((await ask(gateway, 'GET', '/v1/mcp/server/submissions')).status).toBe(404)
      })
      return
    }

    beforeAll(async () => {
      team = String(
        ((await ask(gateway, 'POST', '/team/new', { json: {} })).body as Record<string, unknown>)['team_id'],
      )
      const key = await people.key({ team_id: team, user_id: await people.user('internal_user') })
      const json = { server_name: name, transport: 'sse', url: 'http://localhost:8585/servers/handed/sse' }
      const { status, body } = await ask(gateway, 'POST', '/v1/mcp/server/register', { json, key })
      expect({ status, body }).toMatchObject({ status: 201 })
      id = String((body as Record<string, unknown>)['server_id'])
    })
    afterAll(async () => {
      if (id) await ask(gateway, 'DELETE', `/v1/mcp/server/${id}`)
      await people.leave()
      if (team) await ask(gateway, 'POST', '/team/delete', { json: { team_ids: [team] } })
    })

    test('one that waits for review is moved, waits still, stands in no list, and goes back', async () => {
      const operator = await Operator.of(gateway)
      const start = (await rowsOf(gateway))[name]
      const { document } = await operator.json(runSchema, ['--yes', '--only', name])
      expect(document.changes.map(({ outcome }) => outcome)).toEqual(['applied'])
      const moved = (await rowsOf(gateway))[name]
      expect(moved).toMatchObject({ url: 'http://mcp-proxy-sse:8080/servers/handed/sse' })
      expect({ ...moved, url: '', updated_at: '', updated_by: '' }).toEqual({
        ...start,
        url: '',
        updated_at: '',
        updated_by: '',
      })
      const list = (await ask(gateway, 'GET', '/v1/mcp/server')).body as { server_id: string }[]
      expect(list.map(({ server_id: listed }) => listed)).not.toContain(id)
      expect(await operator.run(['--revert', '--yes'])).toMatchObject({ code: 0 })
      expect((await rowsOf(gateway))[name]).toMatchObject({ url: start?.['url'] })
    })
  })
}
