import { expect, test } from 'vitest'
import {
  changedServerId,
  configServerIds,
  type HashedServer,
  hashedServer,
  hashedServers,
} from '../../../../src/core/config/move/server-id.ts'

const OLD = 'http://localhost:8585/servers/filesystem/sse'
const NEW = 'http://mcp-proxy-sse:8080/servers/filesystem/sse'
const server: HashedServer = { name: 'filesystem', url: OLD }

/** Ids that the `_generate_stable_server_id` of 1.77.7, 1.81.14 and 1.106.2 returned, the last four by hand. */
const SEEN: [what: string, server: HashedServer, before: string, after: string][] = [
  [
    'a plain one',
    { ...server, transport: 'sse' },
    '31cf01df22a36c761cdd19e8389d4537',
    '0ab2cadc2996154c1d78301c6bcfc78b',
  ],
  [
    'the default transport on Python 3.11',
    server,
    'd6d729e87fcd0dc7e2b9801a53812fa9',
    '219c929dddbe9974744785c362434d98',
  ],
  [
    'an auth type and an alias',
    { ...server, transport: 'sse', auth_type: 'bearer_token', alias: 'fs' },
    '88433e42d300a5007ed8bc24377abb19',
    'cc294efa0aac96ffc32c18be11fa4e22',
  ],
  [
    'a transport that is null',
    { ...server, transport: null },
    'c1a0b5dcbe259906a11f14500e4d66d4',
    '8dd15872f0decd3efd603d58f39767a5',
  ],
  [
    'the default transport on Python 3.10',
    server,
    'f53950e49783f8be3c49e7fb16acb448',
    'e865b77d26be5566cff4e7e5d13f5806',
  ],
  [
    'the default spec version of 1.77.1',
    { ...server, transport: 'sse' },
    '48ee1556f04b7519284314c60e1c0931',
    'dce21fa5d70ace78ee8c62dc225c86ed',
  ],
  [
    'the default spec version of 1.74.0',
    { ...server, transport: 'sse' },
    '53e5cca35d817267abf57eef22cf6c93',
    '39d92e7473f15d2aec98bfc85014b5c8',
  ],
  [
    'a spec version that YAML takes for a date',
    {
      ...server,
      transport: 'sse',
      spec_version: '2025-03-26T00:00:00.000Z',
      auth_type: 'bearer_token',
      alias: 'fs',
    },
    'abe021cc0088d1eda369fe61ed94dfed',
    '3038268033e8a26b46793be3acab54b0',
  ],
]

test.each(SEEN)('the id after a move is foretold for %s', (_, before, present, after) => {
  expect(configServerIds(before)).toContain(present)
  expect(changedServerId(before, present, { url: NEW })).toBe(after)
  expect(changedServerId({ ...before, url: NEW }, after, { url: OLD })).toBe(present)
})

test('nothing is foretold where the present id has another origin', () => {
  expect(changedServerId(server, '00000000000000000000000000000000', { url: NEW })).toBeNull()
})

test('a pinned id stays where the release honours it', () => {
  expect(changedServerId({ ...server, server_id: ' mine ' }, 'mine', { url: NEW })).toBe('mine')
  const ignored = { ...server, transport: 'sse', server_id: 'mine' }
  expect(changedServerId(ignored, '31cf01df22a36c761cdd19e8389d4537', { url: NEW })).toBe(
    '0ab2cadc2996154c1d78301c6bcfc78b',
  )
})

test('an alias of mcp_aliases may be passed over, as 1.77.7 and 1.81.14 do', () => {
  const aliasesOf = (entry: Record<string, unknown>, aliases: Record<string, string>): unknown[] =>
    hashedServers({ name: 'filesystem', entry }, OLD, aliases).map(({ alias }) => alias)
  expect(aliasesOf({}, { first: 'filesystem' })).toEqual(['first', undefined])
  expect(aliasesOf({}, { first: 'filesystem', second: 'filesystem' })).toEqual(['first', 'second'])
  expect(aliasesOf({ alias: 'own' }, { first: 'filesystem' })).toEqual(['own', 'own'])
  // Both as running proxies hashed them, of a server d_mapped with the alias mapped_alias.
  const mapped = { name: 'd_mapped', entry: { transport: 'http' } }
  const ids = hashedServers(mapped, 'http://localhost:8000/mcp', { mapped_alias: 'd_mapped' }).map(
    (hashed) => configServerIds(hashed)[0],
  )
  expect(ids).toEqual(['721a3ca0f1d2fafb41eff6a8bb23ac20', 'aac2958f1dbc79ac2b64b718c8cc0d12'])
})

test('an alias is the own one, else the first that names the server', () => {
  const aliases = { x: 'other', first: 'filesystem', second: 'filesystem' }
  const aliasOf = (entry: Record<string, unknown>): unknown =>
    hashedServer({ name: 'filesystem', entry }, OLD, aliases).alias
  expect(aliasOf({})).toBe('first')
  expect(aliasOf({ alias: null })).toBe('first')
  expect(aliasOf({ alias: 'own' })).toBe('own')
  expect(aliasOf({ alias: '' })).toBe('')
  expect(hashedServer({ name: 'a', entry: {} }, OLD)).toMatchObject({
    alias: undefined,
    transport: undefined,
  })
})
