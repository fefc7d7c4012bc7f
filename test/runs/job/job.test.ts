import { readFile, writeFile } from 'node:fs/promises'
import { describe, expect } from 'vitest'
import { readyChanges } from '../../../src/core/plan/plan.ts'
import { choosing } from '../../../src/core/plan/withheld.ts'
import { connect } from '../../../src/gateway/connect/connect.ts'
import { FileJournal } from '../../../src/journal/file-journal.ts'
import { NOWHERE } from '../../../src/runs/deployment/surroundings.ts'
import type { Ended, Job, JobOptions, JobResult } from '../../../src/runs/job/context.ts'
import { doJob, type JobRequest } from '../../../src/runs/job/job.ts'
import { type JobEvents, NOBODY, type Person } from '../../../src/runs/job/ports.ts'
import { NO_FILES } from '../../../src/core/config/move/configuration.ts'
import { newestFile, test, type Trial, TWO, urls, writes } from '../../support/trial.ts'
import { watchForLeaks } from '../../support/secrets.ts'
import { defaultRules } from '../../support/rules.ts'

watchForLeaks()

const OLD = (name: string): string => `http://localhost:8585/servers/${name}/sse`
const NEW = (name: string): string => `http://mcp-proxy-sse:8080/servers/${name}/sse`
const both = (place: (name: string) => string) => ({ 'id-fetch': place('fetch'), 'id-n8n': place('n8n') })

const OPTIONS: JobOptions = {
  only: [],
  except: [],
  thorough: false,
  accept: [],
  dryRun: false,
  onFailure: 'stop',
  canary: false,
  patience: 0,
  preflight: true,
  wait: true,
  trial: false,
}

/** The job as a library would begin it: whoever decides does so in code, and what happens is heard as events. */
async function jobOn(
  { sandbox, journal: folder }: Trial,
  person: Partial<Person>,
  options: Partial<JobOptions> = {},
) {
  const gateway = await connect({ url: sandbox.url, keyHeader: null, timeoutSeconds: 35 }, () =>
    Promise.resolve({ kind: 'key', key: sandbox.masterKey, source: 'the test' }),
  )
  const journal = new FileJournal(folder)
  await journal.requireWritable()
  const heard: (keyof JobEvents)[] = []
  const told: string[] = []
  const job: Job = {
    gateway,
    journal,
    options: { ...OPTIONS, ...options },
    person: { ...NOBODY, ...person },
    watch: ({ kind }) => void (heard.at(-1) === kind || heard.push(kind)),
    writes: { begin: () => void told.push('begin'), settle: (wrote) => void told.push(`settle ${wrote}`) },
    stopping: { during: (act) => act(), requested: () => null },
    around: () => Promise.resolve(NOWHERE),
    tool: 'a-test/0',
  }
  return { job, heard, told }
}

const migration = async (): Promise<JobRequest> => ({
  kind: 'migrate',
  ruleSet: await defaultRules(),
  configuration: NO_FILES,
})

/** What became of each server by the last report. */
const outcomes = (result: JobResult): Record<string, string> =>
  Object.fromEntries(result?.report?.changes.map(({ server, outcome }) => [server.id, outcome]) ?? [])

const whole = (result: JobResult): Pick<Ended, 'isShort' | 'lacksEnd'> | null =>
  result && { isShort: result.isShort, lacksEnd: result.lacksEnd }

const COMPLETE = { isShort: false, lacksEnd: false }

describe.concurrent('the job moves servers', () => {
  test('from the plan to the report, and tells of each step', async ({ open }) => {
    const trial = await open({ servers: TWO })
    const { job, heard, told } = await jobOn(trial, {})
    const result = await doJob(await migration(), job)
    expect(outcomes(result)).toEqual({ 'id-fetch': 'applied', 'id-n8n': 'applied' })
    expect(whole(result)).toEqual(COMPLETE)
    expect(urls(trial.sandbox.rows())).toEqual(both(NEW))
    expect(heard).toEqual(
      'listing reading trying proposed begun applying waiting checking reported'.split(' '),
    )
    expect(told).toEqual(['begin', 'begin', 'settle true'])
  })

  test('not in a dry run, which asks nobody', async ({ open }) => {
    const trial = await open({ servers: TWO })
    const asked = () => Promise.reject(new Error('somebody was asked'))
    const person = { approve: asked, chooseContested: asked }
    const { job, heard, told } = await jobOn(trial, person, { dryRun: true, preflight: false })
    const result = await doJob(await migration(), job)
    expect([result?.plan.changes.length, result?.report]).toEqual([2, null])
    expect(heard).toEqual(['listing', 'reading', 'proposed', 'unwritten'])
    expect([told, writes(trial.sandbox)]).toEqual([[], 0])
  })

  test('but those that the person declines', async ({ open }) => {
    const trial = await open({ servers: TWO })
    const approve: Person['approve'] = (plan) => {
      const ready = readyChanges(plan)
      const wanted = ready.filter(({ server }) => server.id === 'id-n8n')
      return Promise.resolve(choosing(plan, ready, wanted))
    }
    const { job } = await jobOn(trial, { approve }, { preflight: false })
    const result = await doJob(await migration(), job)
    expect(outcomes(result)).toEqual({ 'id-fetch': 'not-applied', 'id-n8n': 'applied' })
    expect(urls(trial.sandbox.rows())).toEqual({ 'id-fetch': OLD('fetch'), 'id-n8n': NEW('n8n') })
  })

  test('and one that does not work at the new URL only where the person consents', async ({ open }) => {
    const servers = [{ ...TWO[0] }]
    const faults = { [NEW('fetch')]: 421 as const }
    const alone = await open({ servers, faults })
    const without = await jobOn(alone, {})
    expect(await doJob(await migration(), without.job)).toMatchObject({ report: null })
    expect(without.heard.at(-1)).toBe('unwritten')
    const trial = await open({ servers, faults })
    const { job } = await jobOn(trial, { approve: (plan) => Promise.resolve({ ...plan, withheld: {} }) })
    expect(outcomes(await doJob(await migration(), job))).toEqual({ 'id-fetch': 'applied' })
  })

  test('writes over an edit that somebody makes meanwhile where the person wants it', async ({ open }) => {
    const trial = await open({ servers: TWO })
    const edit = () => trial.sandbox.edit('id-fetch', { url: 'http://elsewhere:1/sse' })
    const { job, heard } = await jobOn(
      trial,
      {
        approve: (plan) => {
          if (heard.filter((kind) => kind === 'proposed').length === 1) edit()
          return Promise.resolve(plan)
        },
        chooseContested: (contested) => Promise.resolve(contested),
      },
      { preflight: false, wait: false, onFailure: 'continue' },
    )
    const result = await doJob(await migration(), job)
    expect(outcomes(result)).toEqual({ 'id-fetch': 'applied' })
    expect(whole(result)).toEqual(COMPLETE)
    expect(urls(trial.sandbox.rows())).toEqual(both(NEW))
    expect(heard.filter((kind) => kind === 'reported')).toHaveLength(2)
  })

  test('takes the run back where its servers fail and the person says so', async ({ open }) => {
    const broken = { status: 502, body: { detail: { error: 'upstream_error', message: 'it broke' } } }
    const path = '/mcp-rest/tools/list?server_id=id-fetch'
    const trial = await open({
      servers: TWO,
      quirks: [{ on: { method: 'GET', path, nth: 2 }, do: broken }],
    })
    const failed: string[][] = []
    const wantsBack: Person['wantsBack'] = (failing) => {
      failed.push(failing.map(({ server }) => server.id))
      return Promise.resolve(true)
    }
    const { job, heard } = await jobOn(trial, { wantsBack })
    const result = await doJob(await migration(), job)
    expect(failed).toEqual([['id-fetch']])
    expect(result?.report?.reverts).toBe(null)
    expect(urls(trial.sandbox.rows())).toEqual(both(OLD))
    expect(heard.filter((kind) => kind === 'reported')).toHaveLength(2)
  })
})

/** A run of which the journal holds the first four lines only: one server moved, one not. */
async function unfinishedIn(trial: Trial) {
  const { job } = await jobOn(trial, {}, { preflight: false, wait: false })
  await doJob(await migration(), job)
  const file = await newestFile(trial)
  const lines = (await readFile(file, 'utf8')).split('\n')
  await writeFile(file, `${lines.slice(0, 4).join('\n')}\n`)
  trial.sandbox.edit('id-n8n', { url: OLD('n8n') })
  const [unfinished] = (await job.journal.runs()).runs
  if (!unfinished) throw new Error('the journal holds no run')
  return { kind: 'attend', unfinished, named: null } as const
}

describe.concurrent('the job ends an unfinished run as the person decides', () => {
  test.for([
    ['finish', both(NEW), 'reported'],
    ['revert', both(OLD), 'closed'],
    ['leave', { 'id-fetch': NEW('fetch'), 'id-n8n': OLD('n8n') }, 'left'],
  ] as const)('%s', async ([choice, expected, last], { open }) => {
    const trial = await open({ servers: TWO })
    const request = await unfinishedIn(trial)
    const decide: Person['decide'] = () => Promise.resolve(choice)
    const { job, heard } = await jobOn(trial, { decide }, { preflight: false, wait: false })
    const result = await doJob(request, job)
    expect(urls(trial.sandbox.rows())).toEqual(expected)
    expect(whole(result)).toEqual(choice === 'leave' ? null : COMPLETE)
    expect(heard.slice(0, 2)).toEqual(['investigating', 'investigated'])
    expect(heard.at(-1)).toBe(last)
    const unended = (await job.journal.runs()).runs.filter(({ finishedAt }) => finishedAt === null)
    expect(unended).toHaveLength(choice === 'leave' ? 1 : 0)
  })
})
