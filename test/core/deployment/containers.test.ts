import { expect, test } from 'vitest'
import {
  commandTo,
  type ComposeService,
  madeAnew,
  type NamedContainer,
} from '../../../src/core/deployment/containers.ts'
import { composeServiceOf, type Labels } from '../../../src/docker/api/compose.ts'

const composed = (compose: ComposeService): NamedContainer => ({
  engine: 'docker',
  name: 'shop-px-1',
  compose,
})

/** What each program writes into the labels of the containers that it makes. */
const V2: Labels = {
  'com.docker.compose.project': 'shop',
  'com.docker.compose.service': 'px',
  'com.docker.compose.version': '2.39.1',
  'com.docker.compose.project.working_dir': '/srv/my shop',
  'com.docker.compose.project.config_files': '/srv/my shop/compose.yaml,/srv/my shop/compose.prod.yaml',
  'com.docker.compose.project.environment_file': '/srv/my shop/prod.env',
}
const V1: Labels = {
  'com.docker.compose.project': 'shop',
  'com.docker.compose.service': 'px',
  'com.docker.compose.version': '1.29.2',
  'com.docker.compose.project.working_dir': '/srv/shop',
  'com.docker.compose.project.config_files': 'docker-compose.yml',
}
const PODMAN: Labels = {
  'io.podman.compose.project': 'shop',
  'io.podman.compose.version': '1.0.3',
  'com.docker.compose.project': 'shop',
  'com.docker.compose.service': 'px',
  'com.docker.compose.project.working_dir': '/srv/shop',
  'com.docker.compose.project.config_files': 'compose.yaml',
}

const commandsFor = (labels: Labels): string[] => {
  const compose = composeServiceOf(labels)
  if (!compose) throw new Error('no service of Compose')
  const container = composed(compose)
  return [commandTo('restart', container), madeAnew(container, '', 'Take ports: out of').command]
}

test('a container of Compose gets commands of the program that made it, ready for a shell', () => {
  const files =
    "-f '/srv/my shop/compose.yaml' -f '/srv/my shop/compose.prod.yaml' --env-file '/srv/my shop/prod.env' -p shop"
  expect(commandsFor(V2)).toEqual([`docker compose ${files} restart px`, `docker compose ${files} up -d px`])
  expect(commandsFor(V1)).toEqual([
    'docker-compose -f /srv/shop/docker-compose.yml -p shop restart px',
    'docker-compose -f /srv/shop/docker-compose.yml -p shop up -d px',
  ])
  expect(commandsFor(PODMAN)).toEqual([
    'podman-compose -f /srv/shop/compose.yaml -p shop restart px',
    'podman-compose -f /srv/shop/compose.yaml -p shop up -d --force-recreate px',
  ])
})

test('what came from standard input has no file, and other containers are nothing of Compose', () => {
  const piped = composeServiceOf({ ...V2, 'com.docker.compose.project.config_files': '-' })
  expect(piped?.files).toEqual([])
  expect(composeServiceOf({})).toBeNull()
  // Of `docker compose run`: a command for the service would reach another container.
  expect(composeServiceOf({ ...V2, 'com.docker.compose.oneoff': 'True' })).toBeNull()
  expect(composeServiceOf({ 'com.docker.compose.project': 'shop' })).toBeNull()
})

test('every name is one word for a shell', () => {
  const odd: NamedContainer = { engine: 'podman', name: "it's; rm -rf", compose: null }
  expect(commandTo('logs', odd)).toBe(`podman logs --tail 50 'it'\\''s; rm -rf'`)
  expect(madeAnew(odd, 'x', 'y').command).toBe(`podman rm -f 'it'\\''s; rm -rf'`)
})
