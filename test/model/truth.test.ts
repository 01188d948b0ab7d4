import { describe, expect, it } from 'vitest'
import { type JobSettings, SimJob } from './job.js'
import { metadataOf } from './paths.js'
import { Random } from './random.js'
import type { SimSnapshot } from './snapshot.js'
import { TOLD_ALL } from './told.js'
import { type Asked, Chains } from './truth.js'
import { World } from './world.js'

const CLUSTER = {
  id: 'blue',
  isListed: true,
  checkpointRoot: 'flink/prod/checkpoints',
  savepointRoot: 'flink/prod/savepoints',
  dstlRoot: 'flink/prod/dstl',
  spelling: 'wasbs' as const,
  hasHighAvailability: false,
  writesArchives: false,
}
const ASKED: Asked = {
  roots: [CLUSTER.checkpointRoot, CLUSTER.savepointRoot],
  keepLast: 1,
  alsoLast: new Set(),
  abandonedMs: null,
  dead: new Set(),
  held: new Map(),
  told: TOLD_ALL,
}
const DAY_MS = 86_400_000

/** A world that is told run by run. */
class Story {
  readonly world = new World(new Random(1), [CLUSTER], null, true)

  run(name: string, state: SimJob['state'], how: Partial<JobSettings> = {}): SimJob {
    const [cluster] = this.world.clusters
    if (cluster === undefined) throw new RangeError('no cluster')
    const settings = { ...PLAIN, name, jobId: this.world.random.hex(32), ...how }
    const job = new SimJob(this.world.jobs.length, settings, cluster, this.world.nowMs, 1)
    job.state = state
    job.hasRun = true
    this.world.jobs.push(job)
    return job
  }

  /** A run that was restored from there; of the operators, these. */
  restored(name: string, from: SimSnapshot, state: SimJob['state'], operators: string[] = [...from.operators.keys()]): SimJob {
    const job = this.run(name, state)
    job.operators = new Map([...from.operators].filter(([id]) => operators.includes(id)))
    job.restore = { snapshot: from, mode: 'NO_CLAIM', atMs: this.world.nowMs }
    return job
  }

  checkpoint(job: SimJob, checkpointId: number, directory = `${job.tree}/chk-${checkpointId}`): SimSnapshot {
    const { jobId, name, backend } = job.settings
    const written = { bytes: new Uint8Array([checkpointId]), subtasks: [], trueFiles: new Map(), writtenFiles: new Map() }
    const of = { jobId, jobName: name, runKey: job.key, operators: job.operators, backend, completedAtMs: this.world.nowMs }
    const snapshot: SimSnapshot = { checkpointId, directory, kind: 'checkpoint', ...of, ...written }
    this.world.store.put(metadataOf(directory), { bytes: snapshot.bytes })
    this.world.snapshots.set(directory, snapshot)
    return snapshot
  }

  mustStay(snapshot: SimSnapshot, asked: Partial<Asked> = {}): string | null {
    return new Chains(this.world, { ...ASKED, ...asked }).mustStay(snapshot)
  }
}

const PLAIN: Omit<JobSettings, 'name' | 'jobId'> = {
  backend: 'incremental',
  parallelism: 1,
  retained: 1,
  timeoutMs: 1,
  spelling: 'wasbs',
  version: 6,
  hasForeignRelative: false,
  hasWriteAheadSink: false,
  deletesOnCancel: false,
  isUnaligned: false,
  mergesAcrossCheckpoints: false,
  hidesOpenFiles: false,
  operatorIds: ['aa', 'bb'],
}

describe('the truth about ways back', () => {
  it('keeps the last of a run that nobody went on from, and says what was looked for', () => {
    const story = new Story()
    const last = story.checkpoint(story.run('orders', 'CANCELED'), 7)
    expect(story.mustStay(last)).toBe(
      `${last.directory} (checkpoint 7) of ${story.world.jobs[0]}, which began empty, is a last way back that nobody gave up: 0 of 1 go on from it; after it: nothing whole`,
    )
  })

  it('lets go of what a higher checkpoint of the same run carries on', () => {
    const story = new Story()
    const run = story.run('orders', 'CANCELED')
    const older = story.checkpoint(run, 7)
    story.checkpoint(run, 8)
    expect(story.mustStay(older)).toBeNull()
    expect(story.mustStay(older, { keepLast: 2 })).toContain('1 of 2 go on from it')
  })

  it('lets go of what a restored run carries on', () => {
    const story = new Story()
    const point = story.checkpoint(story.run('orders', 'CANCELED'), 7)
    story.checkpoint(story.restored('orders', point, 'RUNNING'), 8)
    expect(story.mustStay(point)).toBeNull()
  })

  it('joins nothing by a name: a run that began empty releases nothing', () => {
    const story = new Story()
    const last = story.checkpoint(story.run('orders', 'CANCELED'), 7)
    story.checkpoint(story.run('orders', 'RUNNING'), 90)
    expect(story.mustStay(last)).toContain('nothing whole')
  })

  it('joins nothing by an id that begins again', () => {
    const story = new Story()
    const jobId = 'f'.repeat(32)
    const last = story.checkpoint(story.run('orders', 'CANCELED', { jobId }), 7)
    story.checkpoint(story.run('orders', 'RUNNING', { jobId }), 90)
    expect(story.mustStay(last)).not.toBeNull()
  })

  it.each(['other orders', 'drill of orders'])('lets %s release nothing', (name) => {
    const story = new Story()
    const point = story.checkpoint(story.run('orders', 'CANCELED'), 7)
    story.checkpoint(story.restored(name, point, 'RUNNING'), 8)
    expect(story.mustStay(point)).toContain('under another name')
  })

  it('does not blame the tool for a name that nobody told it', () => {
    const story = new Story()
    const point = story.checkpoint(story.run('orders', 'CANCELED'), 7)
    story.checkpoint(story.restored('other orders', point, 'RUNNING'), 8)
    expect(story.mustStay(point, { told: { has: () => false } })).toBeNull()
  })

  it('keeps the last with the state of an operator that was dropped', () => {
    const story = new Story()
    const point = story.checkpoint(story.run('orders', 'CANCELED'), 7)
    story.checkpoint(story.restored('orders', point, 'RUNNING', ['aa']), 8)
    expect(story.mustStay(point)).toContain('lacks the state of bb')
  })

  it('asks for as many on each branch', () => {
    const story = new Story()
    const run = story.run('orders', 'CANCELED')
    const point = story.checkpoint(run, 7)
    story.checkpoint(run, 8)
    const other = story.restored('orders', point, 'RUNNING')
    for (const id of [8, 9]) story.checkpoint(other, id)
    expect(story.mustStay(point)).toBeNull()
    expect(story.mustStay(point, { keepLast: 2 })).toContain('1 of 2')
  })

  it('counts nothing outside the roots, claimed, or gone with its job', () => {
    const story = new Story()
    const run = story.run('orders', 'CANCELED')
    const point = story.checkpoint(run, 7)
    story.checkpoint(run, 8, 'flink/backup/chk-8')
    expect(story.mustStay(point)).toContain('lies outside the roots')
    const claimed = story.checkpoint(run, 9)
    const claimer = story.restored('other', claimed, 'RUNNING')
    claimer.restore = { snapshot: claimed, mode: 'CLAIM', atMs: 0 }
    expect(story.mustStay(point)).toContain('is claimed by')
    const brief = story.restored('orders', point, 'RUNNING')
    brief.settings.deletesOnCancel = true
    story.checkpoint(brief, 8)
    expect(story.mustStay(point)).toContain('goes when its job is cancelled')
  })

  it('keeps the newest of a run that lives, whoever else went on from it', () => {
    const story = new Story()
    const point = story.checkpoint(story.run('orders', 'RUNNING'), 7)
    story.checkpoint(story.restored('orders', point, 'RUNNING'), 8)
    expect(story.mustStay(point)).toContain('is the newest of')
  })

  it('lets a person give up, by job, by age, or by file; and hold', () => {
    const story = new Story()
    const run = story.run('orders', 'CANCELED')
    const last = story.checkpoint(run, 7)
    expect(story.mustStay(last, { alsoLast: new Set([run.settings.jobId]) })).toBeNull()
    expect(story.mustStay(last, { abandonedMs: DAY_MS })).not.toBeNull()
    story.world.nowMs += 2 * DAY_MS
    expect(story.mustStay(last, { abandonedMs: DAY_MS })).toBeNull()
    run.state = 'RUNNING'
    expect(story.mustStay(last, { abandonedMs: DAY_MS })).not.toBeNull()
    const etag = story.world.metadataBlob(last)?.etag
    expect(story.mustStay(last, { dead: new Set([`${last.directory}/_metadata#${etag}`]) })).toBeNull()
    expect(story.mustStay(last, { alsoLast: new Set([run.settings.jobId]), held: new Map([[last.directory, 'it is pinned']]) })).toContain(
      'pinned',
    )
  })
})
