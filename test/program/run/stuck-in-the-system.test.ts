import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, vi } from 'vitest'
import { BIN, bareEnvironment, transcript } from '../../support/cli.ts'
import { silent } from '../../support/hostile.ts'
import { watchForLeaks } from '../../support/secrets.ts'
import { makePipe } from '../../support/system.ts'
import { test } from '../../support/trial.ts'

watchForLeaks()
vi.setConfig({ testTimeout: 40_000 })

describe.concurrent('while the system holds a file for ever, the program ends', () => {
  test.for(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('by %s', async (signal, { open, serve }) => {
    const trial = await open({ servers: [] })
    const gateway = await serve(silent)
    const pipe = join(trial.folder, 'pipe')
    makePipe(pipe)
    const preload = join(trial.folder, 'preload.mjs')
    await writeFile(preload, `import { open } from 'node:fs/promises'\nvoid open(${JSON.stringify(pipe)})\n`)
    const args = ['--import', preload, BIN, 'status', '--url', gateway.url]
    const child = spawn(process.execPath, args, {
      env: bareEnvironment(trial.env),
      timeout: 30_000,
      killSignal: 'SIGKILL',
    })
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => transcript.push(chunk.toString()))
    const ended = once(child, 'exit')
    await expect.poll(() => gateway.seen.length, { timeout: 20_000 }).toBeGreaterThan(0)
    child.kill(signal)
    expect(await ended).toEqual([null, signal])
  })
})
