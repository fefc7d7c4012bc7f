import { describe, expect, test } from 'vitest'
import { configurationsIn } from '../../../src/core/config/nested/find.ts'
import { textIn, withText } from '../../../src/core/config/nested/nested.ts'

const MAP = `apiVersion: v1
kind: ConfigMap
metadata:
  name: litellm # ours
data:
  other: |
    hello
  config.yaml: |
    model_list: []

    mcp_servers:
      fetch: { url: "http://localhost:8585/servers/fetch/sse" } # keep
  last: x
---
kind: Service
`

const VALUES = `image: litellm
proxy_config:
  # ours
  mcp_servers:
    fetch:
      url: http://localhost:8585/servers/fetch/sse

  litellm_settings: {}
replicas: 1
`

const NEXT = 'http://mcp-proxy-sse:8080/servers/fetch/sse'
const moved = (text: string): string => text.replace('http://localhost:8585/servers/fetch/sse', NEXT)

describe('a configuration inside another file', () => {
  test('is found where there is one', () => {
    expect(configurationsIn(MAP)).toEqual(['/data/config.yaml'])
    expect(configurationsIn(VALUES)).toEqual(['/proxy_config'])
    expect(configurationsIn('mcp_servers: {}\n')).toEqual([])
    expect(configurationsIn('a: [')).toEqual([])
  })

  test.each([
    ['a ConfigMap', MAP, '/data/config.yaml'],
    ['a ConfigMap with the line ends of Windows', MAP.replaceAll('\n', '\r\n'), '/data/config.yaml'],
    ['values of Helm', VALUES, '/proxy_config'],
  ])('of %s is edited there, and no other byte changes', (_, file, pointer) => {
    const read = textIn(file, pointer)
    const text = 'text' in read ? read.text : ''
    const pinned = moved(text).replace(/^( *)(url:|fetch:)/m, '$1# added\n$1$2')
    for (const next of [moved(text), pinned]) {
      const edited = withText(file, pointer, next)
      expect(edited).toEqual({ text: expect.stringContaining(NEXT) })
      if (!('text' in edited)) continue
      expect(withText(edited.text, pointer, text)).toEqual({ text: file })
    }
    expect(withText(file, pointer, moved(text))).toEqual({ text: moved(file) })
  })

  test.each([
    ['/data/none', 'does not exist'],
    ['/metadata/name', 'is no block of text that begins with |'],
  ])('is told of where it cannot be read: %s', (pointer, why) => {
    expect(textIn(MAP, pointer)).toEqual({ fault: expect.stringContaining(why) })
  })
})
