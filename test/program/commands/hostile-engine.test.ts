import { execFile } from 'node:child_process'
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect } from 'vitest'
import { fakeEngine, json, part } from '../../docker/fake-engine.ts'
import { secret, watchForLeaks } from '../../support/secrets.ts'
import { documentOf, guideServer, test, type Trial } from '../../support/trial.ts'

watchForLeaks()

const run = promisify(execFile)
const NEW = 'http://mcp-proxy-sse:8080/servers'

/** Markup, lines of Mermaid, what a shell runs, escapes of a terminal, and marks that turn text round. */
const evil = (name: string): string =>
  `${name}"><script>alert(1)</script>'; touch sprung #$(touch sprung)\`touch sprung\`"]:::x\n  click c0 "javascript:alert(1)"` +
  '\u001b]0;title\u0007\u001b[2J\u202e\u200b<img src=x onerror=alert(2)>'

const LITELLM = evil('litellm')
const PROXY = evil('mcp-proxy-sse')
const NETWORK = evil('litellm-net')

/** An engine whose every word is meant to do harm, with LiteLLM on it. */
async function hostileEngine({ sandbox }: Trial): Promise<{ asked: string[]; env: Record<string, string> }> {
  const container = (id: string, Name: string, names: string[], Ports: object) => ({
    Id: id,
    Name: `/${Name}`,
    Path: 'mcp-proxy',
    Args: ['--named-server-config', '/config/servers.json'],
    Config: { Image: evil('image'), Hostname: 'h', Labels: {} },
    State: { Status: 'running' },
    HostConfig: { NetworkMode: 'x' },
    NetworkSettings: { Ports, Networks: { [NETWORK]: { IPAddress: '10.0.0.3', DNSNames: names } } },
  })
  const published = (HostIp: string, HostPort: string) => [{ HostIp, HostPort }]
  const port = new URL(sandbox.url).port
  const logs = [
    part(1, `2026-01-01T00:00:00.000Z ERROR ${evil('log')} password=${secret('hunter2-of-the-log')}\n`),
    part(2, '2026-01-01T00:00:01.000Z ERROR \u001b[31mred <script>alert(3)</script>\n'),
  ]
  const inside = {
    addresses: [evil('10.0.0.3')],
    status: 200,
    body: `{"server_instances": {"a\u001b[2J": 1}}`,
  }
  const send = (document: unknown) => (answer: ServerResponse) => json(answer, document)
  const { asked, socket } = await fakeEngine({
    '/version': send({ Components: [{ Name: evil('Engine') }] }),
    '/containers/json': send([{ Id: 'l' }, { Id: 'p' }].map((each) => ({ ...each, Status: evil('Up') }))),
    '/containers/l/json': send(
      container('l', LITELLM, ['litellm'], { '4000/tcp': published('0.0.0.0"><i>', port) }),
    ),
    '/containers/p/json': send(
      container('p', PROXY, ['mcp-proxy-sse'], { [`8080/${evil('tcp')}`]: published('0.0.0.0', '8585') }),
    ),
    '/networks': send([{ Name: NETWORK, Driver: evil('bridge') }]),
    '/containers/l/logs': (answer) => answer.end(Buffer.concat(logs)),
    '/containers/p/logs': (answer) => answer.end(Buffer.concat(logs)),
    '/containers/l/exec': send({ Id: 'e1' }),
    '/exec/e1/start': (answer) => answer.end(part(1, JSON.stringify({ ...inside, error: null }))),
    '/exec/e1/json': send({ Running: false, ExitCode: 0 }),
    '/containers/p/archive': (answer) => json(answer, { message: evil('no such file') }, 500),
  })
  return { asked, env: { DOCKER_HOST: `unix://${socket}` } }
}

const SERVERS = {
  servers: [guideServer('fetch', { url: `${NEW}/fetch/sse?api_key=${secret('hidden-key-1')}` })],
}

/** What moves a cursor, reorders or hides text. */
const CONTROLS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e]/

describe('an engine whose every word is meant to do harm', () => {
  test('draws nothing into the pictures but text', async ({ open }) => {
    const trial = await open(SERVERS)
    const { env } = await hostileEngine(trial)
    const picture = async (format: string) =>
      (await trial.call(['status', '--diagram', '--format', format, '--quiet'], { env })).stdout
    const page = await picture('html')
    expect(page).toContain('&lt;script&gt;')
    // Values of attributes are quoted, and hold no quotes.
    const tags = page.replaceAll(/"[^"]*"/g, '').match(/<[^>]*>/g) ?? []
    expect(tags.filter((each) => /<(script|img|a)\b|\s(href|src|on\w+)=/i.test(each))).toEqual([])
    expect(page).toContain('0.0.0.0&quot;&gt;&lt;i&gt;:')
    const chart = await picture('mermaid')
    expect(chart).toContain('#60;script#62;')
    const line =
      /^( {2}(\w+(\{\{|\[|\(\[)"[^"]*"(\}\}|\]|\]\))(:::\w+)?|\w+ (---|-->|==>|-\.->)(\|"[^"]*"\|)? \w+|classDef \w+ [\w#:,-]+))?$/
    expect(
      chart
        .trimEnd()
        .split('\n')
        .slice(1)
        .filter((each) => !line.test(each)),
    ).toEqual([])
    expect(chart).not.toMatch(/<(?!br\/>)|&/)
    for (const text of [page, chart, await picture('text')]) expect(text).not.toMatch(CONTROLS)
  })

  test('neither moves a cursor nor has a secret of its logs shown', async ({ open }) => {
    const trial = await open(SERVERS)
    const { env } = await hostileEngine(trial)
    for (const args of [['status'], ['status', '--json'], ['verify'], ['verify', '--json']]) {
      const { stdout, stderr } = await trial.call([...args, '--timeout', '5'], { env })
      expect(stdout + stderr, args.join(' ')).not.toMatch(CONTROLS)
      expect(stdout, args.join(' ')).toContain('mcp-proxy-sse')
    }
  })

  test('has its names in commands as the words that they are', async ({ open }) => {
    const trial = await open(SERVERS)
    const { env, asked } = await hostileEngine(trial)
    const { checks } = documentOf<{ checks: { hint: string | null }[] }>(
      await trial.call(['verify', '--json', '--timeout', '5'], { env }),
    )
    const commands = checks
      .flatMap(({ hint }) => (hint ?? '').split('\n'))
      .map((each) => each.trim())
      .filter((each) => each.startsWith('docker '))
    expect(commands.length).toBeGreaterThan(0)
    const bin = join(trial.folder, 'bin')
    const place = join(trial.folder, 'place')
    await Promise.all([mkdir(bin), mkdir(place)])
    await writeFile(join(bin, 'docker'), `#!/bin/bash\nprintf '%s\\0' "$@" >>"${trial.folder}/words"\n`)
    await chmod(join(bin, 'docker'), 0o755)
    for (const command of commands)
      await run('bash', ['-c', command], { cwd: place, env: { PATH: `${bin}:${process.env['PATH']}` } })
    const words = (await readFile(join(trial.folder, 'words'), 'utf8')).split('\0')
    expect(words).toContain(PROXY)
    expect(await readdir(place)).toEqual([])
    const posts = asked.filter((each) => !each.startsWith('GET '))
    expect(posts.filter((each) => !/^POST \/(containers\/l\/exec|exec\/e1\/start) /.test(each))).toEqual([])
    const cmds = posts.flatMap((each) => /"Cmd":(\[.*?\]),"Env"/.exec(each)?.[1] ?? [])
    expect(cmds.length).toBeGreaterThan(0)
    expect(cmds.join('\n')).not.toMatch(/hidden-key-1|mcp-proxy-sse/)
  })
})
