import { expect, test } from 'vitest'
import {
  missingServices,
  serversFile,
  serviceIn,
  servicesInFile,
  servicesInStatus,
} from '../../../src/core/verify/services.ts'

test('the named service of a URL is the one that stands in its path', () => {
  expect(serviceIn('http://mcp-proxy-sse:8080/servers/filesystem/sse')).toBe('filesystem')
  expect(serviceIn('http://mcp-proxy-sse:8080/servers/my%20files/mcp')).toBe('my files')
  expect(serviceIn('http://mcp-proxy-sse:8080/sse')).toBeNull()
  expect(serviceIn('os.environ/URL')).toBeNull()
})

test("the file of services is found in a proxy's command line", () => {
  expect(serversFile(['mcp-proxy', '--named-server-config', '/app/servers.json', '--port', '8080'])).toBe(
    '/app/servers.json',
  )
  expect(serversFile(['mcp-proxy', '--named-server-config=/etc/s.json'])).toBe('/etc/s.json')
  expect(serversFile(['mcp-proxy', '--port', '8080'])).toBeNull()
})

test('services are read from /status and from servers.json, and nothing from other texts', () => {
  expect(servicesInStatus('{"api_last_activity": "x", "server_instances": {"fetch": "configured"}}')).toEqual(
    ['fetch'],
  )
  const file = { mcpServers: { fetch: { command: 'x' }, n8n: { command: 'y', enabled: false } } }
  expect(servicesInFile(JSON.stringify(file))).toEqual({ enabled: ['fetch'], disabled: ['n8n'] })
  for (const text of ['', '[]', '{"a": 1}', 'Invalid Host header']) {
    expect(servicesInStatus(text)).toBeNull()
    expect(servicesInFile(text)).toBeNull()
  }
})

test('a missing service is named, with what may be meant; a disabled one counts as missing', () => {
  const there = { enabled: ['filesystem', 'fetch'], disabled: ['n8n'] }
  expect(missingServices(['fetch', 'fetch'], there, 's.json')).toEqual([])
  expect(missingServices(['filesytem', 'n8n', 'other'], there, 's.json')).toEqual([
    'filesytem is not in s.json; did you mean filesystem?',
    'n8n is disabled in s.json',
    'other is not in s.json',
  ])
})
