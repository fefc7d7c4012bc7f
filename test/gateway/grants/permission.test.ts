import { expect, test } from 'vitest'
import { shownMentions } from '../../../src/gateway/grants/permission.ts'

test('a server is named by its id, whatever the id is', () => {
  const object: unknown = JSON.parse(
    '{"mcp_servers":["constructor"],"mcp_tool_permissions":{"__proto__":["echo"]}}',
  )
  expect(shownMentions({ object_permission: object })).toEqual([
    { serverId: 'constructor', via: 'mcp_servers' },
    { serverId: '__proto__', via: 'mcp_tool_permissions' },
  ])
  expect(shownMentions({ object_permission: { mcp_tool_permissions: ['echo'] } })).toBeNull()
})
