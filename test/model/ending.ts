import { giveUp } from './checkpoint.js'
import type { SimJob } from './job.js'
import { closeStore } from './subsume.js'
import type { World } from './world.js'

export type End = 'FINISHED' | 'CANCELED' | 'FAILED'

/** A job ends while its JobManager lives. */
export function end(world: World, job: SimJob, state: End): void {
  world.kill((process) => process.jobKey === job.key)
  for (const pending of [...job.pending]) giveUp(world, job, pending)
  job.state = state
  job.endedAtMs = world.nowMs
  world.trace(() => `${job} is ${state}`)
  const keeps = state !== 'FINISHED' && !(state === 'CANCELED' && job.settings.deletesOnCancel)
  if (job.hasRun) closeStore(world, job, keeps)
  if (job.cluster.settings.writesArchives) archive(world, job, state)
}

function latestOf(job: SimJob, isSavepoint: boolean): string | null {
  return job.history.find((entry) => entry.status === 'COMPLETED' && entry.isSavepoint === isSavepoint)?.externalPath ?? null
}

function archive(world: World, job: SimJob, state: End): void {
  const process = { label: `archive of ${job}`, clusterId: job.cluster.settings.id, jobKey: null }
  world.start(
    process,
    (function* () {
      yield
      yield
      // One file per job id, never overwritten: the second run of an application's id leaves none.
      if (job.cluster.archives.some((one) => one.jobId === job.settings.jobId)) return
      job.cluster.archives.push({
        runKey: job.key,
        jobId: job.settings.jobId,
        name: job.settings.name,
        state,
        startedAtMs: job.startedAtMs,
        endedAtMs: job.endedAtMs ?? world.nowMs,
        tasksTotal: job.hasRun ? job.settings.parallelism : 0,
        restoredFrom: job.restoredForRest?.path ?? null,
        restoredId: job.restoredForRest?.id ?? null,
        lastCheckpointPath: latestOf(job, false),
        lastSavepointPath: latestOf(job, true),
      })
    })(),
  )
}
