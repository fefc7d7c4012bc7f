import { describe, expect, test } from 'vitest'
import { isNamedBy } from '../../../src/gateway/http/no-proxy.ts'

/** Of a URL with that host; each was asked of curl 7.88.1, those of IPv6 are as its manual says. */
const DIRECT: readonly (readonly [host: string, noProxy: string])[] = [
  ['example.test', '*'],
  ['example.test', 'example.test'],
  ['example.test', '.example.test'],
  ['a.example.test', 'example.test'],
  ['a.example.test', '.example.test'],
  ['example.test.', 'example.test'],
  ['example.test', 'example.test.'],
  ['EXAMPLE.test', 'example.TEST'],
  ['example.test:8080', 'example.test'],
  ['example.test', 'a, example.test'],
  ['example.test', 'a example.test'],
  ['example.test', 'a\texample.test'],
  ['example.test', ',,example.test,,'],
  ['10.1.2.3', '10.1.2.3'],
  ['10.1.2.3', '10.0.0.0/8'],
  ['10.1.2.3', '10.1.2.99/24'],
  ['10.1.2.3', 'x,10.0.0.0/8 ,y'],
  ['10.1.2.3', '10.1.2.3/32'],
  ['10.1.2.3', '10.1.2.3/0'],
  ['10.1.2.3', '10.1.2.3/x'],
  ['10.1.2.3', '10.1.2.3/'],
  ['10.1.2.3', '10.0.0.0/08'],
  ['192.168.1.77', '192.168.1.64/26'],
  ['[fd00::1]', 'fd00::1'],
  ['[fd00::1]', '[fd00::1]'],
  ['[fd00::1]', 'FD00:0::1'],
  ['[fd00::1]', 'fd00::/8'],
  ['[fd00::1]', '[fd00::]/8'],
  ['[fd00::1]', 'fc00::/7'],
  ['[fd00::1]', 'fd00::1/128'],
]

const PROXIED: readonly (readonly [host: string, noProxy: string])[] = [
  ['example.test', ''],
  ['notexample.test', 'example.test'],
  ['example.test', 'a.example.test'],
  ['example.test', '*.test'],
  ['example.test', 'a,*'],
  ['example.test', 'a;example.test'],
  ['example.test', 'http://example.test'],
  ['example.test', '.'],
  ['example.test:8080', 'example.test:8080'],
  ['x.test', '10.0.0.0/8'],
  ['10.1.2.3', '10.1.3.0/24'],
  ['10.1.2.3', '0.0.0.0/0'],
  ['10.1.2.3', '10.1.2.3/33'],
  ['10.1.2.3', '10.0.0.0/-1'],
  ['10.1.2.3', '10.1.2.99/x'],
  ['10.1.2.3', '.1.2.3'],
  ['10.1.2.3', '10.1.2'],
  ['10.1.2.3', '10/8'],
  ['10.1.2.3', '10.1.2.3:80'],
  ['192.168.1.128', '192.168.1.64/26'],
  ['[fd00::1]', 'fe00::/8'],
  ['[fd00::1]', 'fd00::1/129'],
  ['[fd80::1]', 'fd00::/9'],
  ['[fd00::1]', '0.0.0.0/1'],
  ['[::ffff:10.1.2.3]', '10.0.0.0/8'],
]

describe('NO_PROXY names a host as it does for curl', () => {
  const named = ([host, noProxy]: readonly [string, string]): boolean =>
    isNamedBy(noProxy, new URL(`http://${host}`).hostname)

  test.for(DIRECT)('%s goes without a proxy by %j', (pair) => expect(named(pair)).toBe(true))

  test.for(PROXIED)('%s does not by %j', (pair) => expect(named(pair)).toBe(false))
})
