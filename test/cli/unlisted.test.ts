import { describe, expect } from 'vitest'
import { watchForLeaks } from '../support/secrets.ts'
import { documentOf, guideServer, sentence, test, TWO, urls } from './trial.ts'

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
      '! waiting: stands in no list (pending_review), and is moved like the others',
    )
    expect(sentence(stdout)).toContain(
      '! refused: stands in no list (rejected), and is moved like the others',
    )
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

  test('as LiteLLM was restarted and lists nothing, are found where an earlier run knew them', async ({
    open,
  }) => {
    let isEmpty = false
    const trial = await open({
      version: '1.81.14',
      servers: TWO,
      quirks: [
        {
          on: { method: 'GET', path: '/v1/mcp/server' },
          do: { alter: (body) => (isEmpty && Array.isArray(body) ? [] : body) },
        },
      ],
    })
    const before = urls(trial.sandbox.rows())
    expect((await trial.call(['--yes', '--no-wait'])).code).toBe(0)
    for (const [id, url] of Object.entries(before)) trial.sandbox.edit(id, { url })
    isEmpty = true
    const { code, stdout } = await trial.call(['--yes', '--no-wait'])
    expect(code).toBe(0)
    expect(sentence(stdout)).toContain('The gateway lists 0 servers; in the last run it listed 2.')
    expect(sentence(stdout)).toContain(
      'stands in no list (an earlier run knew it), and is moved like the others',
    )
    const hosts = Object.values(urls(trial.sandbox.rows())).map((url) => new URL(String(url)).host)
    expect(hosts).toEqual(['mcp-proxy-sse:8080', 'mcp-proxy-sse:8080'])
  })
})
