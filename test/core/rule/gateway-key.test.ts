import { describe, expect, test } from 'vitest'
import { gatewayKey, isSameGateway } from '../../../src/core/rule/gateway-key.ts'

const SAME: [why: string, a: string, b: string][] = [
  ['the names of the machine itself', 'http://localhost:4000', 'http://127.0.0.1:4000'],
  ['any address of 127.0.0.0/8', 'http://localhost:4000', 'http://127.9.9.9:4000'],
  ['an address written short', 'http://localhost:4000', 'http://127.1:4000'],
  ['IPv6', 'http://localhost:4000', 'http://[::1]:4000'],
  ['IPv6 written long', 'http://localhost:4000', 'http://[0:0:0:0:0:0:0:1]:4000'],
  ['where everything listens', 'http://localhost:4000', 'http://0.0.0.0:4000'],
  ['how Docker calls this machine', 'http://localhost:4000', 'http://host.docker.internal:4000'],
  ['how Podman calls it', 'http://localhost:4000/litellm', 'http://host.containers.internal:4000/litellm'],
  ['letter case of scheme and host', 'http://gateway:4000', 'HTTP://Gateway:4000'],
  ['the port of http', 'http://gateway', 'http://gateway:80'],
  ['the port of https', 'https://gateway', 'https://gateway:443'],
  ['a slash at the end', 'http://gateway:4000', 'http://gateway:4000/'],
  ['slashes after a root path', 'http://gateway:4000/litellm', 'http://gateway:4000/litellm//'],
  ['what is no URL, with itself', 'gateway', 'gateway'],
]

const OTHER: [why: string, a: string, b: string][] = [
  ['another port', 'http://localhost:4000', 'http://localhost:4001'],
  ['another scheme', 'http://gateway:4000', 'https://gateway:4000'],
  ['one with and one without a root path', 'http://gateway:4000', 'http://gateway:4000/litellm'],
  ['the letter case of a root path', 'http://gateway/LiteLLM', 'http://gateway/litellm'],
  ['another host', 'http://gateway:4000', 'http://gateway.example:4000'],
  ['a host that begins like this machine', 'http://localhost:4000', 'http://localhost.example:4000'],
  ['a neighbour in IPv6', 'http://[::1]:4000', 'http://[::2]:4000'],
  ['what is no URL', 'gateway', 'http://gateway'],
]

describe('one gateway, whatever differs:', () => {
  for (const [why, a, b] of SAME)
    test(why, () => {
      expect([gatewayKey(a), isSameGateway(b, a)]).toEqual([gatewayKey(b), true])
    })
})

describe('another gateway:', () => {
  for (const [why, a, b] of OTHER)
    test(why, () => {
      expect([isSameGateway(a, b), isSameGateway(b, a)]).toEqual([false, false])
    })
})

test('the keys that name the files of locks stay what they are, so that two versions see each other', () => {
  expect(
    ['http://127.0.0.1:4000', 'https://gateway', 'http://gateway:4000/litellm'].map((url) => gatewayKey(url)),
  ).toEqual(['http://localhost:4000/', 'https://gateway/', 'http://gateway:4000/litellm'])
})
