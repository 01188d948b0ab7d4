import { cluster } from './fake-cluster.js'
import type { Routes } from './fake-jobmanager.js'

export interface AdvancingJob {
  jobId: string
  name: string
  /** The path of a blob as Flink writes it. */
  path: (name: string) => string
  paceMs: number
  intervalMs?: number
  durationMs?: number
  /** The newest checkpoint at the first look. */
  from?: number
  /** One more at each look instead: for a machine of which nobody knows how slow it is. */
  isByLook?: boolean
}

/** A cluster of one job whose checkpoints are completed every so often from now on. */
export function advancing(job: AdvancingJob): Routes {
  const { jobId, name, path, paceMs, intervalMs = paceMs, durationMs = 20, from = 10, isByLook = false } = job
  const beganMs = Date.now()
  let looks = 0
  const at = `GET /v1/jobs/${jobId}`
  const entry = (id: number) => ({
    className: 'completed',
    id,
    status: 'COMPLETED',
    is_savepoint: false,
    checkpoint_type: 'CHECKPOINT',
    trigger_timestamp: beganMs + (id - from) * paceMs,
    latest_ack_timestamp: beganMs + (id - from) * paceMs + durationMs,
    end_to_end_duration: durationMs,
    num_subtasks: 4,
    num_acknowledged_subtasks: 4,
    external_path: path(`checkpoints/${jobId}/chk-${id}`),
    discarded: false,
  })
  const statistics = () => {
    const newest = from + (isByLook ? looks++ : Math.floor((Date.now() - beganMs) / paceMs))
    const history = Array.from({ length: Math.min(10, newest) }, (_, back) => entry(newest - back))
    const counts = { restored: 0, total: newest, in_progress: 0, completed: newest, failed: 0 }
    return { body: { counts, latest: { completed: history[0] ?? null, savepoint: null, failed: null, restored: null }, history } }
  }
  return {
    ...cluster({ jobs: [{ jobId, name }] }),
    [`${at}/checkpoints`]: statistics,
    [`${at}/checkpoints/config`]: {
      body: {
        mode: 'exactly_once',
        interval: intervalMs,
        timeout: 600_000,
        min_pause: 0,
        max_concurrent: 1,
        externalization: { enabled: true, delete_on_cancellation: false },
      },
    },
  }
}
