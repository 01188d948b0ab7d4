import { readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { numberAt } from '../../sandbox/http-json.js'
import { cancelJob, SALES_PIPELINE } from '../../sandbox/jobs.js'
import { cronLineOf, startCronHost } from '../support/crontab.js'
import { answerOf, blobsBelow, rest, restoredFrom, runningJob, stateOf, stdoutOf, type World } from './world.js'

interface DrillJson {
  jobId: string
  verdict: string
  reason: string | null
  restoredFrom: string
  proof: { recordsRead: number; recordsWritten: number }
  leftOut: string[]
  cleared: { problem: string | null }
}

/** Counts upwards into files and onto the TaskManager's standard output: what a drill wrote there would come twice. */
const COUNTED = (folder: string) => `SET 'pipeline.name' = 'counted';
CREATE TABLE numbers (n BIGINT, k INT) WITH ('connector' = 'datagen', 'rows-per-second' = '50', 'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '100000', 'fields.k.min' = '0', 'fields.k.max' = '9');
CREATE TABLE files (n BIGINT) WITH ('connector' = 'filesystem', 'path' = 'file://${folder}', 'format' = 'json', 'sink.rolling-policy.check-interval' = '1s');
CREATE TABLE shown (n BIGINT) WITH ('connector' = 'print', 'print-identifier' = 'counted');
CREATE TABLE upserted (k INT, n BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'print', 'print-identifier' = 'upserted');
EXECUTE STATEMENT SET BEGIN
INSERT INTO files SELECT n FROM numbers;
INSERT INTO shown SELECT n FROM numbers;
INSERT INTO upserted SELECT k, COUNT(*) FROM numbers GROUP BY k;
END;`

/** The monthly restore test, beside the jobs that it tests. */
export function drillScenarios(world: World): void {
  describe('drill', () => {
    const snapshots = new Map<string, string>()
    let script = ''
    let originals: Original[] = []

    beforeAll(async () => {
      script = join(world().dir, 'counted.sql')
      await writeFile(script, COUNTED(join(world().dir, 'counted')))
      await answerOf(world, 'start', script)
      for (const name of ['sales_pipeline', 'orders_enrich', 'counted']) snapshots.set(name, await answerOf(world, 'savepoint', name))
      originals = await Promise.all([...snapshots.keys()].map((name) => lookAt(world, name)))
    })

    test('killed in the middle, its job and its directory are known to the next one', async () => {
      const kill = new AbortController()
      const args = ['drill', 'sales_pipeline', '--from', snapshots.get('sales_pipeline') ?? '']
      const onOutput = ({ stderr }: { stderr: string }) => stderr.includes('Started the drill') && kill.abort()
      const { stderr } = await world().flinkops(args, { kill: kill.signal, onOutput })
      const jobId = /as job ([0-9a-f]{32})/.exec(stderr)?.[1] ?? ''
      expect(['RUNNING', 'INITIALIZING', 'CREATED']).toContain(await stateOf(world, jobId))
      expect(await drillJobs(world)).toEqual([expect.objectContaining({ jid: jobId, name: 'drill of sales_pipeline' })])
      const next = await world().flinkops(['drill', SALES_PIPELINE, '--from', snapshots.get('counted') ?? ''])
      expect(next.stderr).toMatch(new RegExp(`The drill of sales_pipeline of .* \\(job ${jobId}, .*\\) was cut off: its job has ended`))
      // The savepoint of another job: not restorable, in Flink's words.
      expect(next).toMatchObject({
        code: 11,
        stdout: expect.stringMatching(/^Not restorable: .*\n.*Cannot map checkpoint\/savepoint state/),
      })
      expect(await stateOf(world, jobId)).toBe('CANCELED')
    })

    test('both sandbox jobs, and one with files, print and upsert, are proven restorable', async () => {
      const drilled = await Promise.all(
        [...snapshots].map(async ([name, path]): Promise<DrillJson> => {
          const { code, stdout, stderr } = await world().flinkops(['drill', name === 'counted' ? script : name, '--from', path, '--json'])
          expect({ code, stdout, stderr }).toMatchObject({ code: 0 })
          return JSON.parse(stdout)
        }),
      )
      for (const [at, path] of [...snapshots.values()].entries()) {
        const drill = drilled[at]
        expect(drill).toMatchObject({ verdict: 'proven', reason: null, restoredFrom: path, cleared: { problem: null } })
        expect(drill?.proof.recordsRead).toBeGreaterThan(0)
        expect(await restoredFrom(world, drill?.jobId ?? '')).toBe(path)
        expect(await stateOf(world, drill?.jobId ?? '')).toBe('CANCELED')
      }
      // What the sink of files keeps for itself has no place in a blackhole.
      expect(drilled.map(({ leftOut }) => leftOut.length)).toEqual([0, 0, 1])
    })

    test('nothing of it is left in storage or on the cluster; the jobs went on, their snapshots are whole', async () => {
      expect((await drillJobs(world)).filter(({ state }) => state !== 'CANCELED' && state !== 'FAILED')).toEqual([])
      expect((await blobsBelow(world, '')).filter((name) => name.includes('flinkops-drill'))).toEqual([])
      for (const before of originals) {
        const now = await lookAt(world, before.name)
        expect(now).toMatchObject({ jobId: before.jobId, restarts: before.restarts })
        expect(now.completed).toBeGreaterThan(before.completed)
        expect(await stdoutOf(world, 'verify', snapshots.get(before.name) ?? '')).toMatch(/^Restorable: /)
      }
    })

    test('the line of the crontab is proven as cron runs it, from the newest snapshot of a job that goes on checkpointing', async () => {
      const { dir, configFile } = world()
      const cron = await startCronHost({ dir: join(dir, 'cron'), configDir: dirname(configFile) })
      const { code, stdout, stderr } = await cron.run(cronLineOf('drill'))
      expect({ code, stdout, stderr }).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Restorable: sales_pipeline from /) })
      expect((await drillJobs(world)).filter(({ state }) => state !== 'CANCELED' && state !== 'FAILED')).toEqual([])
    })

    test('the sinks have each record once', async () => {
      const { restUrl, logDir } = world().cluster
      await cancelJob(restUrl, await runningJob(world, 'counted'))
      const printed = (await readFile(join(logDir, 'taskmanager.log'), 'utf8')).match(/^counted.*> \+I\[(\d+)\]/gm) ?? []
      const folder = join(world().dir, 'counted')
      // The one in progress counts, too; its last row may be torn.
      const texts = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), 'utf8')))
      const written = texts.flatMap((text) => text.split('\n').slice(0, -1))
      for (const rows of [printed, written]) expect(rows.length).toBeGreaterThan(100)
      for (const rows of [printed, written]) expect(new Set(rows).size).toBe(rows.length)
    })
  })
}

interface Original {
  name: string
  jobId: string
  completed: number
  restarts: number
}

async function lookAt(world: World, name: string): Promise<Original> {
  const jobId = await runningJob(world, name)
  const stats = await rest(world, `/jobs/${jobId}/checkpoints`)
  return { name, jobId, completed: numberAt(stats, 'counts', 'completed'), restarts: numberAt(stats, 'counts', 'restored') }
}

async function drillJobs(world: World): Promise<{ jid: string; name: string; state: string }[]> {
  const { jobs } = (await rest(world, '/jobs/overview')) as { jobs: { jid: string; name: string; state: string }[] }
  return jobs.filter(({ name }) => name.startsWith('drill of '))
}
