import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { historyJobPath, parseArchive } from '../../../src/lib/flink/archive.js'
import { fixtureDir } from './fixtures.js'
import { JOB } from './loopback.js'

const dir = fixtureDir('flink-history')

function pack(answers: Record<string, unknown>): Uint8Array {
  const archive = Object.entries(answers).map(([path, body]) => ({ path, json: JSON.stringify(body) }))
  return Buffer.from(JSON.stringify({ archive }))
}

const overview = { jobs: [{ jid: JOB, name: 'sales', state: 'FAILED', 'start-time': 1, 'end-time': 2, tasks: { total: 0 } }] }

const savepoint = expect.stringMatching(/^wasbs:.*\/savepoints\/savepoint-/)
const EXPECTED: Record<string, object> = {
  FINISHED: { lastSavepointPath: savepoint },
  CANCELED: { restoredFrom: savepoint },
  FAILED: { tasksTotal: 0, restoredFrom: null },
}

describe('names below the history directory', () => {
  it.each([
    [JOB, JOB],
    [`${'0'.repeat(32)}/applications/${JOB}/jobs/${JOB}`, JOB],
    [`${'0'.repeat(32)}/applications/${JOB}/application-summary`, null],
    [`${'0'.repeat(32)}/applications/${JOB}/jobs`, null],
    [`${'0'.repeat(32)}/applications`, null],
    [`${JOB}.tmp`, null],
    ['', null],
  ])('%s', (name, expected) => {
    expect(historyJobPath(name)).toBe(expected)
  })
})

describe('an archive', () => {
  it('of a job that never ran says so', () => {
    expect(parseArchive(pack({ '/jobs/overview': overview }))).toEqual({
      jobId: JOB,
      name: 'sales',
      state: 'FAILED',
      startedAtMs: 1,
      endedAtMs: 2,
      tasksTotal: 0,
      lastSavepointPath: null,
      lastCheckpointPath: null,
      restoredFrom: null,
      changelogEnabled: null,
      checkpointTimeoutMs: null,
      externalized: null,
      restoredId: null,
    })
  })

  it('leaves out what Flink discarded, and survives a job without checkpointing', () => {
    const entry = { id: 1, status: 'COMPLETED', external_path: 'wasbs://c@a/chk-1' }
    const latest = { completed: { ...entry, discarded: true }, savepoint: { ...entry, discarded: false }, restored: null }
    const stats = { counts: {}, latest, history: [] }
    expect(parseArchive(pack({ '/jobs/overview': overview, [`/jobs/${JOB}/checkpoints`]: stats }))).toMatchObject({
      lastCheckpointPath: null,
      lastSavepointPath: 'wasbs://c@a/chk-1',
    })
    expect(parseArchive(pack({ '/jobs/overview': overview, [`/jobs/${JOB}/checkpoints`]: { errors: ['off'] } }))).toMatchObject({
      jobId: JOB,
    })
  })

  it('tells what Flink does with the last checkpoint when the job ends', () => {
    const config = { externalization: { enabled: true, delete_on_cancellation: true } }
    expect(parseArchive(pack({ '/jobs/overview': overview, [`/jobs/${JOB}/checkpoints/config`]: config }))).toMatchObject({
      externalized: { enabled: true, deleteOnCancellation: true },
    })
  })

  it.each([
    ['an application summary', pack({ '/applications/overview': { applications: [] } })],
    ['an empty file', new Uint8Array()],
    ['a file that was cut short', pack({ '/jobs/overview': overview }).slice(0, 60)],
    ['a list of no job', pack({ '/jobs/overview': { jobs: [] } })],
    ['other JSON', Buffer.from('[]')],
  ])('%s proves nothing', (_, bytes) => {
    expect(parseArchive(bytes)).toBeNull()
  })

  it.skipIf(dir === null)('of every recorded version tells name, end, savepoint and lineage', () => {
    const names = readdirSync(dir ?? '.', { recursive: true, encoding: 'utf8' }).filter((name) =>
      /history\/.*([0-9a-f]{32}|-summary)$/.test(name),
    )
    const files = names.filter((name) => statSync(join(dir ?? '.', name)).isFile())
    const jobs = files.map((file) => ({
      file,
      jobId: historyJobPath(file.replace(/^.*?history\//, '')),
      job: parseArchive(readFileSync(join(dir ?? '.', file))),
    }))
    for (const { file, jobId, job } of jobs) expect(job?.jobId ?? null, file).toBe(jobId)
    const archived = jobs.flatMap(({ job }) => job ?? [])
    expect(archived.length).toBeGreaterThan(5)
    for (const job of archived) {
      expect(job).toMatchObject({ name: 'sales_pipeline', changelogEnabled: false, checkpointTimeoutMs: 600_000, ...EXPECTED[job.state] })
      expect(job.endedAtMs).toBeGreaterThan(job.startedAtMs)
    }
  })
})
