#!/usr/bin/env node
const { existsSync, lstatSync, mkdirSync } = require('node:fs')
const { enableCompileCache } = require('node:module')
const path = require('node:path')
const { setFlagsFromString } = require('node:v8')

const isOwn = (folder) => {
  const stats = lstatSync(folder)
  return stats.isDirectory() && stats.uid === process.getuid?.() && (stats.mode & 0o022) === 0
}

/**
 * Keeps what V8 makes of the code for the next start, where Node can (22.1 and later; NODE_DISABLE_COMPILE_CACHE=1 turns it
 * off). Never in a folder for everybody, as Node would: whoever can write there decides what is executed here.
 */
function keepCompiled({ HOME = '', XDG_CACHE_HOME = '' }) {
  if (!path.isAbsolute(HOME) || !isOwn(HOME)) return
  const base = path.isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : path.join(HOME, '.cache')
  const folder = path.join(base, 'mcp-url-migrate')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (isOwn(base) && isOwn(folder)) enableCompileCache(folder)
}

/** Tells of an installation of which a part is missing. */
function refuse(what) {
  process.stderr.write(`${what}\n`)
  process.exit(1)
}

const NOT_WHOLE = 'This installation of mcp-url-migrate is not whole: install it again.'

if (enableCompileCache && process.platform !== 'win32')
  try {
    keepCompiled(process.env)
  } catch {
    // It starts without: a little later.
  }

// A sandbox is to answer soon, whatever memory it takes. Where an argument of a run happens to be that word, the run takes more, too.
const isThrifty = !process.argv.includes('sandbox')

// Nearly all that thousands of servers make is soon done with: the heap grows by half at most before that is cleared away.
if (isThrifty) setFlagsFromString('--heap-growing-percent=50')

const build = path.join(__dirname, '../dist/main.js')
if (!existsSync(build))
  refuse(
    existsSync(path.join(__dirname, '../src'))
      ? 'mcp-url-migrate is not built yet: run npm run build in its folder.'
      : NOT_WHOLE,
  )
const { main } = require(build)
if (!main) refuse(NOT_WHOLE)

// The space for what was made last stays as large as the start has made it: it would grow to 33 MB, and fill with garbage.
if (isThrifty) setFlagsFromString('--semi-space-growth-factor=1')

main(process.argv.slice(2)).catch((error) => {
  if (error.code !== 'MODULE_NOT_FOUND') throw error
  refuse(NOT_WHOLE)
})
