import type { Backend, SubtaskState } from './backends/backend.js'
import { ChangelogBackend } from './backends/changelog.js'
import { ForStBackend } from './backends/forst.js'
import { FullBackend } from './backends/full.js'
import { IncrementalBackend } from './backends/incremental.js'
import { MergingBackend } from './backends/merging.js'
import { register, takeCheckpoint } from './checkpoint.js'
import { end } from './ending.js'
import type { SimJob } from './job.js'
import type { Steps } from './process.js'
import { isRestorable, type SimSnapshot } from './snapshot.js'
import type { World } from './world.js'

/** A job's life from submission on, until somebody ends it. */
export function* runJob(world: World, job: SimJob): Steps {
  yield
  yield
  if (job.restore === null) job.backends = freshBackends(world, job)
  else if (!(yield* restoreFromStorage(world, job, job.restore.snapshot))) return
  job.state = 'RUNNING'
  job.hasRun = true
  yield
  yield* checkpointForEver(world, job)
}

export function* checkpointForEver(world: World, job: SimJob): Steps {
  for (;;) {
    yield
    for (const backend of job.backends) if (world.random.chance(0.4)) yield* backend.background()
    if (world.random.chance(0.5)) yield* takeCheckpoint(world, job)
  }
}

function* restoreFromStorage(world: World, job: SimJob, snapshot: SimSnapshot): Steps<boolean> {
  if (!isRestorable(snapshot, world.store)) {
    world.trace(() => `${job} cannot restore ${snapshot.directory}`)
    end(world, job, 'FAILED')
    return false
  }
  const mode = job.restore?.mode ?? 'NO_CLAIM'
  // REST calls a restored snapshot a savepoint or not by the claim mode; the path is the same.
  job.restoredForRest = { id: snapshot.checkpointId, path: job.spell(snapshot.directory), atMs: world.nowMs }
  adopt(world, job, snapshot, mode !== 'NO_CLAIM')
  if (mode !== 'NO_CLAIM') register(job, snapshot.subtasks, snapshot.checkpointId)
  if (mode === 'LEGACY') for (const path of snapshot.trueFiles.keys()) job.notOurs.add(path)
  job.completed = [snapshot]
  world.trace(() => `${job} restored ${snapshot.directory} with ${mode}`)
  yield
  return true
}

/** Hands a snapshot's state to the subtasks; after a rescale nobody reuses a file. */
export function adopt(world: World, job: SimJob, snapshot: SimSnapshot, mayReuse: boolean): void {
  job.backends = freshBackends(world, job)
  const isSameScale = snapshot.subtasks.length === job.backends.length
  for (const [index, backend] of job.backends.entries()) {
    const state: SubtaskState | undefined = snapshot.subtasks[index % snapshot.subtasks.length]
    if (state !== undefined) backend.restore(state, mayReuse && isSameScale)
  }
}

export function freshBackends(world: World, job: SimJob): Backend[] {
  return Array.from({ length: job.settings.parallelism }, (_, index) => freshBackend(world, job, index))
}

function freshBackend(world: World, job: SimJob, index: number): Backend {
  switch (job.settings.backend) {
    case 'incremental':
      return new IncrementalBackend()
    case 'full':
      return new FullBackend()
    case 'changelog':
      return new ChangelogBackend(world, job)
    case 'merging':
      return new MergingBackend(world, job, index)
    case 'forst':
      return new ForStBackend(world, job, index)
  }
}
