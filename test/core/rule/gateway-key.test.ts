import { describe, expect, test } from 'vitest'
import { gatewayKey, isSameGateway, plainHost } from '../../../src/core/rule/gateway-key.ts'
import { isLoopbackName } from '../../../src/core/rule/host-names.ts'

/** A machine that is called `workshop` and has one address. */
const isHere = (host: string): boolean => ['workshop', '192.168.7.5', '[fd00::7]'].includes(host)

const SAME: [why: string, a: string, b: string][] = [
  ['the names of the machine itself', 'http://localhost:4000', 'http://127.0.0.1:4000'],
  ['any address of 127.0.0.0/8', 'http://localhost:4000', 'http://127.9.9.9:4000'],
  ['an address written short', 'http://localhost:4000', 'http://127.1:4000'],
  ['IPv6', 'http://localhost:4000', 'http://[::1]:4000'],
  ['IPv6 written long', 'http://localhost:4000', 'http://[0:0:0:0:0:0:0:1]:4000'],
  ['where everything listens', 'http://localhost:4000', 'http://0.0.0.0:4000'],
  ['how Docker calls this machine', 'http://localhost:4000', 'http://host.docker.internal:4000'],
  ['how Podman calls it', 'http://localhost:4000/litellm', 'http://host.containers.internal:4000/litellm'],
  ['every address of IPv6', 'http://localhost:4000', 'http://[::]:4000'],
  ['IPv4 in IPv6 clothes', 'http://localhost:4000', 'http://[::ffff:127.0.0.1]:4000'],
  ['the same in hexadecimal digits', 'http://localhost:4000', 'http://[::FFFF:7f00:0001]:4000'],
  ['the same written long', 'http://localhost:4000', 'http://[0:0:0:0:0:ffff:127.1.2.3]:4000'],
  ['everywhere, in IPv6 clothes', 'http://localhost:4000', 'http://[::ffff:0.0.0.0]:4000'],
  ['an address as one number', 'http://localhost:4000', 'http://2130706433:4000'],
  ['the same in hexadecimal digits', 'http://localhost:4000', 'http://0x7f000001:4000'],
  ['the same in octal digits', 'http://localhost:4000', 'http://0177.0.0.01:4000'],
  ['a dot after localhost', 'http://localhost:4000', 'http://localhost.:4000'],
  ['a dot after how Docker calls it', 'http://localhost:4000', 'http://host.docker.internal.:4000'],
  ["names of Debian's for IPv6", 'http://ip6-localhost:4000', 'http://IP6-loopback:4000'],
  ["names of Red Hat's", 'http://localhost:4000', 'http://localhost.localdomain:4000'],
  ['the name of this machine', 'http://localhost:4000', 'http://Workshop.:4000'],
  ['its address', 'http://localhost:4000', 'http://192.168.7.5:4000'],
  ['its address in IPv6 clothes', 'http://localhost:4000', 'http://[::ffff:192.168.7.5]:4000'],
  ['its address of IPv6', 'http://localhost:4000', 'http://[fd00:0::7]:4000'],
  ['an address elsewhere in IPv6 clothes', 'http://198.51.100.1:4000', 'http://[::ffff:c633:6401]:4000'],
  ['letters of a root path as escapes', 'http://gateway/litellm', 'http://gateway/%6citellm'],
  ['letter case of escapes', 'http://gateway/a%2fb', 'http://gateway/a%2Fb'],
  ['a dot after a host', 'http://gateway.example:4000', 'http://gateway.example.:4000'],
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
  ['an escaped slash in a root path', 'http://gateway/a/b', 'http://gateway/a%2Fb'],
  ['the letter case of a root path', 'http://gateway/LiteLLM', 'http://gateway/litellm'],
  ['another host', 'http://gateway:4000', 'http://gateway.example:4000'],
  ['a host that begins like this machine', 'http://localhost:4000', 'http://localhost.example:4000'],
  ['a neighbour in IPv6', 'http://[::1]:4000', 'http://[::2]:4000'],
  ['a neighbour in IPv6 clothes', 'http://[::ffff:127.0.0.1]:4000', 'http://[::ffff:128.0.0.1]:4000'],
  ['a host that ends like this machine', 'http://workshop:4000', 'http://the-workshop:4000'],
  [
    'a name below localhost, which a proxy may tell apart',
    'http://a.localhost:4000',
    'http://localhost:4000',
  ],
  ['what is no URL', 'gateway', 'http://gateway'],
]

describe('one gateway, whatever differs:', () => {
  for (const [why, a, b] of SAME)
    test(why, () => {
      const [one, other] = [gatewayKey(a, isHere), gatewayKey(b, isHere)]
      expect([one, isSameGateway(b, a, isHere)]).toEqual([other, true])
    })
})

describe('another gateway:', () => {
  for (const [why, a, b] of OTHER)
    test(why, () => {
      expect([isSameGateway(a, b, isHere), isSameGateway(b, a, isHere)]).toEqual([false, false])
    })
})

test('the keys that name the files of locks stay what they are, so that two versions see each other', () => {
  expect(
    ['http://127.0.0.1:4000', 'https://gateway', 'http://gateway:4000/litellm'].map((url) =>
      gatewayKey(url, isHere),
    ),
  ).toEqual(['http://localhost:4000/', 'https://gateway/', 'http://gateway:4000/litellm'])
})

test('which gateway is meant, and which URLs a migration moves, are two questions', () => {
  const hosts = ['[::]', 'localhost.', '[::ffff:7f00:1]', 'ip6-localhost', 'workshop']
  expect(hosts.map((host) => [isLoopbackName(host), isHere(plainHost(host))])).toEqual(
    hosts.map((host) => [false, host === 'workshop']),
  )
})
