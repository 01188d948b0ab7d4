/** Jobs on a cluster: submitted as SQL through the gateway or as a jar, and watched until they checkpoint. */
import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { at, numberAt, postJson, requestJson, textAt } from './http-json.js'
import { sqlStatements } from './sql-statements.js'
import { waitUntil } from './wait.js'

export const SALES_PIPELINE = join(import.meta.dirname, 'sql', 'sales_pipeline.sql')
export const ORDERS_ENRICH = join(import.meta.dirname, 'sql', 'orders_enrich.sql')

/** Runs a script file in a session of its own; the job id of its last INSERT. */
export async function submitScript(gatewayUrl: string, scriptFile: string, insertConfig: Record<string, string> = {}): Promise<string> {
  const session = textAt(await postJson(`${gatewayUrl}/v2/sessions`, {}), 'sessionHandle')
  let jobId: string | null = null
  for (const statement of sqlStatements(await readFile(scriptFile, 'utf8'))) {
    const isInsert = /^insert\b/i.test(statement)
    const result = await execute(`${gatewayUrl}/v2/sessions/${session}`, statement, isInsert ? insertConfig : {})
    if (isInsert) jobId = textAt(result, 'jobID')
  }
  if (jobId === null) throw new Error(`${basename(scriptFile)} starts no job: it has no INSERT`)
  return jobId
}

async function execute(sessionUrl: string, statement: string, executionConfig: Record<string, string>): Promise<unknown> {
  const operation = textAt(await postJson(`${sessionUrl}/statements`, { statement, executionConfig }), 'operationHandle')
  const url = `${sessionUrl}/operations/${operation}`
  await waitUntil({
    until: `the gateway has run: ${statement.slice(0, 60)}`,
    // ERROR is an end, too: the result then answers with the reason.
    probe: async () => (/FINISHED|ERROR/.test(textAt(await requestJson(`${url}/status`), 'status')) ? true : null),
  })
  return requestJson(`${url}/result/0?rowFormat=JSON`)
}

export interface JarRun {
  jarFile: string
  entryClass?: string
  args?: readonly string[]
  parallelism?: number
  savepointPath?: string
}

/** Uploads a jar and starts its job; the job id. */
export async function submitJar(restUrl: string, run: JarRun): Promise<string> {
  const form = new FormData()
  form.append('jarfile', new Blob([await readFile(run.jarFile)], { type: 'application/x-java-archive' }), basename(run.jarFile))
  const uploaded = textAt(await requestJson(`${restUrl}/jars/upload`, { method: 'POST', body: form }), 'filename')
  const { entryClass, args, parallelism, savepointPath } = run
  const request = { entryClass, programArgsList: args, parallelism, savepointPath }
  return textAt(await postJson(`${restUrl}/jars/${basename(uploaded)}/run`, request), 'jobid')
}

/** The state of a job as the JobManager tells it: `RUNNING`, `FINISHED`, ... `/jobs/:id` would tell what was so up to 3 s ago. */
export async function jobState(restUrl: string, jobId: string): Promise<string> {
  return textAt(await requestJson(`${restUrl}/jobs/${jobId}/status`), 'status')
}

/** Waits until a job has completed that many checkpoints; the path of its newest. */
export function waitForCheckpoints(restUrl: string, jobId: string, count = 1): Promise<string> {
  return waitUntil({
    until: `job ${jobId} has completed ${count} checkpoint${count === 1 ? '' : 's'}`,
    probe: async () => {
      const body = await requestJson(`${restUrl}/jobs/${jobId}/checkpoints`)
      if (numberAt(body, 'counts', 'completed') < count) return null
      const path = at(body, 'latest', 'completed', 'external_path')
      return typeof path === 'string' ? path : null
    },
  })
}

/** Waits until a job has completed a checkpoint after its last savepoint. */
export async function waitForCheckpointAfterSavepoint(restUrl: string, jobId: string): Promise<void> {
  await waitUntil({
    until: `job ${jobId} has completed a checkpoint after its savepoint`,
    probe: async () => {
      const body = await requestJson(`${restUrl}/jobs/${jobId}/checkpoints`)
      const idOf = (kind: string) => Number(at(body, 'latest', kind, 'id') ?? Number.NaN)
      return idOf('completed') > idOf('savepoint') ? true : null
    },
  })
}

/** Cancels a job and waits for its end; its newest checkpoint is retained. */
export async function cancelJob(restUrl: string, jobId: string): Promise<void> {
  await requestJson(`${restUrl}/jobs/${jobId}?mode=cancel`, { method: 'PATCH' })
  await waitUntil({
    until: `job ${jobId} is cancelled`,
    probe: async () => ((await jobState(restUrl, jobId)) === 'CANCELED' ? true : null),
  })
}

/** Takes a savepoint with the cluster's own means; its path. */
export async function takeSavepoint(restUrl: string, jobId: string, targetDirectory: string): Promise<string> {
  const trigger = await postJson(`${restUrl}/jobs/${jobId}/savepoints`, { 'target-directory': targetDirectory, 'cancel-job': false })
  const url = `${restUrl}/jobs/${jobId}/savepoints/${textAt(trigger, 'request-id')}`
  return waitUntil({
    until: `the savepoint of job ${jobId} is completed`,
    probe: async () => {
      const location = at(await requestJson(url), 'operation', 'location')
      return typeof location === 'string' ? location : null
    },
  })
}

/** The path that a job was restored from, as the JobManager tells it. */
export async function restoredFrom(restUrl: string, jobId: string): Promise<string | null> {
  const path = at(await requestJson(`${restUrl}/jobs/${jobId}/checkpoints`), 'latest', 'restored', 'external_path')
  return typeof path === 'string' ? path : null
}
