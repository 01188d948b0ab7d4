import { once } from 'node:events'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CLICK_COUNTER } from '../../sandbox/click-counter.js'
import { numberAt, requestJson } from '../../sandbox/http-json.js'
import { restoredFrom, submitJar, submitScript, waitForCheckpoints } from '../../sandbox/jobs.js'
import { waitUntil } from '../../sandbox/wait.js'
import type { Manifest } from '../../src/lib/state/manifest.js'
import { startFlakyProxy } from '../support/flaky-proxy.js'
import { type E2e, FEWER_FILES, FLINK_UNDER_TEST, missingForE2e, startE2e } from '../support/sandbox.js'
import {
  jobsOf,
  killedAtEveryStep,
  killedOnce,
  lastManifest,
  nameJobs,
  rows,
  type Sequence,
  writeSequence,
  writtenNumbers,
} from './maintenance.js'
import { blobsBelow, clickCounterJar } from './world.js'

/** So many that they do not run out before their rate is raised. */
const LAST = 120_000
const SLOWLY = 100
const QUICKLY = 20_000

/** For how long Flink is away in the middle of a stop; what is shown of a few seconds holds for `FLINKOPS_TEST_OUTAGE_MS=60000`, too. */
const OUTAGE_MS = Number(process.env.FLINKOPS_TEST_OUTAGE_MS ?? 8_000)

/** What the sandbox itself names has no snapshot here. */
const FROM_LATEST = ['resume', '--all', '--from', 'latest', '--except', '*_*']

const some = (jobs: Manifest['jobs'], state: string) => jobs.some((job) => job.state === state)

/** A cluster of its own, since it is taken down and killed. */
describe.skipIf(missingForE2e() !== null)(`Maintenance of Flink ${FLINK_UNDER_TEST}`, () => {
  let e2e: E2e
  let sequences: Sequence[] = []

  beforeAll(async () => {
    e2e = await startE2e({
      extraConfig: {
        'execution.checkpointing.interval': '1s',
        'execution.checkpointing.tolerable-failed-checkpoints': 1000,
        ...FEWER_FILES,
      },
    })
    sequences = await Promise.all(['first', 'second', 'third'].map((name) => writeSequence(e2e, name, { last: LAST, perSecond: SLOWLY })))
    await nameJobs(e2e, Object.fromEntries(sequences.map(({ name, script }) => [name, { script }])))
  })
  afterAll(() => e2e?.stop())

  const world = () => e2e
  const manifest = async () => (await lastManifest(e2e))!

  const startAnew = async () => {
    const { cluster } = e2e
    await Promise.all([cluster.startJobManager(), cluster.startTaskManager()])
  }

  /** Each job of the window runs once, restored from its own path. */
  const expectBack = async () => {
    const running = (await jobsOf(e2e)).filter((job) => job.state === 'RUNNING')
    expect(new Set(running.map((job) => job.name))).toEqual(new Set(['first', 'second', 'third']))
    expect(running).toHaveLength(3)
    for (const { jid, name } of running) {
      const entry = (await manifest()).jobs.find((job) => job.name === name)
      expect(entry).toMatchObject({ state: 'running', resumedAs: jid, error: null })
      expect(await restoredFrom(e2e.cluster.restUrl, jid)).toBe(entry?.path)
    }
  }

  /** Three jobs run, each with two checkpoints. */
  const untilAllCheckpoint = async (): Promise<Map<string, string>> => {
    const running = (await jobsOf(e2e)).filter((job) => job.state === 'RUNNING')
    expect(running).toHaveLength(3)
    for (const { jid } of running) await waitForCheckpoints(e2e.cluster.restUrl, jid, 2)
    return new Map(running.map(({ jid, name }) => [name, jid]))
  }

  /** Each row (name, new job id, path) is of a checkpoint of the job that ran before, and is said to be the newest. */
  const expectNewest = (before: Map<string, string>, restored: string[][], stderr: string) => {
    expect(restored.length).toBeGreaterThan(0)
    for (const [name = '', , path = ''] of restored) {
      const jobId = before.get(name)
      expect(path).toContain(`/${jobId}/chk-`)
      expect(stderr).toMatch(new RegExp(`${path} is the (newest|only).* of ${name}: checkpoint \\d+ of job ${jobId}`))
    }
  }

  describe('a window of three jobs whose every record is counted', () => {
    test('stop --all, killed at one step after the other, has each job down once, its savepoint verified', async () => {
      const { restUrl, gatewayUrl } = e2e.cluster
      const ids = await Promise.all(sequences.map(({ script }) => submitScript(gatewayUrl, script)))
      await Promise.all(ids.map((id) => waitForCheckpoints(restUrl, id)))

      const { kills, last } = await killedAtEveryStep(e2e, ['stop', '--all', '--yes', '--parallel', '1'])

      const { code, stderr } = last
      expect({ code, stderr }).toMatchObject({ code: 0 })
      expect(kills).toBeGreaterThanOrEqual(3)
      expect(stderr).toContain('Going on with the window of ')
      const { id, jobs } = await manifest()
      expect(jobs.filter((job) => job.state !== 'stopped' || !job.verified)).toEqual([])
      expect((await jobsOf(e2e)).map((job) => job.state)).toEqual(['FINISHED', 'FINISHED', 'FINISHED'])
      const savepoints = (await blobsBelow(world, 'savepoints/')).filter((name) => name.endsWith('/_metadata'))
      expect(savepoints).toHaveLength(3)
      const copy = await e2e.storage.getBlobClient(`_flinkops/maintenance/${id}.json`).downloadToBuffer()
      expect(JSON.parse(copy.toString('utf8'))).toEqual(await manifest())
    })

    test('resume --all waits for the cluster that is started anew, and starts no job twice, at whatever step it is killed', async () => {
      await e2e.cluster.stop()
      const outage = new AbortController()
      const waiting = killedOnce(e2e, ['resume', '--all'], ({ jobs }) => some(jobs, 'starting'), {
        onOutput: ({ stderr }) => {
          if (stderr.includes('Waiting until it does')) outage.abort()
        },
      })
      await once(outage.signal, 'abort')
      await Promise.all([startAnew(), e2e.cluster.restartGateway()])
      const first = await waiting
      expect(first).toMatchObject({
        code: 137,
        stderr: expect.stringContaining('Waiting until it does; --timeout or Ctrl-C ends the wait.'),
      })
      expect(first.stderr).toContain('It answers again after ')

      const { kills, last } = await killedAtEveryStep(e2e, ['resume', '--all'])

      const { code, stdout, stderr } = last
      expect({ code, stderr }).toMatchObject({ code: 0 })
      expect(kills).toBeGreaterThanOrEqual(3)
      await expectBack()
      const told = (await manifest()).jobs.map((job) => [job.name, job.resumedAs, job.path])
      expect(told).toEqual(expect.arrayContaining(rows(stdout)))
    })

    test('after kill -9 of JobManager and TaskManager, resume --all --from latest goes by the retained checkpoints', async () => {
      const before = await untilAllCheckpoint()
      await Promise.all([e2e.cluster.killJobManager(), e2e.cluster.killTaskManager()])
      await startAnew()

      const { code, stdout, stderr } = await e2e.flinkops(FROM_LATEST)

      expect({ code, stderr }).toMatchObject({ code: 0 })
      expectNewest(before, rows(stdout), stderr)
    })

    test('after stop-cluster and start-cluster, resume says which checkpoint of the job, why that one, and proves it', async () => {
      const before = await untilAllCheckpoint()
      await e2e.cluster.shutDown()
      await startAnew()
      for (const { name } of sequences) await writeSequence(e2e, name, { last: LAST, perSecond: QUICKLY })

      const third = await e2e.flinkops(['resume', 'third', '--from', 'latest'])

      expect(third).toMatchObject({ code: 0 })
      const path = (await restoredFrom(e2e.cluster.restUrl, third.stdout.trim())) ?? ''
      expectNewest(before, [['third', third.stdout.trim(), path]], third.stderr)
      expect(third.stderr).toContain(`Restored third from ${path}: proven`)
      const others = await e2e.flinkops([...FROM_LATEST, '--except', 'third'])
      expect(others).toMatchObject({ code: 0 })
      expectNewest(before, rows(others.stdout), others.stderr)
    })

    test('when the sequences end, every number is there once', async () => {
      await waitUntil({
        until: 'the sequences have ended',
        probe: async () => ((await jobsOf(e2e)).every((job) => job.state === 'FINISHED') ? true : null),
      })
      for (const sequence of sequences) {
        const counts = await writtenNumbers(sequence)
        const twice = [...counts].filter(([, count]) => count !== 1)
        expect({ numbers: counts.size, first: Math.min(...counts.keys()), last: Math.max(...counts.keys()), twice }).toEqual({
          numbers: LAST,
          first: 1,
          last: LAST,
          twice: [],
        })
      }
    })
  })

  describe('a window of five jobs, one of which cannot be stopped', () => {
    const NAMES = ['clicks_1', 'clicks_2', 'clicks_3', 'clicks_4', 'blocked']
    let obstacle = ''
    let blocked = ''

    beforeAll(async () => {
      const { restUrl } = e2e.cluster
      obstacle = join(e2e.dir, 'obstacle')
      await writeFile(obstacle, '')
      const jarFile = clickCounterJar(world)
      const BLOCKED = ['--block-snapshots-while', obstacle, '--conf', 'execution.checkpointing.timeout=2s']
      const argsOf = (name: string) => ['--name', name, ...(name === 'blocked' ? BLOCKED : [])]
      const { entryClass } = CLICK_COUNTER
      await nameJobs(e2e, Object.fromEntries(NAMES.map((name) => [name, { jar: jarFile, entryClass, args: argsOf(name) }])))
      const ids = await Promise.all(NAMES.map((name) => submitJar(restUrl, { jarFile, entryClass, args: argsOf(name) })))
      blocked = ids[4] ?? ''
      await Promise.all(ids.slice(0, 4).map((id) => waitForCheckpoints(restUrl, id)))
      await waitUntil({
        until: 'three checkpoints of the blocked job have failed',
        probe: async () => (numberAt(await requestJson(`${restUrl}/jobs/${blocked}/checkpoints`), 'counts', 'failed') >= 3 ? true : null),
      })
    })

    const states = async () =>
      Object.fromEntries((await jobsOf(e2e)).filter(({ name }) => NAMES.includes(name)).map(({ name, state }) => [name, state]))

    test('the objection against it names the flag that overrides it, and nothing is touched: exit 6', async () => {
      const { code, stdout } = await e2e.flinkops(['stop', '--all', '--yes', '--json'])
      expect(code).toBe(6)
      const { outcome, objections } = JSON.parse(stdout) as { outcome: string; objections: { jobName: string; status: string }[] }
      expect(outcome).toBe('refused')
      expect(objections.filter((one) => one.status === 'refuse')).toEqual([
        expect.objectContaining({ jobName: 'blocked', name: 'checkpoints', override: '--allow-failing-checkpoints' }),
      ])
      expect(new Set(Object.values(await states()))).toEqual(new Set(['RUNNING']))
    })

    test('four are down with verified savepoints, the fifth is named with its cause: exit 3', async () => {
      const { code, stdout } = await e2e.flinkops(['stop', '--all', '--yes', '--allow-failing-checkpoints', '--json'])
      expect({ code, stdout }).toMatchObject({ code: 3 })
      const { outcome, jobs } = JSON.parse(stdout) as { outcome: string; jobs: Manifest['jobs'] }
      expect(outcome).toBe('partial')
      const down = jobs.filter((job) => job.state === 'stopped' && job.verified)
      expect(new Set(down.map((job) => job.name))).toEqual(new Set(NAMES.slice(0, 4)))
      expect(jobs.find((job) => job.name === 'blocked')).toMatchObject({
        state: 'failed',
        path: null,
        error: expect.stringContaining('expired'),
      })
      // A stop that failed restarts the job: it is going on, or about to.
      await waitUntil({ until: 'the fifth runs', probe: async () => ((await states())['blocked'] === 'RUNNING' ? true : null) })
    })

    test('once the cause is gone a second run finishes, although Flink is away in the middle', async () => {
      const savepoints = async () => (await blobsBelow(world, 'savepoints/')).filter((name) => name.endsWith('/_metadata')).length
      const before = await savepoints()
      await rm(obstacle)
      await waitForCheckpoints(e2e.cluster.restUrl, blocked)
      const proxy = await startFlakyProxy(e2e.cluster.restUrl)
      let isAway = false
      let awayUntil = 0
      const behindIt = join(e2e.dir, 'behind-proxy.yaml')
      await writeFile(behindIt, (await readFile(e2e.configFile, 'utf8')).replace(e2e.cluster.restUrl, proxy.url))
      const { code, stderr } = await e2e.flinkops(['stop', '--all', '--yes', '--allow-failing-checkpoints', '--config', behindIt], {
        onOutput: ({ stderr: soFar }) => {
          if (isAway || !soFar.includes('trigger id')) return
          isAway = true
          awayUntil = Date.now() + OUTAGE_MS
          void proxy.shut().then(() => setTimeout(() => void proxy.open(), OUTAGE_MS))
        },
      })
      await proxy.shut()
      expect({ code, stderr }).toMatchObject({ code: 0 })
      expect(Date.now()).toBeGreaterThanOrEqual(awayUntil)
      expect(stderr).toContain('Waiting until it does')
      expect(stderr).toContain('It answers again after ')
      console.log(stderr)
      expect(new Set(Object.values(await states()))).toEqual(new Set(['FINISHED']))
      expect((await manifest()).jobs.filter((job) => job.state !== 'stopped' || !job.verified)).toEqual([])
      expect(await savepoints()).toBe(before + 1)
    })
  })
})
