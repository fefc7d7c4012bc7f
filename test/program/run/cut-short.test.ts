import { readFile, writeFile } from 'node:fs/promises'
import { describe, expect, vi } from 'vitest'
import { watchForLeaks } from '../../support/secrets.ts'
import type { SandboxRow } from '../../../src/sandbox/index.ts'
import { documentOf, newestFile, sentence, test, TWO, type Trial, urls, writes } from '../../support/trial.ts'

watchForLeaks()
vi.setConfig({ maxConcurrency: 6, testTimeout: 60_000 })

interface RunDocument {
  run: { id: string } | null
  changes: { outcome: string }[]
}

/** Leaves of the newest run only its first lines, as a crash does. */
async function cutShort(trial: Trial, lines: number): Promise<void> {
  const file = await newestFile(trial)
  const text = await readFile(file, 'utf8')
  await writeFile(file, `${text.split('\n').slice(0, lines).join('\n')}\n`)
}

const idOf = (file: string): string => /([^/]+)\.jsonl$/.exec(file)?.[1] ?? ''

/** Somebody else deletes a server. */
async function remove({ sandbox }: Trial, id: string): Promise<void> {
  const headers = { authorization: `Bearer ${sandbox.masterKey}` }
  const { status } = await fetch(`${sandbox.url}/v1/mcp/server/${id}`, { method: 'DELETE', headers })
  expect(status).toBe(202)
}

describe.concurrent('a run that has no end:', () => {
  test('is in the way of another with --yes: exit 3, both commands are named, nothing is written', async ({
    open,
  }) => {
    const trial = await open({ servers: [...TWO] })
    await trial.setUp(['--yes'])
    const run = idOf(await newestFile(trial))
    await cutShort(trial, 4)
    for (const args of [['--yes'], ['--revert', '--yes'], ['--yes', '--json']]) {
      const { code, stderr, stdout } = await trial.call(args)
      expect(code).toBe(3)
      // By the clock on the wall, as everything that people read.
      expect(sentence(stderr)).toMatch(
        new RegExp(`Run ${run} of \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d \\S+, by `),
      )
      // The second one names the run: pasted once more, it finds nothing to take back, and begins nothing else.
      for (const way of ['--unfinished finish', `--revert ${run}`])
        expect(sentence(stderr)).toContain(`npx mcp-url-migrate ${way} --yes --url ${trial.sandbox.url}`)
      if (args.includes('--json')) expect(JSON.parse(stdout)).toMatchObject({ code: 'run-interrupted' })
    }
    expect(writes(trial.sandbox)).toBe(2)
  })

  test('is remarked on by a dry run, and finishing it can be looked at first', async ({ open }) => {
    const trial = await open({ servers: [...TWO] })
    await trial.setUp(['--yes'])
    await cutShort(trial, 3)
    trial.sandbox.edit('id-n8n', { url: TWO[1]?.['url'] })
    const files = await readFile(await newestFile(trial), 'utf8')
    const dry = await trial.call(['--dry-run'])
    expect([dry.code, sentence(dry.stderr)]).toEqual([
      0,
      expect.stringContaining('did not finish. Both ways ask the gateway first what was written.'),
    ])
    expect(dry.stderr).toMatch(
      /\n {4}npx mcp-url-migrate --unfinished finish --yes --url \S+ --journal \S+\n/,
    )
    const look = await trial.call(['--dry-run', '--unfinished', 'finish'])
    expect(sentence(look.stdout)).toContain('Finishing run')
    expect(look.stdout).toContain('+ http://mcp-proxy-sse:8080\n    n8n  /servers/n8n/sse\n')
    expect(look.stdout).not.toContain('servers/fetch')
    expect(await readFile(await newestFile(trial), 'utf8')).toBe(files)
  })

  test('is finished under its own id, with what the gateway tells of the write in flight', async ({
    open,
  }) => {
    const trial = await open({ servers: [...TWO] })
    await trial.setUp(['--yes'])
    const run = idOf(await newestFile(trial))
    await cutShort(trial, 2)
    trial.sandbox.edit('id-n8n', { url: TWO[1]?.['url'] })
    const finished = await trial.call(['--unfinished', 'finish', '--yes', '--json'])
    expect(finished.code).toBe(0)
    expect(documentOf<RunDocument>(finished)).toMatchObject({
      run: { id: run },
      changes: [{ outcome: 'applied' }, { outcome: 'applied' }],
    })
    expect(await trial.journalFiles()).toEqual([`${run}.jsonl`])
    expect((await trial.call(['history', '--check'])).code).toBe(0)
    expect((await trial.call(['--revert', run, '--yes'])).code).toBe(0)
    expect(urls(trial.sandbox.rows())).toEqual(urls([...TWO] as SandboxRow[]))
  })

  test('whose write never arrived: that server is written when it is finished', async ({ open }) => {
    const trial = await open({ servers: [...TWO] })
    await trial.setUp(['--yes'])
    await cutShort(trial, 2)
    for (const server of TWO) trial.sandbox.edit(String(server['server_id']), { url: server['url'] })
    expect((await trial.call(['--unfinished', 'finish', '--yes', '--patience', '0'])).code).toBe(0)
    expect(Object.values(urls(trial.sandbox.rows()))).toEqual([
      'http://mcp-proxy-sse:8080/servers/fetch/sse',
      'http://mcp-proxy-sse:8080/servers/n8n/sse',
    ])
  })

  test('is taken back as a whole, by --unfinished revert or by its name, and has its end then', async ({
    open,
  }) => {
    for (const named of [false, true]) {
      const trial = await open({ servers: [...TWO] })
      const before = urls(trial.sandbox.rows())
      await trial.setUp(['--yes'])
      const run = idOf(await newestFile(trial))
      await cutShort(trial, 4)
      expect(sentence((await trial.call(['history'])).stdout)).toContain(
        '1 of 2 changed, 1 unknown, DID NOT END',
      )
      const back = await trial.call([...(named ? ['--revert', run] : ['--unfinished', 'revert']), '--yes'])
      expect([back.code, sentence(back.stderr)]).toEqual([
        0,
        expect.stringContaining(`Run ${run} is marked as ended in the journal now.`),
      ])
      expect(urls(trial.sandbox.rows())).toEqual(before)
      expect(sentence((await trial.call(['history'])).stdout)).toContain(
        '2 of 2 changed, stopped (interrupted)',
      )
      expect((await trial.call(['--yes'])).code).toBe(0)
    }
  })

  test('and changed nothing only gets its end when it is taken back', async ({ open }) => {
    const trial = await open({ servers: [...TWO] })
    await trial.setUp(['--yes'])
    await cutShort(trial, 2)
    for (const server of TWO) trial.sandbox.edit(String(server['server_id']), { url: server['url'] })
    const back = await trial.call(['--unfinished', 'revert', '--yes', '--patience', '0', '--json'])
    expect([back.code, documentOf<RunDocument>(back).run]).toEqual([0, null])
    expect(await trial.journalFiles()).toHaveLength(1)
    expect(writes(trial.sandbox)).toBe(2)
    expect((await trial.call(['--yes'])).code).toBe(0)
  })

  test('and was itself a revert: finish completes it, revert undoes it', async ({ open }) => {
    for (const [way, place] of [
      ['finish', 'localhost:8585'],
      ['revert', 'mcp-proxy-sse:8080'],
    ] as const) {
      const trial = await open({ servers: [...TWO] })
      await trial.setUp(['--yes'])
      const [fetched] = Object.values(urls(trial.sandbox.rows()))
      await trial.setUp(['--revert', '--yes'])
      await cutShort(trial, 3)
      trial.sandbox.edit('id-n8n', { url: String(fetched).replace('fetch', 'n8n') })
      expect((await trial.call(['--unfinished', way, '--yes'])).code).toBe(0)
      for (const url of Object.values(urls(trial.sandbox.rows()))) expect(url).toContain(place)
      expect(sentence((await trial.call(['--dry-run'])).stderr)).not.toContain('did not finish')
    }
  })

  test('and whose last server somebody edited meanwhile: left alone, with the three states', async ({
    open,
  }) => {
    const trial = await open({ servers: [...TWO] })
    await trial.setUp(['--yes'])
    await cutShort(trial, 4)
    trial.sandbox.edit('id-n8n', { url: 'http://elsewhere/n8n' })
    const { code, stdout } = await trial.call(['--unfinished', 'finish', '--yes'])
    expect(code).toBe(4)
    expect(sentence(stdout)).toContain(
      'url before http://localhost:8585/servers/n8n/sse ours http://mcp-proxy-sse:8080/servers/n8n/sse now http://elsewhere/n8n',
    )
    expect(urls(trial.sandbox.rows())['id-n8n']).toBe('http://elsewhere/n8n')
    expect((await trial.call(['--yes', '--dry-run'])).stderr).not.toContain('did not finish')
  })

  test('what else changed around the write in flight is told, and stops the rest: exit 4', async ({
    open,
  }) => {
    const trial = await open({ servers: [...TWO] })
    await trial.setUp(['--yes'])
    await cutShort(trial, 2)
    trial.sandbox.edit('id-fetch', { mcp_access_groups: ['everybody'] })
    trial.sandbox.edit('id-n8n', { url: TWO[1]?.['url'] })
    const { code, stdout } = await trial.call(['--unfinished', 'finish', '--yes'])
    expect(code).toBe(4)
    expect(sentence(stdout)).toContain('SECURITY: mcp_access_groups changed with it')
    expect(sentence(stdout)).toContain('The run stopped: a write changed who may reach a server.')
    expect(urls(trial.sandbox.rows())['id-n8n']).toBe(TWO[1]?.['url'])
    expect(writes(trial.sandbox)).toBe(2)
  })

  test('whose only server was edited after its write: exit 4, for something was written', async ({
    open,
  }) => {
    const trial = await open({ servers: [...TWO] })
    await trial.setUp(['--yes', '--only', 'fetch'])
    await cutShort(trial, 2)
    trial.sandbox.edit('id-fetch', { url: 'http://elsewhere/fetch' })
    const { code, stdout } = await trial.call(['--unfinished', 'finish', '--yes'])
    expect([code, stdout]).toEqual([4, expect.not.stringContaining('Nothing was written.')])
    expect(sentence(stdout)).toContain(
      'Nothing is written: 1 server is not as the run left it, and stays that way.',
    )
    expect(sentence(stdout)).toContain('changed, and then changed by somebody else')
  })

  test('part of which was taken back by its name: finishing it writes that part again', async ({ open }) => {
    const trial = await open({ servers: [...TWO] })
    await trial.setUp(['--yes'])
    const run = idOf(await newestFile(trial))
    await cutShort(trial, 5)
    expect((await trial.call(['--revert', run, '--only', 'fetch', '--yes'])).code).toBe(0)
    const finished = await trial.call(['--unfinished', 'finish', '--yes', '--json'])
    expect(finished.code).toBe(0)
    expect(documentOf<RunDocument>(finished).changes).toMatchObject([
      { outcome: 'applied' },
      { outcome: 'applied' },
    ])
    for (const url of Object.values(urls(trial.sandbox.rows()))) expect(url).toContain('mcp-proxy-sse')
  })

  test('that was taken back as a whole, by a process that died before it could say so', async ({ open }) => {
    for (const [way, place] of [
      ['finish', 'mcp-proxy-sse'],
      ['revert', 'localhost'],
    ] as const) {
      const trial = await open({ servers: [...TWO] })
      await trial.setUp(['--yes'])
      const first = await newestFile(trial)
      await cutShort(trial, 5)
      const text = await readFile(first, 'utf8')
      await trial.setUp(['--unfinished', 'revert', '--yes'])
      await writeFile(first, text)
      const settled = await trial.call(['--unfinished', way, '--yes', '--json'])
      expect(settled.code).toBe(0)
      for (const url of Object.values(urls(trial.sandbox.rows()))) expect(url).toContain(place)
      expect((await trial.call(['--dry-run'])).stderr).not.toContain('did not finish')
    }
  })

  test('one of whose servers is gone has its end all the same when it is taken back', async ({ open }) => {
    const trial = await open({ servers: [...TWO] })
    await trial.setUp(['--yes', '--only', 'n8n'])
    await cutShort(trial, 3)
    await remove(trial, 'id-n8n')
    const back = await trial.call(['--unfinished', 'revert', '--yes'])
    expect([back.code, sentence(back.stdout)]).toEqual([1, expect.stringContaining('n8n [absent]')])
    expect((await trial.call(['--yes', '--only', 'fetch'])).code).toBe(0)
  })

  test('is taken back whatever --canary says', async ({ open }) => {
    const trial = await open({ servers: [...TWO], version: '1.80.0' })
    const before = urls(trial.sandbox.rows())
    await trial.setUp(['--yes'])
    await cutShort(trial, 5)
    expect((await trial.call(['--unfinished', 'revert', '--yes', '--canary'])).code).toBe(0)
    expect(urls(trial.sandbox.rows())).toEqual(before)
  })

  test('what else changed in a write of unknown end is told when it is taken back', async ({ open }) => {
    const trial = await open({ servers: [...TWO] })
    await trial.setUp(['--yes', '--only', 'fetch'])
    await cutShort(trial, 2)
    trial.sandbox.edit('id-fetch', { mcp_access_groups: ['everybody'] })
    const { stdout } = await trial.call(['--unfinished', 'revert', '--yes'])
    expect(sentence(stdout)).toContain(
      "fetch: mcp_access_groups: not as before that run's write, and not put back by this",
    )
  })

  test('--unfinished with nothing unfinished is ignored; with damage that may hide one it is not', async ({
    open,
  }) => {
    const trial = await open({ servers: [...TWO] })
    expect((await trial.call(['--unfinished', 'revert', '--yes', '--only', 'fetch'])).code).toBe(0)
    expect(writes(trial.sandbox)).toBe(1)
    await writeFile(await newestFile(trial), 'x\ny\n')
    const { code, stderr } = await trial.call(['--unfinished', 'finish', '--yes'])
    expect([code, sentence(stderr)]).toEqual([1, expect.stringContaining('this is not a record')])
    expect(writes(trial.sandbox)).toBe(1)
  })

  test('is noticed through another name of this machine, too', async ({ open }) => {
    const trial = await open({ servers: [...TWO] })
    await trial.setUp(['--yes'])
    await cutShort(trial, 5)
    const url = trial.sandbox.url.replace('127.0.0.1', 'localhost')
    const { code, stderr } = await trial.call(['--yes', '--url', url])
    expect([code, sentence(stderr)]).toEqual([3, expect.stringContaining('did not finish')])
    const back = await trial.call(['--unfinished', 'revert', '--yes', '--url', url])
    expect(back.code).toBe(0)
    expect(urls(trial.sandbox.rows())).toEqual(urls([...TWO] as SandboxRow[]))
  })

  test('of another gateway is not noticed', async ({ open }) => {
    // The same ids, made at another time: nothing connects the two.
    const others = TWO.map((server) => ({ ...server, created_at: '2026-01-02T03:04:05Z' }))
    const [trial, other] = [await open({ servers: [...TWO] }), await open({ servers: others })]
    await trial.setUp(['--yes'])
    await cutShort(trial, 3)
    const args = ['--yes', '--journal', trial.journal]
    expect((await other.call(args)).code).toBe(0)
  })
})

describe.concurrent('a run that came to its end:', () => {
  test('one that wrote nothing in the end does not hide the one before it', async ({ open }) => {
    const trial = await open({ servers: [...TWO] })
    const before = urls(trial.sandbox.rows())
    await trial.setUp(['--yes', '--only', 'fetch'])
    await trial.setUp(['--yes', '--only', 'n8n'])
    await cutShort(trial, 2)
    trial.sandbox.edit('id-n8n', { url: before['id-n8n'] })
    await trial.setUp(['--unfinished', 'revert', '--yes', '--patience', '0'])
    const { code, stdout } = await trial.call(['--revert', '--yes'])
    expect([code, sentence(stdout)]).toEqual([0, expect.stringContaining('1 of 1 server taken back')])
    expect(urls(trial.sandbox.rows())).toEqual(before)
  })
})

describe.concurrent('other runs:', () => {
  test('one that stays in force is named when another is taken back', async ({ open }) => {
    const trial = await open({ servers: [...TWO] })
    await trial.setUp(['--yes', '--only', 'fetch'])
    const first = idOf(await newestFile(trial))
    await trial.setUp(['--yes', '--only', 'n8n'])
    const stays = `Run ${first} stays in force (1 server); --revert ${first} takes it back.`
    expect(sentence((await trial.call(['--revert', '--dry-run'])).stdout)).toContain(stays)
    // Taken back and done again it still is; taken back once more it is not.
    const newest = idOf(await newestFile(trial))
    await trial.setUp(['--revert', first, '--yes'])
    expect(sentence((await trial.call(['--revert', newest, '--dry-run'])).stdout)).not.toContain(
      'stays in force',
    )
    await trial.setUp(['--revert', '--yes'])
    expect(sentence((await trial.call(['--revert', newest, '--dry-run'])).stdout)).toContain(stays)
  })

  test('a damaged one of the same beginning is not passed over', async ({ open }) => {
    const trial = await open({ servers: [...TWO] })
    await trial.setUp(['--yes', '--only', 'fetch'])
    await trial.setUp(['--yes', '--only', 'n8n'])
    await writeFile(await newestFile(trial), 'x\ny\n')
    const { code, stderr } = await trial.call(['--revert', '2', '--yes'])
    expect([code, sentence(stderr)]).toEqual([1, expect.stringContaining('this is not a record')])
  })
})

describe.concurrent('a secret that was typed in the wrong place is not repeated:', () => {
  for (const args of [
    ['--key=hunter2hunter2'],
    ['--key-file', 'sk-hunter2hunter2'],
    ['history', 'sk-hunter2hunter2'],
    ['sk-hunter2hunter2'],
  ]) {
    test(args.join(' ').replace(/hunter2/g, '…'), async ({ open }) => {
      const trial = await open({ servers: [] })
      const { code, stdout, stderr } = await trial.run([...args, '--json'])
      expect(code).not.toBe(0)
      expect(stdout + stderr).not.toContain('hunter2')
    })
  }
})

describe.concurrent('a run that had only its last line still to write', () => {
  test('says that a restart is needed when it is finished, where the release needs one', async ({ open }) => {
    const trial = await open({ version: '1.77.7', servers: [...TWO] })
    await trial.setUp(['--yes'])
    await cutShort(trial, 5)
    const { code, stdout } = await trial.call(['--unfinished', 'finish', '--yes'])
    expect([code, sentence(stdout)]).toEqual([0, expect.stringContaining('Next: restart LiteLLM')])
    await cutShort(trial, 5)
    const done = await trial.call(['--unfinished', 'finish', '--yes', '--json'])
    expect(documentOf(done)['restartRequired']).toBe(true)
  })
})
