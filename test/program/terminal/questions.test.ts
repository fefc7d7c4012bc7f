import { describe, expect, vi } from 'vitest'
import { KEY } from '../../support/pty.ts'
import { watchForLeaks } from '../../support/secrets.ts'
import {
  expectCursorShown,
  expectNothingWritten,
  NEW,
  OLD,
  type Sitting,
  test,
  THREE,
} from '../../support/sitting.ts'
import { guideServer, sentence, urls, writes } from '../../support/trial.ts'

watchForLeaks()
vi.setConfig({ maxConcurrency: 4, testTimeout: 60_000 })

const DUMB = { TERM: 'dumb' }
const KEYLESS = { LITELLM_PROXY_API_KEY: '' }
const WRONG = 'sk-wrong-and-never-shown-4711'

const question = ({ sandbox }: Sitting, n = 3): string => `Change ${n} servers on ${sandbox.url}? [n]`

describe.concurrent('a text that was pasted', () => {
  test('decides nothing, neither by a line in its middle nor by its last one', async ({ sit }) => {
    const trial = await sit()
    const session = trial.start()
    await session.waitFor(question(trial))
    for (const pasted of ['cd /srv\ry\ryes\rls -l\r', 'ls\ry\r', 'y\r\n\r\n', `${'y'.repeat(400)}\ry\r`]) {
      session.press(pasted)
      await session.waitFor('That is no answer here.')
      await session.waitFor(question(trial))
    }
    session.answer('n')
    await session.waitFor('Cancelled. Nothing was written.')
    expect([await session.exit(), writes(trial.sandbox)]).toEqual([130, 0])
  })

  test('answers as what is typed does where it is one line, whatever ends it', async ({ sit }) => {
    const trial = await sit()
    const session = trial.start()
    await session.waitFor(question(trial))
    session.press('y\r\n')
    expect([await session.exit(), writes(trial.sandbox)]).toEqual([0, 3])
  })

  test('marks what it holds in a list; the end of the input (Ctrl-D) is no consent to that: 130', async ({
    sit,
  }) => {
    const trial = await sit()
    const session = trial.start()
    await session.waitFor(question(trial))
    session.answer('s')
    await session.waitFor('0 of 3 marked')
    session.press('make all\r')
    await session.waitFor('of 3: ')
    await session.waitFor('? [n]')
    session.press(KEY.ctrlD)
    expect(await session.exit()).toBe(130)
    await expectNothingWritten(trial)
  })
})

describe.concurrent('what was typed before a question', () => {
  for (const [kind, env] of [
    ['a terminal', {}],
    ['a dumb one', DUMB],
  ] as const)
    test(`is no answer to it, in ${kind}`, async ({ sit }) => {
      const trial = await sit()
      const session = trial.start({ env })
      await session.waitFor('Signing in to')
      session.press('y\ry\ry\ry\ry')
      await session.waitFor(question(trial))
      session.press(KEY.enter)
      await session.waitFor('Cancelled. Nothing was written.')
      expect([await session.exit(), writes(trial.sandbox)]).toEqual([130, 0])
    })
})

describe.concurrent('a program that was stopped at a question (Ctrl-Z) and goes on (fg)', () => {
  test('asks it again, and hears the answer', async ({ sit }) => {
    const trial = await sit()
    const session = trial.start({ shell: 'set -m; eval "$TOOL --no-preflight"; echo stopped; fg' })
    await session.waitFor(question(trial))
    session.press('\u001a')
    await session.waitFor('stopped')
    await session.waitFor(question(trial))
    session.answer('y')
    expect([await session.exit(), writes(trial.sandbox)]).toEqual([0, 3])
  })
})

describe.concurrent('the diffs', () => {
  test('are shown by d, which decides nothing', async ({ sit }) => {
    const trial = await sit()
    const session = trial.start({ args: ['--only', 'fetch'] })
    await session.waitFor('y yes n no d diff ? help')
    await session.waitFor('Change 1 server on')
    session.answer('D')
    await session.waitFor('-url: http://localhost:8585/servers/fetch/sse')
    await session.waitFor('+url: http://mcp-proxy-sse:8080/servers/fetch/sse')
    await session.waitFor(`Change 1 server on ${trial.sandbox.url}? [n]`)
    expect(writes(trial.sandbox)).toBe(0)
    session.answer('y')
    expect([await session.exit(), writes(trial.sandbox)]).toEqual([0, 1])
  })
})

describe.concurrent('the list', () => {
  test('marks all and none with a, counts, and can be gone back to', async ({ sit }) => {
    const trial = await sit()
    const session = trial.start({ columns: 40, rows: 10 })
    await session.waitFor(question(trial))
    session.answer('s')
    await session.waitFor('0 of 3 marked')
    session.press('a')
    await session.waitFor('3 of 3 marked')
    session.press('a')
    await session.waitFor('0 of 3 marked')
    session.resize(60, 24)
    session.press(KEY.down, KEY.down, KEY.down, KEY.up, KEY.space)
    await session.waitFor('1 of 3 marked')
    session.press(KEY.enter)
    await session.waitFor('1 of 3: n8n')
    await session.waitFor('Change 1 server on')
    session.answer('s')
    await session.waitFor('0 of 3 marked')
    session.press('q')
    await session.waitFor('Change 1 server on')
    session.answer('yes')
    await session.waitFor('1 of 3 servers changed, 2 left as you chose.')
    expect(await session.exit()).toBe(0)
    expect(urls(trial.sandbox.rows())).toEqual({
      'id-fetch': OLD('fetch'),
      'id-n8n': NEW('n8n'),
      'id-postgres': OLD('postgres'),
    })
  })

  test('holds names of any length and script in a small window, harmless', async ({ sit }) => {
    const names = ['長い名前'.repeat(20), `bold\u001b[1m and ${'long '.repeat(20)}`, 'plain']
    const servers = names.map((alias, i) => ({ ...guideServer(`s${i}`), server_name: alias, alias }))
    const trial = await sit({ servers })
    const session = trial.start({ columns: 40, rows: 12 })
    await session.waitFor(question(trial))
    session.answer('s')
    await session.waitFor('0 of 3 marked')
    session.press(KEY.down, KEY.down, KEY.up, KEY.space, KEY.enter)
    await session.waitFor('1 of 3: plain')
    expect(session.raw).not.toContain('bold\u001b[1m')
    session.press(KEY.ctrlC)
    expect(await session.exit()).toBe(130)
  })
})

describe.concurrent('what was left with Ctrl-C', () => {
  test('shows the question, none of its keys, and the cursor again: 130, nothing was written', async ({
    sit,
  }) => {
    const trial = await sit()
    const session = trial.start()
    await session.waitFor(question(trial))
    session.press('half', KEY.ctrlC)
    await session.waitFor('Cancelled. Nothing was written.')
    expect(await session.exit()).toBe(130)
    const end = session.raw.slice(session.raw.lastIndexOf('\u001b[2K'))
    expect(sentence(end)).toContain(`Change 3 servers on ${trial.sandbox.url}? [n]`)
    expect(end).not.toMatch(/y yes|half/)
    expectCursorShown(session)
    await expectNothingWritten(trial)
  })
})

describe.concurrent('a wrong key', () => {
  test('that is typed is asked for again, and nothing of it is shown', async ({ sit }) => {
    const trial = await sit()
    const session = trial.start({ env: KEYLESS })
    await session.waitFor('Sign in to the gateway with [k]')
    session.press(KEY.enter)
    await session.waitFor('Admin key (hidden):')
    session.answer('')
    await session.waitFor('The key from the prompt is empty.')
    await session.waitFor('Admin key (hidden):')
    session.answer('two words')
    await session.waitFor('The key from the prompt holds characters that no key has.')
    await session.waitFor('Admin key (hidden):')
    session.answer(WRONG)
    await session.waitFor('The gateway does not accept this key.')
    await session.waitFor('Admin key (hidden):')
    session.press(...trial.sandbox.masterKey, 'x', KEY.backspace, KEY.enter)
    await session.waitFor('key from the prompt')
    await session.waitFor(question(trial))
    session.answer('n')
    expect(await session.exit()).toBe(130)
    expect(session.text).not.toMatch(/4711|two words|sk-wrong/)
    // Neither whole nor letter by letter.
    expect(session.raw).not.toContain(trial.sandbox.masterKey.slice(0, 12))
    expect(session.text).not.toContain(trial.sandbox.masterKey.slice(-6))
  })

  test('ends the program when it is typed for the third time', async ({ sit }) => {
    const trial = await sit()
    const session = trial.start({ env: KEYLESS })
    await session.waitFor('Sign in to the gateway with [k]')
    session.answer('key')
    for (const n of [1, 2, 3]) {
      await session.waitFor('Admin key (hidden):')
      session.answer(`${WRONG}-${n}`)
    }
    expect(await session.exit()).toBe(1)
    expect(sentence(session.text)).toContain('The gateway does not accept this key (')
    expect(session.text.match(/Admin key \(hidden\)/g)).toHaveLength(3)
    expect(session.text).not.toContain('4711')
  })

  test('that is pasted with a line break is refused as a whole, and nothing of it is shown', async ({
    sit,
  }) => {
    const trial = await sit()
    const session = trial.start({ env: KEYLESS })
    await session.waitFor('Sign in to the gateway with [k]')
    session.answer('k')
    await session.waitFor('Admin key (hidden):')
    session.press('sk-half\rrest-4711\r')
    await session.waitFor('The key from the prompt holds characters that no key has.')
    await session.waitFor('Admin key (hidden):')
    session.press(`${trial.sandbox.masterKey}\r\n\r\n`)
    await session.waitFor(question(trial))
    session.press(KEY.ctrlC)
    expect(await session.exit()).toBe(130)
    expect(session.text).not.toMatch(/4711|sk-half/)
  })

  test('from the environment ends it at once', async ({ sit }) => {
    const trial = await sit()
    const session = trial.start({ env: { LITELLM_PROXY_API_KEY: WRONG } })
    expect(await session.exit()).toBe(1)
    expect(session.text).not.toContain('(hidden)')
  })

  test('and a wrong password are asked for again, by the same name where that was given', async ({ sit }) => {
    const trial = await sit()
    const session = trial.start({ args: ['--username', 'admin'], env: KEYLESS })
    await session.waitFor('Password (hidden):')
    session.answer('not-the-password')
    await session.waitFor('LiteLLM does not accept this password for admin.')
    await session.waitFor('Password (hidden):')
    session.answer(trial.sandbox.password)
    await session.waitFor(question(trial))
    session.press(KEY.ctrlC)
    expect(await session.exit()).toBe(130)
  })
})

describe.concurrent('in a terminal whose cursor cannot be moved', () => {
  test('every question is plain lines: no escape sequence leaves the program', async ({ sit }) => {
    const trial = await sit()
    const session = trial.start({ env: { ...DUMB, ...KEYLESS, LITELLM_PROXY_URL: '' } })
    await session.waitFor('LiteLLM gateway [http://localhost:4000]')
    session.answer(trial.sandbox.url)
    await session.waitFor('Sign in to the gateway with [k]')
    session.answer('')
    await session.waitFor('Admin key (hidden):')
    session.answer(trial.sandbox.masterKey)
    await session.waitFor(question(trial))
    session.answer('clear')
    await session.waitFor('That is no answer here.')
    await session.waitFor(question(trial))
    session.answer('s')
    await session.waitFor('3 postgres')
    await session.waitFor('Numbers or names; a all, q back:')
    session.answer('')
    await session.waitFor('Nothing is marked yet.')
    await session.waitFor('Numbers or names; a all, q back:')
    session.answer('1 postgres')
    await session.waitFor('2 of 3: fetch, postgres')
    await session.waitFor('Change 2 servers on')
    session.answer('y')
    await session.waitFor('2 of 3 servers changed, 1 left as you chose.')
    expect(await session.exit()).toBe(0)
    expect(session.raw).not.toContain('\u001b')
    expect(session.raw).not.toContain(trial.sandbox.masterKey.slice(-6))
    expect(urls(trial.sandbox.rows())['id-n8n']).toBe(OLD('n8n'))
  })

  test('what is typed before Ctrl-D, without Enter, is no answer', async ({ sit }) => {
    const trial = await sit()
    const session = trial.start({ env: DUMB })
    await session.waitFor(question(trial))
    session.press('y', KEY.ctrlD, KEY.ctrlD)
    await session.waitFor('Cancelled. Nothing was written.')
    expect([await session.exit(), writes(trial.sandbox)]).toEqual([130, 0])
  })

  for (const [name, key] of [
    ['Ctrl-C', KEY.ctrlC],
    ['Ctrl-D', KEY.ctrlD],
  ] as const)
    test(`${name} leaves a question, and a hidden one: 130`, async ({ sit }) => {
      const trial = await sit()
      for (const [env, asked] of [
        [DUMB, question(trial)],
        [{ ...DUMB, ...KEYLESS, UI_USERNAME: 'admin' }, 'Password (hidden):'],
      ] as const) {
        const session = trial.start({ env })
        await session.waitFor(asked)
        session.press(key)
        await session.waitFor('Cancelled. Nothing was written.')
        expect(await session.exit()).toBe(130)
      }
      expect(writes(trial.sandbox)).toBe(0)
    })

  test('a text that was pasted decides nothing, nor does what is left of it', async ({ sit }) => {
    const trial = await sit({ servers: [...THREE] })
    const session = trial.start({ env: DUMB })
    await session.waitFor(question(trial))
    for (const pasted of ['cd /srv\ry\rls\r', 'ls\ry\r', 'ls\ry']) {
      session.press(pasted)
      await session.waitFor('That is no answer here.')
      await session.waitFor(question(trial))
    }
    session.press(KEY.enter)
    expect([await session.exit(), writes(trial.sandbox)]).toEqual([130, 0])
  })
})
