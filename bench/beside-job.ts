import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { ACCOUNT_HOST, CONTAINER } from '../sandbox/emulator.js'
import { at, requestJson } from '../sandbox/http-json.js'
import { SALES_PIPELINE, submitScript, waitForCheckpoints } from '../sandbox/jobs.js'
import { createRunJournal } from '../src/lib/journal/run-journal.js'
import { jsonBytes } from '../src/lib/large-json.js'
import { mapConcurrently } from '../src/lib/operations/concurrently.js'
import type { Deletion } from '../src/lib/operations/execution.js'
import { type E2e, missingForE2e, startE2e } from '../test/support/sandbox.js'

const DEFAULTS: Measure = { maxRate: 20, seconds: 60, uncapped: 4000 }

interface Measure {
  /** Blobs a second, of the clean-up with a cap. */
  maxRate: number
  /** How long checkpoints are watched, by themselves and beside that clean-up. */
  seconds: number
  /** Blobs that the clean-up without a cap deletes. */
  uncapped: number
}

/**
 * How long the checkpoints of a job of the sandbox take by itself, beside a clean-up at `--max-rate`, and beside one without a cap. Needs
 * the command line built, a Flink (the sandbox gets it) and port 10000. The emulator is one thread, and a delete takes it the longer the
 * more blobs it holds: the figures say what the cap does, not what a real account can bear.
 */
export async function benchBesideJob({ maxRate, seconds, uncapped }: Measure = DEFAULTS): Promise<string[]> {
  const missing = missingForE2e()
  if (missing !== null) return [`checkpoints beside a clean-up: not measured. ${missing}`]
  const e2e = await startE2e({ extraConfig: { 'web.checkpoints.history': 200 } })
  try {
    const jobId = await submitScript(e2e.cluster.gatewayUrl, SALES_PIPELINE)
    // The first ones, on a cluster that has just started, are no measure; each wait gives up after 90 s.
    for (const count of [1, 2, 3]) await waitForCheckpoints(e2e.cluster.restUrl, jobId, count)
    const alone = await watch(e2e, jobId, () => sleep(seconds * 1000, 0))
    const capped = await plant(e2e, { jobId, runId: 'capped', count: maxRate * seconds })
    const beside = await watch(e2e, jobId, () => cleanUp(e2e, capped, ['--max-rate', `${maxRate}`]))
    const planted = await plant(e2e, { jobId, runId: 'uncapped', count: uncapped })
    const flooded = await watch(e2e, jobId, () => cleanUp(e2e, planted, []))
    return [
      `checkpoints of a job by itself: ${alone}`,
      `beside a clean-up at --max-rate ${maxRate}: ${beside}`,
      `beside a clean-up without a cap: ${flooded}`,
    ]
  } finally {
    await e2e.stop()
  }
}

/** What became of the checkpoints that began while something went on. */
async function watch(e2e: E2e, jobId: string, meanwhile: () => Promise<number>): Promise<string> {
  const fromMs = Date.now()
  const deleted = await meanwhile()
  const toMs = Date.now()
  await sleep(10_000)
  const body = await requestJson(`${e2e.cluster.restUrl}/jobs/${jobId}/checkpoints`)
  const durations = checkpointsOf(body)
    .filter(({ startedAtMs }) => startedAtMs >= fromMs && startedAtMs < toMs)
    .map(({ durationMs }) => durationMs)
    .toSorted((a, b) => a - b)
  const rate =
    deleted === 0 ? '' : `, ${deleted} blobs deleted, ${((deleted * 1000) / (toMs - fromMs)).toFixed(1)}/s with planning and re-check`
  const of = `${durations.length} in ${Math.round((toMs - fromMs) / 1000)} s, median ${durations[durations.length >> 1]} ms`
  return `${of}, longest ${durations.at(-1)} ms; failed so far ${at(body, 'counts', 'failed')}${rate}`
}

function checkpointsOf(body: unknown): { startedAtMs: number; durationMs: number }[] {
  const history = at(body, 'history')
  if (!Array.isArray(history)) throw new Error('the JobManager tells no checkpoints')
  return history.flatMap((one: unknown) => {
    const [startedAtMs, durationMs] = [at(one, 'trigger_timestamp'), at(one, 'end_to_end_duration')]
    return at(one, 'status') === 'COMPLETED' && typeof startedAtMs === 'number' && typeof durationMs === 'number'
      ? [{ startedAtMs, durationMs }]
      : []
  })
}

/** Blobs of nobody, and a confirmed plan that takes them: they are too young for a plan of flinkops' own. */
async function plant(e2e: E2e, { jobId, runId, count }: { jobId: string; runId: string; count: number }): Promise<string> {
  const names = Array.from({ length: count }, (_, index) => `bench/${runId}/${String(index).padStart(8, '0')}`)
  const wave = await mapConcurrently(names, 16, async (name): Promise<Deletion> => {
    const { etag = '' } = await e2e.storage.getBlockBlobClient(name).upload('x', 1)
    return { account: ACCOUNT_HOST, container: CONTAINER, name, sizeBytes: 1, etag: etag.replaceAll('"', ''), reason: 'orphan', after: [] }
  })
  const jobs = [{ jobId, name: 'sales_pipeline', liveness: 'running', restoredFrom: null }]
  const record = { runId, createdAt: new Date().toISOString(), waves: [wave], fingerprint: [], jobs }
  await createRunJournal({ directory: join(e2e.dir, 'state/flinkops') }).planned(runId, jsonBytes(record))
  return runId
}

async function cleanUp(e2e: E2e, runId: string, more: string[]): Promise<number> {
  const { code, stdout, stderr } = await e2e.flinkops(['cleanup', '--resume', runId, ...more, '--json'])
  const deleted = at(JSON.parse(stdout), 'result', 'deletedBlobs')
  if (code !== 0 || typeof deleted !== 'number') throw new Error(`${stdout}${stderr}`)
  return deleted
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) console.log((await benchBesideJob()).join('\n'))
