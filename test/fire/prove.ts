import { at, requestJson } from '../../sandbox/http-json.js'
import { cancelJob, restoredFrom } from '../../sandbox/jobs.js'
import { waitUntil } from '../../sandbox/wait.js'
import { startProof } from './jobs.js'
import type { FireWorld } from './world.js'

/** Restores a snapshot on a real Flink, with NO_CLAIM and without a checkpoint of its own; null when it runs, otherwise why it does not. */
export async function restoreProblem(world: FireWorld, path: string): Promise<string | null> {
  const { restUrl } = world.proving
  const jobId = await startProof(restUrl, world.jarFile, path)
  const problem = await waitUntil({
    until: `the restore of ${path} ends one way or the other`,
    probe: () => verdict(restUrl, jobId, path),
  })
  if (problem !== 'runs') return problem
  await cancelJob(restUrl, jobId)
  return null
}

/** All tasks run: each has its state. An incremental restore has fetched every file by then, a changelog has been read to its end. */
async function verdict(restUrl: string, jobId: string, path: string): Promise<string | null> {
  const job = await requestJson(`${restUrl}/jobs/${jobId}`)
  if (at(job, 'state') === 'FAILED') return rootCause(restUrl, jobId)
  const vertices = at(job, 'vertices')
  const runs = Array.isArray(vertices) && vertices.length > 0 && vertices.every((vertex) => at(vertex, 'status') === 'RUNNING')
  if (at(job, 'state') !== 'RUNNING' || !runs) return null
  const restored = await restoredFrom(restUrl, jobId)
  if (restored === null) return null
  return restored === path ? 'runs' : `it was restored from ${restored}`
}

/** The whole chain of causes: which file is missing stands at its end. */
export async function rootCause(restUrl: string, jobId: string): Promise<string> {
  const body = await requestJson(`${restUrl}/jobs/${jobId}/exceptions`)
  const stack = at(body, 'exceptionHistory', 'entries', 0, 'stacktrace') ?? at(body, 'root-exception')
  const lines = String(stack).split('\n')
  return lines
    .filter((line, index) => index === 0 || line.startsWith('Caused by'))
    .join(' < ')
    .slice(0, 2000)
}
