import type { JobManager } from '../ports.js'
import type { Answer } from './answer.js'
import { ensureJar, runJar } from './client-jars.js'
import { readCheckpointConfig, readCheckpoints, readFailureCause, readJob, readJobState } from './client-jobs.js'
import { cancelJob, readOperation, triggerSavepoint, triggerStop } from './client-operations.js'
import { readRecords } from './client-records.js'
import { failureOf, isSuccess } from './failure.js'
import { createHttp, type Http, type HttpOptions } from './http.js'
import { parseConfiguration, parseRefreshInterval, parseVersion } from './wire-cluster.js'
import { parseJobsOverview } from './wire-jobs.js'

export type JobManagerOptions = Omit<HttpOptions, 'server'> & {
  /** Deadline of `/jars/upload` and `/jars/:id/run`; the server waits up to `web.timeout`, 10 min by default. */
  runTimeoutMs?: number
}

/** The JobManager's REST API under `/v1`, the only version it has. */
export function createJobManager(options: JobManagerOptions): JobManager {
  const http = createHttp({ ...options, server: 'JobManager' })
  const runTimeoutMs = options.runTimeoutMs ?? 11 * 60_000
  let known: Promise<string> | undefined

  /** Asked once; not remembered when it failed. */
  function version(signal: AbortSignal): Promise<string> {
    known ??= get(http, '/v1/overview', signal).then(parseVersion)
    return known.catch((error: unknown) => {
      known = undefined
      throw error
    })
  }

  return {
    url: http.url,
    version,
    refreshIntervalMs: async (signal) => parseRefreshInterval(await get(http, '/v1/config', signal)),
    jobs: async (signal) => parseJobsOverview(await get(http, '/v1/jobs/overview', signal)),
    job: (jobId, signal) => readJob({ http, jobId, signal }),
    jobState: (jobId, signal) => readJobState({ http, jobId, signal }),
    checkpoints: (jobId, signal) => readCheckpoints({ http, jobId, signal }),
    checkpointConfig: (jobId, signal) => readCheckpointConfig({ http, jobId, signal }),
    failureCause: (jobId, signal) => readFailureCause({ http, jobId, signal }),
    configuration: async (signal) => parseConfiguration(await get(http, '/v1/jobmanager/config', signal)),
    triggerSavepoint: (request, signal) => triggerSavepoint({ http, request, signal }),
    triggerStop: (request, signal) => triggerStop({ http, request, signal }),
    operation: (jobId, triggerId, signal) => readOperation({ http, jobId, triggerId, signal }),
    ensureJar: (jarPath, signal) => ensureJar({ http, jarPath, timeoutMs: runTimeoutMs, signal }),
    runJar: (request, signal) => runJar({ http, request, version, timeoutMs: runTimeoutMs, signal }),
    cancel: (jobId, signal) => cancelJob({ http, jobId, signal }),
    records: (jobId, signal) => readRecords({ http, jobId, signal }),
  }
}

async function get(http: Http, path: string, signal: AbortSignal): Promise<unknown> {
  const answer: Answer = await http.send({ method: 'GET', path, signal })
  if (!isSuccess(answer)) throw failureOf(answer, `The JobManager at ${http.url} refused ${path}`)
  return answer.body
}
