import { expect, test } from 'vitest'
import { type Docker, DockerFailure, type Ended } from '../../src/docker/port.ts'
import { witnessInside } from '../../src/docker/witness/witness.ts'
import { container, engineWith } from '../support/containers.ts'

const RUN = 'run a program inside a container'

/** What a witness in a container tells of an address, and with which programs it looked. */
async function look(run: (program: string) => Promise<Ended>) {
  const asked: string[] = []
  const docker: Docker = {
    ...engineWith([]),
    look: (_, [program = '']) => {
      asked.push(program)
      return run(program)
    },
  }
  const reach = await witnessInside(docker, container('litellm', {})).look('http://mcp:8080/mcp', 'http')
  return { asked, evidence: reach.evidence.replace('from inside the container litellm: ', '') }
}

test('a witness takes python where there is no python3', async () => {
  const stdout = '{"event": "tools", "tools": []}'
  const { asked, evidence } = await look((program) =>
    program === 'python3'
      ? Promise.reject(new DockerFailure(RUN, 'it is not there', true))
      : Promise.resolve({ code: 0, stdout, stderr: '' }),
  )
  expect(asked).toEqual(['python3', 'python'])
  expect(evidence).toBe('it speaks MCP, and lists no tools')
})

test('says so where the container lacks both', async () => {
  const { evidence } = await look(() => Promise.reject(new DockerFailure(RUN, 'anything', true)))
  expect(evidence).toBe('there is neither python3 nor python to look with')
})

test('tells any other failure of Docker, whatever its words are', async () => {
  const { evidence } = await look(() => Promise.reject(new DockerFailure(RUN, 'it is not there')))
  expect(evidence).toBe(`Docker could not ${RUN}: it is not there`)
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
