// An MCP server as the Python SDK makes one for 127.0.0.1: called by any other name it answers 421.
import { createServer } from 'node:http'

createServer((request, response) => {
  const host = (request.headers.host ?? '').replace(/:\d+$/, '')
  if (['127.0.0.1', 'localhost'].includes(host)) response.writeHead(404).end('Not Found')
  else response.writeHead(421, { 'content-type': 'text/plain' }).end('Invalid Host header')
}).listen(8080, '0.0.0.0')
