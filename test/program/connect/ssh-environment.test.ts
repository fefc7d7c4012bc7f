import { chmod, readFile, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { expect } from 'vitest'
import { secret, watchForLeaks } from '../../support/secrets.ts'
import { test, TWO } from '../../support/trial.ts'

watchForLeaks()

const FRONT = ['--key-header', 'x-litellm-api-key', '--header', 'X-Front=FRONT_LOGIN']
const EVERYWHERE = {
  LITELLM_MASTER_KEY: secret('sk-ssh-master-1'),
  UI_PASSWORD: secret('password-of-admin-1'),
  FRONT_LOGIN: secret('login-of-front-1'),
}
const OF_KEYS = { DEV_KEY: secret('sk-ssh-dev-1'), FILE_KEY: secret('sk-ssh-file-1') }

test.for([
  ['--dry-run', [], EVERYWHERE],
  ['status', [], EVERYWHERE],
  [
    'verify',
    ['--key', 'dev=DEV_KEY', '--keys', 'keys.yaml', '--check', 'networks'],
    { ...EVERYWHERE, ...OF_KEYS },
  ],
] as const)(
  '%s gives the ssh that leads to Docker none of its secrets',
  async ([command, more, secrets], { open }) => {
    const trial = await open({
      servers: TWO,
      faults: { 'http://mcp-proxy-sse:8080/servers/fetch/': 421 },
    })
    const at = (name: string): string => join(trial.folder, name)
    await writeFile(at('ssh'), `#!/bin/sh\necho "$*" >"${at('seen')}"\nenv >>"${at('seen')}"\nexit 255\n`)
    await chmod(at('ssh'), 0o755)
    await writeFile(
      at('keys.yaml'),
      'schema: mcp-url-migrate/keys/1\nkeys: [{name: file, secret: {env: FILE_KEY}, reaches: []}]\n',
    )
    const PATH = `${trial.folder}${delimiter}${process.env['PATH']}`
    const env = { ...secrets, PATH, DOCKER_HOST: 'ssh://me:hunter2@build.example', SSH_AUTH_SOCK: '/agent' }
    const args = more.map((each) => (each === 'keys.yaml' ? at(each) : each))
    await trial.call([command, ...FRONT, ...args], { env, preflight: true })
    const given = await readFile(at('seen'), 'utf8')
    expect(given).toContain('SSH_AUTH_SOCK=/agent')
    for (const [name, value] of Object.entries({
      ...secrets,
      LITELLM_PROXY_API_KEY: trial.sandbox.masterKey,
      DOCKER_HOST: 'hunter2',
    }))
      expect([given.includes(`${name}=`), given.includes(value)], name).toEqual([false, false])
  },
)
