import { stat } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { allPages, type Page, placeOf } from './pages.ts'

const pages = await allPages()

/** A page as readers see it: without what stands in blocks and between backticks. */
const prose = ({ text }: Page): string => text.replaceAll(/^```[\s\S]*?^```/gm, '')

/** What a heading is called in an address, as GitHub and npm make it. */
const anchor = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')

const anchors = (page: Page): string[] =>
  [...prose(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchor(heading))

/** The links of a page to files of the project, from the root: `docs/guide.md#keys`. */
const links = (page: Page): string[] =>
  [...prose(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const { pathname, hash } = new URL(target, `http://docs/${page.path}`)
      return `${pathname.slice(1)}${hash}`
    })

async function isBroken(link: string): Promise<boolean> {
  const [path = '', heading] = link.split('#')
  if (!(await stat(placeOf(path)).catch(() => null))) return true
  const page = pages.find((each) => each.path === path)
  return heading !== undefined && !(page && anchors(page).includes(heading))
}

test('every link leads to a file, and to a heading, that exists', async () => {
  const all = pages.flatMap((page) => links(page).map((link) => ({ from: page.path, link })))
  expect(all.length).toBeGreaterThan(40)
  const broken = await Promise.all(all.map(async (each) => ((await isBroken(each.link)) ? [each] : [])))
  expect(broken.flat()).toEqual([])
})

test('every page is found from the index, or from a page that is', () => {
  const reached = new Set(['README.md'])
  for (const path of reached) {
    const page = pages.find((each) => each.path === path)
    for (const link of page ? links(page) : []) reached.add(link.replace(/#.*/, ''))
  }
  expect(pages.map(({ path }) => path).filter((path) => !reached.has(path))).toEqual([])
})

test('every page begins with its one heading, and says in a sentence what it is for', () => {
  for (const page of pages) {
    const [heading = '', empty, sentence = ''] = page.text.replace(/<!--.*?-->\n\n/, '').split('\n')
    expect([page.path, heading, empty]).toEqual([page.path, expect.stringMatching(/^# \S/), ''])
    expect([page.path, sentence]).toEqual([page.path, expect.stringMatching(/^[\p{L}`[]/u)])
  }
})

test('the README can be read in a few minutes', () => {
  const [readme] = pages
  expect(readme?.text.split('\n').length).toBeLessThanOrEqual(130)
  expect(readme?.text.split(/\s+/).length).toBeLessThan(1200)
})
