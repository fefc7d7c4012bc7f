#!/usr/bin/env node
import { existsSync } from 'node:fs'

const build = new URL('../dist/cli/main.js', import.meta.url)
if (!existsSync(build)) {
  process.stderr.write('mcp-url-migrate is not built yet: run npm run build in its folder.\n')
  process.exit(1)
}
const { main } = await import(build.href)
await main(process.argv.slice(2))
