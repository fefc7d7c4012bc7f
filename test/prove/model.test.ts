import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { amount, tellFigures } from './amount.ts'
import { commands, freshModel, takeAllBack } from './model-commands.ts'
import { World } from './model-world.ts'

vi.setConfig({ testTimeout: 7_200_000 })

// The program's own requests and journal writes, with the boundaries at which an invocation can die.
vi.mock('../../src/gateway/http/transport.ts', async (original) => {
  const real = await original<typeof import('../../src/gateway/http/transport.ts')>()
  const { boundary } = await import('./dying.ts')
  const send: typeof real.send = async (request) => {
    await boundary(`before ${request.method}`)
    const answer = await real.send(request)
    await boundary(`after ${request.method}`)
    return answer
  }
  return { ...real, send }
})

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>()
  const { boundary, onDeath } = await import('./dying.ts')
  const open: typeof real.open = async (path, ...rest) => {
    const handle = await real.open(path, ...rest)
    if (!String(path).endsWith('.jsonl')) return handle
    onDeath(() => handle.close())
    const [append, sync] = [handle.appendFile.bind(handle), handle.sync.bind(handle)]
    handle.appendFile = async (text) => {
      const bytes = Buffer.from(String(text))
      await boundary('before append')
      await append(bytes.subarray(0, bytes.length / 2))
      await boundary('after half an append')
      await append(bytes.subarray(bytes.length / 2))
      await boundary('after append')
    }
    handle.sync = async () => {
      await sync()
      await boundary('after sync')
    }
    return handle
  }
  return { ...real, open }
})

const RELEASES = ['1.77.7', '1.81.14', '1.106.2']
const seen = { invocations: 0, deaths: 0, edits: 0 }

test('any interleaving of migrations, edits by others, deaths, reverts and recoveries keeps the promises', async () => {
  const numRuns = amount({ sample: 8, ci: 120, full: 5000 })
  let sequences = 0
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...RELEASES), commands, async (version, sequence) => {
      const world = await World.open(version)
      try {
        const model = freshModel(await world.rows(), seen)
        await fc.asyncModelRun(() => ({ model, real: world }), sequence)
        await takeAllBack(model, world)
        sequences += 1
      } finally {
        await world.close()
      }
    }),
    { numRuns, seed: Number(process.env['PROVE_SEED'] ?? 20261124), endOnFailure: false },
  )
  expect(sequences).toBe(numRuns)
  tellFigures('model', { sequences, ...seen, 'broken promises': 0 })
})
