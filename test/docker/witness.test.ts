import { expect, test } from 'vitest'
import { type Docker, DockerFailure } from '../../src/docker/port.ts'
import { witnessInside } from '../../src/docker/witness/witness.ts'
import { container, engineWith } from '../support/containers.ts'

const RUN = 'run a program inside a container'

/** What a witness tells of an address, in a container where no program can be run. */
async function lookWithout(failure: DockerFailure): Promise<string> {
  const docker: Docker = { ...engineWith([]), look: () => Promise.reject(failure) }
  const { evidence } = await witnessInside(docker, container('litellm', {})).look(
    'http://mcp:8080/mcp',
    'http',
  )
  return evidence.replace('from inside the container litellm: ', '')
}

test.each([
  ['python', 'python3 python python'],
  ['none', 'python3 python'],
])('which Python a container has is found out once: %s', async (there, all) => {
  const asked: string[] = []
  const docker: Docker = {
    ...engineWith([]),
    look: async (_, [program = '']) => {
      asked.push(program)
      if (program !== there) throw new DockerFailure(RUN, 'it is not there', true)
      return { code: 0, stdout: '{"event": "tools", "tools": []}', stderr: '' }
    },
  }
  const witness = witnessInside(docker, container('litellm', {}))
  for (const host of ['a', 'b']) await witness.look(`http://${host}/mcp`, 'http')
  expect(asked).toEqual(all.split(' '))
})

test('says so where the container lacks both', async () => {
  expect(await lookWithout(new DockerFailure(RUN, 'anything', true))).toBe(
    'there is neither python3 nor python to look with',
  )
})

test('tells any other failure of Docker, whatever its words are', async () => {
  expect(await lookWithout(new DockerFailure(RUN, 'it is not there'))).toBe(
    `Docker could not ${RUN}: it is not there`,
  )
})

test('asks an engine that has failed no more', async () => {
  let asked = 0
  const docker: Docker = {
    ...engineWith([]),
    look: () => {
      asked += 1
      return Promise.reject(new DockerFailure(RUN, 'no answer in 20 s'))
    },
  }
  const witness = witnessInside(docker, container('litellm', {}))
  const looks = [await witness.look('http://a/mcp', 'http'), await witness.look('http://b/sse', 'sse')]
  const reason = `from inside the container litellm: Docker could not ${RUN}: no answer in 20 s`
  for (const { kind, evidence } of looks) expect([kind, evidence]).toEqual(['unclear', reason])
  expect(asked).toBe(1)
})
