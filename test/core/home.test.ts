import { expect, test } from 'vitest'
import { homeFolder } from '../../src/core/home.ts'

const account = (): string => '/home/of-the-account'

test('the home folder is HOME, where that is an absolute path', () => {
  expect(homeFolder({ HOME: '/home/anna' }, account)).toBe('/home/anna')
  for (const HOME of ['', '.', 'anna', undefined])
    expect([HOME, homeFolder({ HOME }, account)]).toEqual([HOME, '/home/of-the-account'])
})

test('nobody knows one where the account has none either', () => {
  const nobody = (): never => {
    throw new Error('no such user')
  }
  expect(homeFolder({}, nobody)).toBe(null)
  expect(homeFolder({ HOME: '' }, () => '')).toBe(null)
  expect(homeFolder({ HOME: '/' }, nobody)).toBe('/')
})
