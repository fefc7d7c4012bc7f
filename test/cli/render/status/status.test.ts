import { expect, test } from 'vitest'
import { columnsOf } from '../../../../src/cli/render/layout.ts'
import type { StatusLook } from '../../../../src/cli/render/status/containers.ts'
import { renderStatus } from '../../../../src/cli/render/status/status.ts'
import type { ServerStanding } from '../../../../src/core/plan/server-state.ts'
import type { DockerStatus, ErrorLog, StatusReport } from '../../../../src/runs/status/status.ts'
import { containerOn, deploymentOf, port } from '../../../support/containers.ts'
import { adHocRules } from '../../../support/rules.ts'

const NAMES = ['fetch', 'filesystem', 'monitoring', 'n8n', 'playwright', 'postgres', 'timescaledb']

const standing = (name: string, more: Partial<ServerStanding> = {}): ServerStanding => ({
  server: { id: `id-${name}`, name, alias: null, source: 'database' },
  state: 'to-migrate',
  url: `http://localhost:8585/servers/${name}/sse`,
  code: null,
  message: null,
  movedBy: null,
  rules: [],
  ...more,
})

const log = (container: string, n: number): ErrorLog => ({
  container,
  problem: null,
  lines: Array.from({ length: n }, (_, i) => ({
    time: `2026-11-24T03:14:0${i}.000Z`,
    stream: 'stderr',
    text: `ERROR: request ${i} to http://mcp-proxy-sse:8080/servers/monitoring/sse failed after 30 s, and again`,
    times: 3,
  })),
})

const NETS = ['litellm-net', 'postgres-net', 'traefik-proxy']

const DOCKER: DockerStatus = {
  where: 'unix:///var/run/docker.sock',
  engine: 'docker',
  deployment: deploymentOf([
    containerOn('litellm', NETS, { published: [port('127.0.0.1', 4000)] }),
    containerOn('mcp-proxy-sse', NETS.slice(0, 2), {
      published: [port('0.0.0.0', 8585, 8080)],
      status: 'Up 2 hours (healthy)',
    }),
    containerOn('postgres', ['litellm-net']),
    containerOn('traefik', ['litellm-net'], { published: [port('0.0.0.0', 443), port('0.0.0.0', 80)] }),
    containerOn('open-webui', ['litellm-net'], { state: 'exited', status: 'Exited (1) 3 minutes ago' }),
  ]),
  logs: [log('litellm', 5), log('mcp-proxy-sse', 5)],
}

const report = (servers: ServerStanding[], more: Partial<StatusReport> = {}): StatusReport => ({
  at: '2026-11-24T03:14:46.000Z',
  url: 'http://localhost:4000',
  ruleSet: adHocRules('http://localhost:8585', 'http://mcp-proxy-sse:8080'),
  gateway: {
    identity: { url: 'http://localhost:4000', version: '1.106.2', account: 'master key' },
    servers,
    moves: [],
    notes: [],
  },
  journal: { location: '/home/me/.local/share/mcp-url-migrate', runs: [], problems: [] },
  docker: DOCKER,
  ...more,
})

const look = (more: Partial<StatusLook> = {}): StatusLook => ({
  width: 80,
  paint: (_, text) => text,
  colour: false,
  verbose: false,
  allErrors: false,
  ...more,
})

const own = (command: string): string =>
  `npx mcp-url-migrate ${command} --url http://localhost:4000 --journal /home/me/journals`

const shown = (
  servers: ServerStanding[],
  more: Partial<StatusLook> = {},
  about: Partial<StatusReport> = {},
) => renderStatus(report(servers, about), look(more), own).replace(/^2026-11-2\d .*?,/m, 'TIME,')

test('seven servers, five containers and errors in both logs are one screen of 80 by 24', () => {
  const text = shown(
    NAMES.map((name) => standing(name)),
    { onScreen: true },
  )
  expect(text).toMatchInlineSnapshot(`
    "LiteLLM 1.106.2 at http://localhost:4000, master key
    TIME, moving to http://mcp-proxy-sse:8080

    Servers  7 servers: 7 to migrate
      to migrate     fetch, filesystem, monitoring, n8n, playwright, postgres,
                     timescaledb

    Last run  none for this gateway in /home/me/.local/share/mcp-url-migrate

    Docker  unix:///var/run/docker.sock
      litellm        LiteLLM, Up 2 hours       127.0.0.1:4000        litellm-net +2
      mcp-proxy-sse  MCP proxy, Up 2 hours     ! 0.0.0.0:8585        litellm-net +1
      postgres       Up 2 hours                                      litellm-net
      traefik        Up 2 hours                ! 0.0.0.0:443 +1      litellm-net
      open-webui     exited (1) 3 minutes ago                        litellm-net
      ! Open to everybody who reaches the machine, past LiteLLM and its keys:
        0.0.0.0:8585 (mcp-proxy-sse), 0.0.0.0:443 (traefik), 0.0.0.0:80 (traefik)
    Last errors in the logs: litellm 5, mcp-proxy-sse 5; see them with --verbose

    7 to migrate:
      npx mcp-url-migrate migrate --url http://localhost:4000 \\
        --journal /home/me/journals"
  `)
  expect(text.split('\n').length).toBeLessThan(24)
})

test('what there is no room for is counted, and the whole is shown with --verbose', () => {
  const moves = Array.from({ length: 3 }, (_, i) =>
    standing(`s${i}`, { state: 'skipped', code: 'drifted', message: `reason ${i}` }),
  )
  const servers = [...NAMES.map((name) => standing(name)), ...moves]
  expect(shown(servers, { onScreen: true })).toContain(
    'Last errors in the logs: litellm 5, mcp-proxy-sse 5; see them with --verbose',
  )
  const full = shown(servers, { onScreen: true, allErrors: true, verbose: true })
  expect(full.match(/ERROR: request/g)).toHaveLength(10)
  expect(full).toMatch(/^    2026-11-24 03:14 UTC  ERROR: request 0/m)
  expect(full).toContain('networks litellm-net, postgres-net, traefik-proxy')
  expect(full).toContain('ports ! 0.0.0.0:8585 → 8080')
})

test('a higher screen holds more errors', () => {
  const servers = NAMES.map((name) => standing(name))
  const text = shown(servers, { onScreen: true, height: 30 })
  expect(text.split('\n').length).toBeLessThan(30)
  expect(text.match(/ERROR: request/g)).toHaveLength(4)
  expect(text).toContain('litellm: the last 2 of 5')
})

test('off a screen every error that was asked for is there', () => {
  expect(shown(NAMES.map((name) => standing(name))).match(/ERROR: request/g)).toHaveLength(10)
})

test('servers are told by their state, and by what is said of them once', () => {
  const near = { state: 'skipped', code: 'near-miss', message: 'port 8586, not 8585' } as const
  const text = shown(
    [
      standing('fetch'),
      standing('time', { code: 'reauthorization', message: 'needs --accept reauthorization' }),
      standing('near', near),
      standing('far', near),
      standing('done', { state: 'migrated' }),
      standing('moved', { ...near, movedBy: 'RUN' }),
      ...Array.from({ length: 25 }, (_, i) => standing(`o${i}`, { state: 'other' })),
    ],
    {},
    { docker: { unavailable: 'there is none' } },
  )
  expect(text.replaceAll(/\n\n(Last run|Docker)[^]*/g, '')).toMatchInlineSnapshot(`
    "LiteLLM 1.106.2 at http://localhost:4000, master key
    TIME, moving to http://mcp-proxy-sse:8080

    Servers  31 servers: 2 to migrate, 1 migrated, 1 moved by another rule, 2 left
      alone, 25 not concerned
      to migrate     fetch
                     ! time: needs --accept reauthorization [reauthorization]
      migrated       done
      moved          moved: by run RUN
      left alone     ! near, far: port 8586, not 8585 [near-miss]
      not concerned  o0, o1, o2, o3, o4, o5, o6, o7, o8, o9, o10, o11, o12, o13,
                     o14, o15, o16, o17, o18, o19 and 5 more"
  `)
})

test.each([
  ['to-migrate', '2 to migrate:\n  npx mcp-url-migrate migrate'],
  ['migrated', 'All 2 are at http://mcp-proxy-sse:8080. To prove it:\n  npx mcp-url-migrate verify'],
  [
    'config',
    '2 in config.yaml still to migrate. With --litellm-config FILE added:\n  npx mcp-url-migrate migrate',
  ],
  ['other', null],
] as const)('of servers that are all %s the last lines say what is next', (state, step) => {
  const text = shown([standing('fetch', { state }), standing('n8n', { state })])
  if (step === null) expect(text).not.toMatch(/npx mcp-url-migrate/)
  else expect(text.split('\n\n').at(-1)).toContain(step)
})

/** A deployment whose names are as bad as names can be. */
const HOSTILE: DockerStatus = {
  ...DOCKER,
  deployment: deploymentOf([
    containerOn('服务器 名字 '.repeat(8).trim(), ['litellm-net', 'net '.repeat(30).trim()], {
      published: Array.from({ length: 9 }, (_, i) => port('2001:db8::1234:5678', 18_000 + i)),
      status: 'Up 2 hours '.repeat(9).trim(),
    }),
    containerOn('mcp-proxy-sse', ['litellm-net'], { onHostNetwork: true }),
    containerOn('evil \u001b[31m\u202e '.repeat(9).trim(), ['litellm-net'], {
      state: 'exited',
      status: 'x y '.repeat(20),
    }),
  ]),
  logs: [
    log('服务器 名字 '.repeat(8).trim(), 3),
    { container: 'a b '.repeat(30), lines: [], problem: 'no such log '.repeat(9) },
  ],
}

test.each([20, 40, 60, 80, 100])('on %d columns no line is wider, but for a single word', (width) => {
  for (const more of [{}, { allErrors: true, verbose: true }, { height: 60 }]) {
    const text = shown([standing('x y '.repeat(20))], { width, onScreen: true, ...more }, { docker: HOSTILE })
    const wide = text.split('\n').filter((line) => columnsOf(line) > width)
    expect(wide.filter((line) => !/^\s*(.{1,14} )?\S+( \\)?$/.test(line))).toEqual([])
    expect(text).not.toMatch(/[\u001b\u202e]/)
  }
})
