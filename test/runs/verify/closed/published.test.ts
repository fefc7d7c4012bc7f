import { expect, test } from 'vitest'
import type { Container } from '../../../../src/docker/port.ts'
import { judgePublished } from '../../../../src/runs/verify/closed/published.ts'
import { container, deploymentOf, port } from '../../../support/containers.ts'

const litellm = (...published: Container['published']): Container =>
  container('litellm', { 'litellm-net': '172.18.0.3' }, { published })
const proxy = (more: Partial<Container> = {}): Container =>
  container('mcp-proxy-sse', { 'litellm-net': '172.18.0.2' }, more)

function judged(containers: Container[], allowed: number[] = [], gatewayUrl = 'http://127.0.0.1:4000') {
  const own = (...words: string[]): string => `npx mcp-url-migrate ${words.join(' ')}`
  const rules = { gatewayUrl, allowedPorts: new Set(allowed), isLocal: true, own }
  const { faults, remarks } = judgePublished(deploymentOf(containers), 'litellm-net', rules)
  return { faults: faults.map(({ line }) => line), remarks, hints: faults.map(({ hint }) => hint) }
}

test('nothing published is as it should be', () => {
  expect(judged([litellm(), proxy()])).toEqual({ faults: [], remarks: [], hints: [] })
})

test('the gateway itself may be published for this machine only', () => {
  expect(judged([litellm(port('127.0.0.1', 4000)), proxy()]).remarks[0]).toContain('for this machine only')
  const open = judged([litellm(port('0.0.0.0', 4000)), proxy()])
  expect(open.faults).toEqual([
    'litellm publishes 0.0.0.0:4000 → 4000/tcp: the gateway, for everybody who reaches this machine',
  ])
  expect(open.hints[0]).toMatch(/\n {2}npx mcp-url-migrate verify --allow-published 4000$/)
})

test('another port of LiteLLM, and any of a neighbour on the network, is a fault', () => {
  const neighbour = container('grafana', { 'litellm-net': '172.18.0.9' }, { published: [port('::', 3000)] })
  expect(judged([litellm(port('127.0.0.1', 9090)), proxy(), neighbour]).faults).toEqual([
    'litellm publishes 127.0.0.1:9090 → 9090/tcp',
    'grafana publishes [::]:3000 → 3000/tcp',
  ])
})

test('what stands on other networks is no concern', () => {
  const elsewhere = container('web', { web: '172.30.0.2' }, { published: [port('0.0.0.0', 80)] })
  expect(judged([litellm(), proxy(), elsewhere]).faults).toEqual([])
})

test("the proxy's own port is a fault, unless somebody says that it is meant", () => {
  const exposed = proxy({ published: [port('127.0.0.1', 8585, 8080)] })
  const { faults, hints } = judged([litellm(), exposed])
  expect(faults).toEqual(['mcp-proxy-sse publishes 127.0.0.1:8585 → 8080/tcp'])
  expect(hints[0]).toMatch(/without -p 8585:8080[\s\S]*\n {2}docker rm -f mcp-proxy-sse$/)
  expect(judged([litellm(), exposed], [8585])).toMatchObject({
    faults: [],
    remarks: ['mcp-proxy-sse publishes 127.0.0.1:8585 → 8080/tcp, which --allow-published allows'],
  })
})

test('a container on the network of the machine is open on all its ports', () => {
  const host = container('mcp-proxy-sse', {}, { onHostNetwork: true })
  expect(judged([litellm(), host]).faults).toEqual([
    "mcp-proxy-sse shares the machine's own network (--network host): every port that it opens is open on the machine",
  ])
})
