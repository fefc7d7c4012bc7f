import { createServer as createHttp } from 'node:http'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { listeningSockets, readLsof, shownCommand } from '../../src/machine/listeners.ts'
import { localMachine } from '../../src/machine/local-machine.ts'
import { freePort } from '../support/free-port.ts'

const open: Server[] = []

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  open.push(server)
  return (server.address() as AddressInfo).port
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => new Promise((resolve) => server.close(resolve))))
})

describe('this machine', () => {
  test('knocks at ports, and tells what accepts, refuses and is unknown', async () => {
    const port = await listening(createServer((socket) => socket.resume()))
    expect(await localMachine.knock('localhost', port, 2000)).toEqual({ kind: 'open', address: '127.0.0.1' })
    expect(await localMachine.knock('127.0.0.1', await freePort(), 2000)).toEqual({ kind: 'refused' })
    expect(await localMachine.knock('nobody.invalid', port, 2000)).toEqual({ kind: 'unknown-host' })
  })

  test('hears what accepted while the process was held up for longer than the limit', async () => {
    const port = await listening(createServer((socket) => socket.resume()))
    const knocked = localMachine.knock('127.0.0.1', port, 200)
    // The system connects meanwhile; nothing of this process runs.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 400)
    expect(await knocked).toEqual({ kind: 'open', address: '127.0.0.1' })
  })

  test('knows who listens on a port, by process and command, on Linux', async () => {
    const port = await listening(createServer((socket) => socket.resume()))
    const found = await localMachine.listeners(port)
    expect(found).toMatchObject([{ pid: process.pid, address: '127.0.0.1' }])
    expect(await localMachine.listeners(await freePort())).toEqual([])
  })

  test('greets over HTTP, and is not held up by an answer without end, nor by something else than HTTP', async () => {
    const http = createHttp((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('event: endpoint\n')
    })
    const port = await listening(http)
    expect(await localMachine.greet(`http://127.0.0.1:${port}/sse`, 2000)).toBe('HTTP 200')
    const other = await listening(createServer((socket) => socket.resume().end('220 ready\r\n')))
    expect(await localMachine.greet(`http://127.0.0.1:${other}/`, 2000)).toBe('no HTTP')
    const silent = await listening(createServer((socket) => socket.resume()))
    expect(await localMachine.greet(`http://127.0.0.1:${silent}/`, 100)).toBe('no HTTP answer')
  })

  test('has its loopback addresses', () => {
    expect(localMachine.addresses()).toContain('127.0.0.1')
  })
})

test('the tables of Linux are read for sockets that listen', () => {
  const tcp = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:2189 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 41 1 0 100 0 0 10 0
   1: 0100007F:2189 0100007F:9999 01 00000000:00000000 00:00000000 00000000     0        0 42 1 0 100 0 0 10 0`
  const tcp6 = `  sl
   0: 00000000000000000000000000000000:2189 00000000000000000000000000000000:0000 0A 0:0 0:0 0 0 0 43 1
   1: 00000000000000000000000001000000:2189 00000000000000000000000000000000:0000 0A 0:0 0:0 0 0 0 44 1`
  expect(listeningSockets(tcp, 8585)).toEqual([{ inode: '41', address: '127.0.0.1' }])
  expect(listeningSockets(tcp, 8586)).toEqual([])
  expect(listeningSockets(tcp6, 8585)).toEqual([
    { inode: '43', address: '::' },
    { inode: '44', address: '::1' },
  ])
})

test("lsof's lines are read", () => {
  expect(readLsof('p71\ncnode\nf9\nn*:8585\nf10\nn[::1]:8585\np72\ncpython3\nf3\nn127.0.0.1:8585\n')).toEqual(
    [
      { pid: 71, command: 'node', address: '::' },
      { pid: 71, command: 'node', address: '::1' },
      { pid: 72, command: 'python3', address: '127.0.0.1' },
    ],
  )
})

test('a command is shown without arguments that may be secret', () => {
  expect(shownCommand(['/usr/bin/node', '--inspect', '/srv/old-proxy.mjs', '--token', 'abc'])).toBe(
    'node old-proxy.mjs',
  )
  expect(shownCommand(['/usr/bin/docker-proxy', '-host-port', '8585'])).toBe('docker-proxy')
  expect(shownCommand(['python3', '-c', 'key = "abc"'])).toBe('python3')
  expect(shownCommand(['node', '--require', 'first.cjs', '-C', 'dev', '/srv/app.js', 'x'])).toBe(
    'node app.js',
  )
  expect(shownCommand(['node', '-e', 'start()', 'hunter2'])).toBe('node')
  expect(shownCommand([])).toBe('')
})
