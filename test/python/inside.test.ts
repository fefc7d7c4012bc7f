import { expect, test } from 'vitest'
import { ASKING } from '../../src/runs/verify/scene/inside.ts'
import { listen, says } from '../support/hostile.ts'
import { runPython } from './run.ts'

test('a request from inside the container is redirected within the origin, and not to another one', async () => {
  const other = await listen(says(200, {}))
  const front = await listen((asked, answer) => {
    const location = asked.url === '/status' ? '/there' : `${other.url}/status`
    answer.writeHead(302, { location }).end()
  })
  const { stdout } = await runPython(['-c', ASKING, `${front.url}/status`, '2'])
  expect(JSON.parse(stdout)).toMatchObject({ addresses: ['127.0.0.1'], status: 302 })
  expect(front.seen.map(({ target }) => target)).toEqual(['/status', '/there'])
  expect(other.seen).toEqual([])
  await front.close()
  await other.close()
})
