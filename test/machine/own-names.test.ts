import { describe, expect, test } from 'vitest'
import {
  addressesIn,
  addressesOf,
  type Itself,
  namesLeadingHere,
  ownNames,
} from '../../src/machine/own-names.ts'

const HOSTS = `
# 127.0.0.1 commented
127.0.0.1\tlocalhost
127.0.1.1  Workshop.example.com workshop   # as Debian writes it
192.168.7.5 gateway.test other.test
fe80::7%eth0 zoned
198.51.100.1 elsewhere.test workshop.elsewhere
not-an-address broken
`

const machine = (more: Partial<Itself> = {}): Itself => ({
  name: 'workshop',
  addresses: () => ['127.0.0.1', '::1', '192.168.7.5', 'fd00::7', 'fe80::fc:ff:fe00:7%eth0'],
  hosts: () => HOSTS,
  ...more,
})

const among = (isHere: (host: string) => boolean, hosts: readonly string[]): string[] => hosts.filter(isHere)

describe('a machine is certainly called', () => {
  test('by its name, and by that with the domain that its file of hosts tells', () => {
    const hosts = ['workshop', 'workshop.example.com', 'workshop.elsewhere', 'workshop.local', 'workshops']
    expect(among(ownNames(machine()), hosts)).toEqual(['workshop', 'workshop.example.com'])
  })

  test('by its name without the domain, whatever its letters', () => {
    const own = ownNames(machine({ name: 'Workshop.Example.COM', hosts: () => '' }))
    expect(among(own, ['workshop', 'workshop.example.com', 'workshop.example.org'])).toEqual([
      'workshop',
      'workshop.example.com',
    ])
  })

  test('by every address that it has, without the zone', () => {
    const hosts = ['192.168.7.5', '[fd00::7]', '[fe80::fc:ff:fe00:7]', '192.168.7.6', '[fd00::8]']
    expect(among(ownNames(machine()), hosts)).toEqual(hosts.slice(0, 3))
  })

  test('by nothing else where it has no name and no networks', () => {
    const own = ownNames({ name: '', addresses: () => [], hosts: () => '' })
    expect(among(own, ['', 'workshop', '.', '10.0.0.1'])).toEqual([])
  })

  test('not by other names of its address, behind which a proxy may tell gateways apart', () => {
    expect(among(ownNames(machine()), ['gateway.test', 'other.test', 'a.localhost'])).toEqual([])
  })
})

test('other names of its addresses, and those below .localhost, lead to it', () => {
  const hosts = ['gateway.test', 'other.test', 'a.localhost', 'workshop', 'elsewhere.test', 'commented']
  expect(among(namesLeadingHere(machine()), hosts)).toEqual(hosts.slice(0, 4))
})

test('a file of hosts is read as the system does: letters, comments, tabs, several names, zones', () => {
  expect(
    ['workshop', 'other.test', 'zoned', 'commented', 'as', 'broken'].map((name) => addressesOf(name, HOSTS)),
  ).toEqual([['127.0.1.1'], ['192.168.7.5'], ['[fe80::7]'], [], [], ['not-an-address']])
})

test("Linux's own tables tell the addresses of networks that are down, and no others", () => {
  const trie = `Main:
  +-- 0.0.0.0/0 3 0 4
     |-- 0.0.0.0
        /0 universe UNICAST
     +-- 127.0.0.0/8 2 0 2
           |-- 127.0.0.0
              /8 host LOCAL
           |-- 127.0.0.1
              /32 host LOCAL
        |-- 127.255.255.255
           /32 link BROADCAST
           |-- 172.17.0.0
              /16 link UNICAST
           |-- 172.17.0.1
              /32 host LOCAL
`
  const six = `fe8000000000000000fc00fffe000001 04 40 20 80     eth0
00000000000000000000000000000001 01 80 10 80       lo
`
  const own = ownNames({ name: '', addresses: () => addressesIn(trie, six), hosts: () => '' })
  const hosts = ['172.17.0.1', '[fe80::fc:ff:fe00:1]', '172.17.0.0', '172.17.255.255', '0.0.0.1', '[::2]']
  expect(among(own, hosts)).toEqual(hosts.slice(0, 2))
  expect(addressesIn('', '')).toEqual([])
})
