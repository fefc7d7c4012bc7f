import { chmod, readFile, writeFile } from 'node:fs/promises'
import { hostname, userInfo } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { BIN } from './cli.ts'
import { isUpdating } from './generated.ts'
import { Screen } from './screen.ts'

/**
 * Sessions in the documentation: blocks of ```console, in which a line that begins with `$ ` is a command, and one that ends
 * in a usual answer and another one, as in `Change 7 servers on http://127.0.0.1:40404? [n] y`, a question with what is typed.
 * All else is what the program says. With UPDATE_DOCS=1 in the environment, they are written anew from what happens: of a new
 * session the commands and answers are enough (`$ npx mcp-url-migrate --sandbox`, and below it `[n] y`).
 */
const BLOCK = /(?<=^```(console|sh)\n)[\s\S]*?(?=^```$)/gm

/** A question with its usual answer, and what was typed. */
const ANSWERED = /\[(?:[a-z]|https?:[^\]]+)\] (\S+)$/

/** A question that waits. */
const OPEN = /\[(?:[a-z]|https?:[^\]]+)\] $/

/** Where sessions are played. */
export interface DocPlace {
  /** A folder of their own: the current one, home, and where `npx` is found. */
  folder: string
  env?: Record<string, string>
}

/** Makes `npx mcp-url-migrate` this build in a place: what npx itself does is tried with the packed package. */
export async function shimNpx({ folder }: DocPlace): Promise<void> {
  const npx = `#!/bin/sh\n[ "$1" = mcp-url-migrate ] || exit 99\nshift\nexec "${process.execPath}" "${BIN}" "$@"\n`
  await writeFile(join(folder, 'npx'), npx)
  await chmod(join(folder, 'npx'), 0o755)
}

/** What differs from run to run and from machine to machine, and what stands for it in the documentation: of the same length where that can be. */
const STAND_INS: readonly (readonly [what: RegExp, standIn: string])[] = [
  [/127\.0\.0\.1:\d+/g, '127.0.0.1:40404'],
  [/\blocalhost:\d{5}\b/g, 'localhost:4000'],
  [/\b\d{8}T\d{6}Z-[\da-f]{6}\b/g, '20261124T031446Z-699af4'],
  [/\b[\da-f]{8}-[\da-f]{4}-[\da-f-]{22}\b/g, '90bd66d6-70ff-4b98-8366-adcd901d84ac'],
  [/\b[\da-f]{64}\b/g, '5363863ec8c20e5d13d8d1342a6bf5a513e4051b40685af6cdd6e3e0d557f101'],
  [/\b\d{4}-\d\d-\d\dT[\d:.]+Z/g, '2026-11-24T03:14:46.159Z'],
  [/\b\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)?/g, '2026-11-24 03:14'],
  [/\bprocess \d+/g, 'process 40127'],
  [/\bsk-sandbox-[\w-]{22}/g, 'sk-sandbox-bV3k0Tq7sYw2xHc9LmN1pA'],
  [/\S*\/mcp-url-migrate-sandbox-\w{6}/g, '/tmp/mcp-url-migrate-sandbox-k3Xw9a'],
]

const plainly = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** Who runs the tests, and where. */
const OWN: typeof STAND_INS = [
  [new RegExp(`\\bby(\\s+)${plainly(userInfo().username)}\\b`, 'g'), 'by$1anna'],
  [new RegExp(`\\bon(\\s+)${plainly(hostname())}(?![\\w.-]*\\w)`, 'g'), 'on$1build-1'],
]

/** A text with stand-ins for what differs from run to run and from machine to machine. */
export function withStandIns(text: string, { folder }: DocPlace): string {
  const all: typeof STAND_INS = [[new RegExp(plainly(folder), 'g'), '/home/anna'], ...OWN, ...STAND_INS]
  return all.reduce((before, [what, standIn]) => before.replaceAll(what, standIn), text)
}

/** A text word by word: how lines are broken depends on how long the names of a machine are. */
const words = (text: string): string =>
  text
    .replaceAll(/ \\$/gm, '')
    .split(/\s+/)
    .filter((word) => word !== '')
    .join('\n')

const answersIn = (lines: readonly string[]): string[] =>
  lines.flatMap((line) => ANSWERED.exec(line)?.[1] ?? [])

/**
 * Answers what a command asks, one after the other, until it has ended; where more is asked than is answered, with Enter alone.
 * `onTyped` is called when an answer stands on the screen, before Enter.
 */
export async function answerAll(
  screen: Screen,
  answers: readonly string[],
  onTyped: () => void = () => undefined,
): Promise<void> {
  for (let asked = 0; ; asked += 1) {
    const isAsked = (): boolean => OPEN.test(screen.cursorLine) && answersIn(screen.lines).length === asked
    await screen.until(`question ${asked + 1}, or the end`, () => screen.exit !== null || isAsked())
    if (screen.exit !== null) return
    const answer = answers[asked] ?? ''
    const question = screen.cursorLine
    screen.type(answer)
    // A text that comes together with the end of its line is taken for one that was pasted.
    await screen.until(`the echo of ${answer}`, () => screen.cursorLine === question + answer)
    onTyped()
    screen.type('\r')
  }
}

/** Plays one command. Returns what stands on the screen at its end. */
async function playCommand(
  command: string,
  answers: readonly string[],
  { folder, env = {} }: DocPlace,
): Promise<string[]> {
  const PATH = `${folder}:${process.env['PATH'] ?? ''}`
  const screen = new Screen({
    command,
    cwd: folder,
    env: { PATH, HOME: folder, NO_COLOR: '1', ...env },
  })
  try {
    await answerAll(screen, answers)
    return screen.lines
  } finally {
    screen.close()
  }
}

/** Plays a block. Returns it as it should read. */
async function playBlock(block: string, place: DocPlace): Promise<string> {
  const played: string[] = []
  const [, ...commands] = `\n${block}`.split(/^\$ /m)
  for (const each of commands) {
    const [command = '', ...lines] = each.trimEnd().split('\n')
    const seen = await playCommand(command, answersIn(lines), place)
    played.push(`$ ${command}`, ...seen)
  }
  return `${withStandIns(played.join('\n'), place)}\n`
}

/**
 * Plays the sessions of a page, one after the other, and holds them to what happens; with UPDATE_DOCS=1 the page is written anew
 * instead. `follow` is given the blocks of ```sh between them, in their turn. Fails where there are neither.
 */
export async function playPage(
  file: URL,
  place: DocPlace,
  follow: (block: string) => Promise<void> = async () => undefined,
): Promise<void> {
  const page = await readFile(file, 'utf8')
  const blocks = [...page.matchAll(BLOCK)].map(([text, language]) => ({ text, language }))
  expect(blocks.length).toBeGreaterThan(0)
  const played: string[] = []
  for (const { text, language } of blocks) {
    if (language === 'sh') await follow(text)
    played.push(language === 'sh' ? text : await playBlock(text, place))
  }
  if (!isUpdating) return expect(played.map(words)).toEqual(blocks.map(({ text }) => words(text)))
  const renewed = page.replace(BLOCK, () => played.shift() ?? '')
  // A page without sessions may have been made anew meanwhile, out of the source.
  if (renewed !== page) await writeFile(file, renewed)
}
