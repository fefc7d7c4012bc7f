import { describe, expect, test } from 'vitest'
import type { Unavailable } from '../../../src/core/unavailable.ts'
import type { Container, Docker } from '../../../src/docker/port.ts'
import type { Listener, Machine } from '../../../src/machine/port.ts'
import { lookAround } from '../../../src/runs/deployment/surroundings.ts'
import { containerOn, engineWith as engine } from '../../support/containers.ts'

const published = (hostPort: number): Partial<Container> => ({
  published: [{ hostIp: '127.0.0.1', hostPort, containerPort: 4000, protocol: 'tcp' }],
})

const nothing = (): Promise<never> => Promise.reject(new Error('nobody asks for that'))

const NET = ['litellm-net']

/** Where somebody is found for a gateway, at whose port these programs listen. */
async function placeFor(
  gatewayUrl: string,
  commands: readonly string[],
  docker: Docker | Unavailable = { unavailable: 'there is no Docker' },
): Promise<string | null> {
  const listeners = commands.map((command, pid): Listener => ({ pid, command, address: '0.0.0.0' }))
  const machine: Machine = {
    addresses: () => [],
    isSelf: (host) => Promise.resolve(['localhost', 'here.example.com'].includes(host)),
    knock: nothing,
    greet: nothing,
    listeners: () => Promise.resolve(listeners),
  }
  const around = { gatewayUrl, newHosts: ['mcp-proxy-sse'], machine, docker: () => Promise.resolve(docker) }
  return (await lookAround(around)).witness?.where ?? null
}

describe('somebody who stands where LiteLLM does', () => {
  test('is this machine, where LiteLLM runs on it', async () => {
    for (const command of ['python3.11 litellm', 'litellm', 'python', 'gunicorn'])
      expect(await placeFor('http://localhost:4000', [command])).toBe('from this machine')
  })

  test('is nobody where a tunnel, a proxy or nothing that is seen listens', async () => {
    for (const commands of [['ssh'], ['nginx'], ['docker-proxy'], ['python3', 'ssh'], []])
      expect(await placeFor('http://localhost:4000', commands)).toBeNull()
    expect(await placeFor('https://litellm.example.com', ['python3'])).toBeNull()
  })

  test('is its container, where that publishes the port or has the name', async () => {
    const docker = engine([containerOn('other', NET), containerOn('gw', NET, published(4000))])
    expect(await placeFor('http://localhost:4000', ['docker-proxy'], docker)).toBe(
      'from inside the container gw',
    )
    const beside = engine([containerOn('gw', NET)])
    expect(await placeFor('http://gw:4000', [], beside)).toBe('from inside the container gw')
  })

  test('is a container that is called litellm, where the gateway may run on this machine', async () => {
    const called = engine([containerOn('litellm', NET)])
    expect(await placeFor('https://here.example.com', [], called)).toBe('from inside the container litellm')
    expect(await placeFor('https://elsewhere.example.com', [], called)).toBeNull()
  })

  test('is no container that does not run, or does not answer at that port', async () => {
    const stopped = engine([containerOn('gw', NET, { state: 'exited' })])
    expect(await placeFor('http://gw:4000', [], stopped)).toBeNull()
    const elsewhere = engine([containerOn('litellm', NET, published(4001))])
    expect(await placeFor('http://localhost:4000', ['ssh'], elsewhere)).toBeNull()
  })
})
