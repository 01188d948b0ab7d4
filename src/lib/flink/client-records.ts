import type { RecordCounts } from '../ports.js'
import { type JobQuery, readJob } from './client-jobs.js'
import { failureOf, isJobUnknown, isSuccess } from './failure.js'
import { metricIds, metricSums } from './wire-metrics.js'

/** Operators are told apart by their names in the metrics: `Source__orders[1].numRecordsOut`, `totals[5]__Writer.numRecordsIn`, `Sink__totals[5]...`. */
const READ = /^Source__.*\.numRecordsOut$/
const WRITTEN = /(?:^Sink__.*|__Writer)\.numRecordsIn$/

/**
 * Records that went out of the sources and into the sinks since the job runs, all subtasks summed. The vertices' own `read-records` count
 * only what crosses the network, so a chain from source to sink shows 0 there. A metric that is not reported yet counts as 0.
 */
export async function readRecords(query: JobQuery): Promise<RecordCounts> {
  const job = await readJob(query)
  const counts: RecordCounts = { read: 0, written: 0 }
  for (const { id } of job?.vertices ?? []) {
    const ids = metricIds(await metrics(query, id, '')).filter((one) => READ.test(one) || WRITTEN.test(one))
    if (ids.length === 0) continue
    const sums = metricSums(await metrics(query, id, `?get=${encodeURIComponent(ids.join(','))}`))
    for (const [metric, sum] of sums) counts[READ.test(metric) ? 'read' : 'written'] += sum
  }
  return counts
}

async function metrics({ http, jobId, signal }: JobQuery, vertexId: string, wanted: string): Promise<unknown> {
  const path = `/v1/jobs/${encodeURIComponent(jobId)}/vertices/${encodeURIComponent(vertexId)}/subtasks/metrics${wanted}`
  const answer = await http.send({ method: 'GET', path, signal })
  if (isSuccess(answer)) return answer.body
  if (isJobUnknown(answer) || answer.status === 404) return []
  throw failureOf(answer, `The JobManager cannot tell the metrics of job ${jobId}`)
}
