import { describe, expect } from 'vitest'
import { watchForLeaks } from '../../support/secrets.ts'
import { documentOf, guideServer, sentence, test, TWO, urls } from '../../support/trial.ts'

watchForLeaks()

const handedIn = (name: string, status: string) =>
  guideServer(name, { approval_status: status, submitted_by: 'ada', submitted_at: '2026-01-01T00:00:00Z' })

describe.concurrent('servers that stand in no list', () => {
  test('as they wait for review or were rejected, are found, told of and moved, and go back', async ({
    open,
  }) => {
    const servers = [...TWO, handedIn('waiting', 'pending_review'), handedIn('refused', 'rejected')]
    const trial = await open({ servers })
    const before = urls(trial.sandbox.rows())
    const { code, stdout } = await trial.call(['--yes'])
    expect(code).toBe(0)
    expect(sentence(stdout)).toContain(
      '! waiting: is in no list (pending_review), and is moved like the others',
    )
    expect(sentence(stdout)).toContain('! refused: is in no list (rejected), and is moved like the others')
    expect(
      new Set(Object.values(urls(trial.sandbox.rows())).map((url) => new URL(String(url)).host)),
    ).toEqual(new Set(['mcp-proxy-sse:8080']))
    const statuses = trial.sandbox.rows().map((row) => row['approval_status'])
    expect(statuses).toEqual(['active', 'active', 'pending_review', 'rejected'])
    expect((await trial.call(['--revert', '--yes'])).code).toBe(0)
    expect(urls(trial.sandbox.rows())).toEqual(before)
  })

  test('are no reason to fail where the gateway does not tell of them', async ({ open }) => {
    const path = '/v1/mcp/server/submissions'
    const trial = await open({
      servers: TWO,
      quirks: [{ on: { method: 'GET', path }, do: { status: 500, body: { detail: 'no' } } }],
    })
    const finished = await trial.call(['--yes', '--json'])
    expect([finished.code, documentOf<{ changes: unknown[] }>(finished).changes.length]).toEqual([0, 2])
  })

  test('as LiteLLM was restarted and lists nothing, are listed after a read by id, where an earlier run knew them', async ({
    open,
  }) => {
    const trial = await open({ version: '1.81.14', storeModelInDb: false, servers: TWO })
    const before = urls(trial.sandbox.rows())
    expect((await trial.call(['--yes', '--no-wait'])).code).toBe(0)
    for (const [id, url] of Object.entries(before)) trial.sandbox.edit(id, { url })
    trial.sandbox.restart()
    const { code, stdout } = await trial.call(['--yes', '--no-wait'])
    expect(code).toBe(0)
    expect(sentence(stdout)).toContain(
      'The gateway listed 2 servers only after a read by id: fetch (id-fetch), n8n (id-n8n). It may have others that it does not list',
    )
    expect(sentence(stdout)).not.toContain('is in no list')
    const hosts = Object.values(urls(trial.sandbox.rows())).map((url) => new URL(String(url)).host)
    expect(hosts).toEqual(['mcp-proxy-sse:8080', 'mcp-proxy-sse:8080'])
  })

  test('as LiteLLM cannot decrypt them, are told of and left alone, and the others are moved', async ({
    open,
  }) => {
    const trial = await open({ servers: TWO })
    expect((await trial.call(['--yes'])).code).toBe(0)
    expect((await trial.call(['--revert', '--yes'])).code).toBe(0)
    trial.sandbox.edit('id-n8n', { static_headers: 'what the salt key of yesterday made of it' })
    const { code, stdout } = await trial.call(['--yes'])
    expect(code).toBe(4)
    expect(sentence(stdout)).toContain(
      'id-n8n: is in no list (an earlier run or a grant names it), and its record cannot be read: LiteLLM lists no server whose headers or environment it cannot decrypt',
    )
    expect(urls(trial.sandbox.rows())).toEqual({
      'id-fetch': 'http://mcp-proxy-sse:8080/servers/fetch/sse',
      'id-n8n': 'http://localhost:8585/servers/n8n/sse',
    })
  })
})
