import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Python } from '../../src/docker/python.ts'
import { witnessInside } from '../../src/docker/witness/witness.ts'
import { askInside } from '../../src/runs/verify/scene/inside.ts'
import { temporaryFolder } from '../support/cli.ts'
import { listen, says } from '../support/hostile.ts'
import { engineHere } from './run.ts'

const HERE = { id: 'x', name: 'litellm' }

test('a request from inside the container is redirected within the origin, and not to another one', async () => {
  const other = await listen(says(200, {}))
  const front = await listen((asked, answer) => {
    const location = asked.url === '/status' ? '/there' : `${other.url}/status`
    answer.writeHead(302, { location }).end()
  })
  const found = await askInside(engineHere(), 'x', `${front.url}/status`, 2000)
  expect(found).toMatchObject({ addresses: ['127.0.0.1'], status: 302 })
  expect(front.seen.map(({ target }) => target)).toEqual(['/status', '/there'])
  expect(other.seen).toEqual([])
  await front.close()
  await other.close()
})

test('what is asked stands in no command line', async () => {
  const place = await listen(says(404, {}))
  const engine = engineHere()
  await witnessInside(engine, HERE).look(`${place.url}/sse?api_key=hidden-one`, 'sse')
  await askInside(engine, 'x', `${place.url}/status?api_key=hidden-one`, 2000)
  expect(place.seen.map(({ target }) => target)).toContain('/sse?api_key=hidden-one')
  expect(engine.ran.length).toBeGreaterThan(1)
  for (const { command } of engine.ran) {
    expect(command.slice(0, -1)).toEqual(['python3', '-I', '-S', '-B', '-c'])
    expect(command.at(-1)).not.toMatch(/hidden-one|127\.0\.0\.1/)
  }
  await place.close()
})

test('nothing of the container is run as a part of it, and nothing is written there', async () => {
  const place = await listen(says(200, {}))
  const folder = await temporaryFolder()
  const lib = join(folder, 'lib')
  await mkdir(lib)
  const trap = `open(${JSON.stringify(join(folder, 'sprung'))}, "w")\n`
  for (const name of ['json', 'socket', 'ssl', 'threading', 'sitecustomize', 'usercustomize'])
    for (const at of [folder, lib]) await writeFile(join(at, `${name}.py`), trap)
  const before = await readdir(folder, { recursive: true })
  const env = { PYTHONPATH: lib, PYTHONSTARTUP: join(folder, 'json.py'), PYTHONINSPECT: '1' }
  const engine = engineHere({ cwd: folder, env })
  expect(await askInside(engine, 'x', `${place.url}/status`, 2000)).toMatchObject({ status: 200 })
  expect((await witnessInside(engine, HERE).look(`${place.url}/sse`, 'sse')).kind).toBe('not-mcp')
  expect(await readdir(folder, { recursive: true })).toEqual(before)
  await place.close()
})

test('an answer that never comes to its end is left in time, with the addresses', async () => {
  const open: NodeJS.Timeout[] = []
  const drips = await listen((_, answer) => {
    answer.writeHead(200)
    open.push(setInterval(() => answer.write('x'), 100))
  })
  const found = await askInside(engineHere(), 'x', `${drips.url}/status`, 500)
  expect(found).toEqual({ addresses: ['127.0.0.1'], status: null, body: '', error: 'timed out' })
  for (const each of open) clearInterval(each)
  await drips.close()
})

test('a script that hangs where it cannot be stopped from within is ended by its system', async () => {
  const held = 'import ctypes\nctypes.PyDLL(None).sleep(60)'
  const ended = await new Python(engineHere(), 'x').run(`end_in_time(lambda: "late")\n${held}`, {
    url: 'http://x',
    seconds: 0.2,
  })
  expect(ended).toMatchObject({ stdout: '', isLate: true })
})
