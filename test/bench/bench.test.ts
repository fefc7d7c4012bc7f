import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { bench } from './bench.ts'
import { compileCacheOf } from './document.ts'
import { exitFor, median, Mismeasured, resultOf } from './figure.ts'
import { openPlace, type Place } from './place.ts'
import { ratio } from './ratio.ts'
import { inShort, renderTable } from './table.ts'

describe('the arithmetic', () => {
  test('the median is the value in the middle, whatever the order, and never one of nothing', () => {
    expect(median([9, 1, 5])).toBe(5)
    expect(median([10, 9, 100])).toBe(10)
    expect(median([4, 1, 2, 3])).toBe(2.5)
    expect(() => median([])).toThrow(Mismeasured)
  })

  test('a result has its spread, and is within a limit that its median does not pass', () => {
    const figure = { name: 'a start', unit: '×', limit: 1.5 }
    const baseline = { name: 'node -e 0', milliseconds: 20, subject: 30 }
    expect(resultOf(figure, { samples: [1.5, 1.2, 9], baseline })).toEqual({
      ...figure,
      median: 1.5,
      low: 1.2,
      high: 9,
      samples: [1.5, 1.2, 9],
      baseline,
      within: true,
    })
    expect(resultOf(figure, { samples: [1.501], baseline: null }).within).toBe(false)
    expect(resultOf({ ...figure, limit: null }, { samples: [7], baseline: null }).within).toBeNull()
  })

  test('only a check makes a figure over its limit a failure, and none without a limit', () => {
    expect(exitFor([{ within: true }, { within: false }], true)).toBe(1)
    expect(exitFor([{ within: true }, { within: false }], false)).toBe(0)
    expect(exitFor([{ within: true }, { within: null }], true)).toBe(0)
  })

  test('two things are measured in turns, the first round does not count, and each sample is of one round', async () => {
    const order: string[] = []
    const taking = (name: string, times: number[]) => () => {
      order.push(name)
      return Promise.resolve(times.shift() ?? 0)
    }
    const measured = ratio({
      subject: taking('subject', [1000, 20, 90, 40]),
      baseline: taking('baseline', [1, 10, 30, 10]),
      against: 'nothing',
    })
    expect(await measured({} as Place, 3)).toEqual({
      samples: [2, 3, 4],
      baseline: { name: 'nothing', milliseconds: 10, subject: 40 },
    })
    expect(order).toEqual(Array.from({ length: 4 }, () => ['baseline', 'subject']).flat())
  })

  test('Node has a compile cache from 22.1 on', () => {
    expect(compileCacheOf(false, '20.20.2')).toBe('none')
    expect(compileCacheOf(true, '22.0.0')).toBe('none')
    expect(compileCacheOf(false, '22.1.0')).toBe('warm')
    expect(compileCacheOf(true, '24.3.0')).toBe('off')
  })
})

test('a figure in a line has its spread, where it was measured more than once', () => {
  const figure = { name: 'a start', unit: '×', limit: null }
  expect(inShort(resultOf(figure, { samples: [1.4, 1.3, 1.9], baseline: null }))).toBe(
    '1.40 ×, from 1.30 × to 1.90 ×',
  )
  expect(inShort(resultOf(figure, { samples: [2], baseline: null }))).toBe('2.00 ×')
})

test('the table shows what is over its limit', () => {
  const figures = [
    resultOf(
      { name: '--version', unit: '×', limit: 1.5 },
      { samples: [1.4, 1.3, 1.9], baseline: { name: 'node -e 0', milliseconds: 20.04, subject: 28 } },
    ),
    resultOf({ name: 'packed', unit: 'MB', limit: 1.5 }, { samples: [2], baseline: null }),
    resultOf({ name: 'packages', unit: '', limit: null }, { samples: [1], baseline: null }),
  ]
  const table = renderTable({
    schema: 'mcp-url-migrate/bench/1',
    tool: 'mcp-url-migrate/0.1.0',
    date: '2026-11-27T00:00:00.000Z',
    node: '20.20.2',
    platform: 'linux x64',
    cpu: { model: null, cores: 2 },
    memory: 24_105,
    compileCache: 'none',
    runs: 3,
    servers: 200,
    figures,
  })
  expect(table).toMatchInlineSnapshot(`
    "mcp-url-migrate/0.1.0 on Node 20.20.2, linux x64, 2 × an unknown processor, 24 GB
    Median of 3 with lowest and highest; this Node has no compile cache.
    Each LiteLLM has 200 servers.

                median     low    high    limit        of
    --version   1.40 ×  1.30 ×  1.90 ×   1.50 ×  ok    28.0 ms, node -e 0: 20.0 ms
    packed     2.00 MB                  1.50 MB  over
    packages         1"
  `)
})

/** Stands for the program: says where its gateway is, does the main job, and fails or stays silent at the rest. */
const BROKEN = `
import { createServer } from 'node:http'
const [, , command] = process.argv
if (command === 'sandbox') {
  const server = createServer().listen(0, '127.0.0.1', () => {
    console.log('export LITELLM_PROXY_URL=http://127.0.0.1:' + server.address().port)
    console.log('export LITELLM_PROXY_API_KEY=sk-1')
  })
} else if (command === '--version') {
  console.log('0.1.0')
  console.error('the disk is full')
  process.exitCode = 3
}
`

describe('what does not work', () => {
  let folder: string
  let program: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mcp-url-migrate-bench-test-'))
    program = join(folder, 'program.mjs')
    await writeFile(program, BROKEN)
    await writeFile(join(folder, 'package.json'), '{ "name": "broken", "version": "1.0.0" }')
  })
  afterAll(() => rm(folder, { recursive: true }))

  /** What the bench says of the broken program. */
  const said = async (...args: string[]) => {
    const [out, err] = [process.stdout, process.stderr].map((stream) =>
      vi.spyOn(stream, 'write').mockReturnValue(true),
    )
    try {
      const code = await bench(['--program', program, '--runs', '1', ...args])
      const text = (spied: typeof out) => spied?.mock.calls.map(([chunk]) => String(chunk)).join('')
      return { code, stdout: text(out), stderr: text(err) }
    } finally {
      out?.mockRestore()
      err?.mockRestore()
    }
  }

  test('a program that fails has no number, and its own words are shown', async () => {
    const { code, stdout, stderr } = await said('--only', 'version', '--json')
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/program\.mjs --version ended with exit code 3:\nthe disk is full\n$/)
  })

  test('a command that ends well and has asked nothing has no number either', async () => {
    const { code, stdout, stderr } = await said('--only', 'of status')
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/status sent no request\n$/)
  })

  test('a figure that is not there is wrong usage, and so is a number of runs that is none', async () => {
    expect(await said('--only', 'colour')).toMatchObject({ code: 64, stdout: '' })
    expect(await said('--runs', '0')).toMatchObject({ code: 64, stdout: '' })
    expect(await said('--servers', 'all')).toMatchObject({ code: 64, stdout: '' })
  })

  test('figures of real LiteLLM are there with --lab alone', async () => {
    const { code, stderr } = await said('--only', 'LiteLLM 1.106.2')
    expect(code).toBe(64)
    expect(stderr).toMatch(/^--only LiteLLM 1\.106\.2: the figures are --version, .*, sandbox, 5,000: memory/)
  })

  test('what is measured sees nothing of what surrounds the bench', async () => {
    const place = await openPlace(program, true)
    await place.close()
    expect(Object.keys(place.env).toSorted()).toEqual([
      'DOCKER_HOST',
      'HOME',
      'MCP_URL_MIGRATE_JOURNAL',
      'MCP_URL_MIGRATE_LOCKS',
      'NODE_DISABLE_COMPILE_CACHE',
      'PATH',
      'TMPDIR',
    ])
  })
})
