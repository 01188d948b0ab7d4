import type { ContainerClient } from '@azure/storage-blob'
import type { Cluster } from '../cluster.js'
import { statePath } from '../emulator.js'
import {
  cancelJob,
  ORDERS_ENRICH,
  restoredFrom,
  SALES_PIPELINE,
  submitScript,
  takeSavepoint,
  waitForCheckpointAfterSavepoint,
  waitForCheckpoints,
} from '../jobs.js'
import type { Sandbox } from '../sandbox.js'
import { waitUntil } from '../wait.js'
import { blobsBelow, nameOf, plant } from './blobs.js'
import { stage } from './tour.js'

export const DAYS_AGO = 40
const KIB = 1024

/** What a cluster leaves behind in forty days, by blob names and directories. */
export interface Past {
  salesCheckpoint: string
  salesSavepoint: string
  enrichCheckpoint: string
  /** Old, in trees of ended jobs, needed by nothing. */
  garbage: string[]
  /** Needed by nothing either, but not for clean-up to take. */
  untouchable: string[]
  /** The id under which `sales_pipeline` runs today. */
  runningJob: string
}

/** Two jobs that ran forty days ago; one of them is back today, restored from what it left. */
export async function layPast(sandbox: Sandbox): Promise<Past> {
  const { cluster, storage } = sandbox
  stage(`The emulator's clock is set back ${DAYS_AGO} days: what Flink writes now is ${DAYS_AGO} days old at once.`)
  const [sales, enrich] = await Promise.all([ranOnce(sandbox, SALES_PIPELINE, true), ranOnce(sandbox, ORDERS_ENRICH, false)])
  const garbage = [
    await plant(storage, `checkpoints/${sales.jobId}/shared`, 48 * KIB),
    await plant(storage, `checkpoints/orders_enrich/${enrich.jobId}/shared`, 24 * KIB),
    await plant(storage, `savepoints/savepoint-${sales.jobId.slice(0, 6)}-0123456789ab`, 12 * KIB),
  ]
  stage('sales_pipeline took a savepoint and was cancelled; orders_enrich was cancelled; a crash left files that nothing needs.')
  const before = await blobsBelow(storage, '')
  await sandbox.returnToPresent()
  const after = await blobsBelow(storage, '')
  const lost = [...before.keys()].filter((name) => !after.has(name))
  if (lost.length > 0) throw new Error(`The emulator came back without ${lost.join(', ')}`)
  const runningJob = await bringBack(cluster, sales.checkpoint)
  stage('Today: sales_pipeline runs again, restored from its last checkpoint. orders_enrich was never started again.')
  const untouchable = [await plant(storage, `checkpoints/orders_enrich/${enrich.jobId}/shared`, 32 * KIB), 'checkpoints/notes.txt']
  await storage.getBlockBlobClient('checkpoints/notes.txt').upload('not of Flink', 12)
  return {
    salesCheckpoint: nameOf(sales.checkpoint),
    salesSavepoint: nameOf(sales.savepoint ?? ''),
    enrichCheckpoint: nameOf(enrich.checkpoint),
    garbage,
    untouchable,
    runningJob,
  }
}

interface Ran {
  jobId: string
  checkpoint: string
  savepoint: string | null
}

async function ranOnce({ cluster, storage }: Sandbox, script: string, withSavepoint: boolean): Promise<Ran> {
  const { restUrl } = cluster
  const jobId = await submitScript(cluster.gatewayUrl, script)
  await waitForCheckpoints(restUrl, jobId)
  const savepoint = withSavepoint ? await takeSavepoint(restUrl, jobId, statePath('savepoints')) : null
  // Else the job that comes back from the checkpoint would not go on from the savepoint, and that would be the last way back to it.
  if (savepoint !== null) await waitForCheckpointAfterSavepoint(restUrl, jobId)
  await cancelJob(restUrl, jobId)
  const checkpoint = await retainedCheckpoint(storage, jobId)
  await waitUntil({
    until: `job ${jobId} is in the history directory`,
    probe: async () =>
      [...(await blobsBelow(storage, 'history/'))].some(([name, size]) => name.endsWith(jobId) && size > 0) ? true : null,
  })
  return { jobId, checkpoint, savepoint }
}

/** What a cancelled job leaves, as storage shows it: statistics over REST may be 3 s old and name one that is gone. */
function retainedCheckpoint(storage: ContainerClient, jobId: string): Promise<string> {
  const metadata = new RegExp(`/${jobId}/chk-\\d+/_metadata$`)
  return waitUntil({
    until: `job ${jobId} has left just one checkpoint`,
    probe: async () => {
      const [only, ...others] = [...(await blobsBelow(storage, 'checkpoints/')).keys()].filter((name) => metadata.test(name))
      return only === undefined || others.length > 0 ? null : statePath(only.replace('/_metadata', ''))
    },
  })
}

/** Keys of Flink 1.18 that every later version still takes. */
async function bringBack(cluster: Cluster, checkpoint: string): Promise<string> {
  const jobId = await submitScript(cluster.gatewayUrl, SALES_PIPELINE, {
    'execution.savepoint.path': checkpoint,
    'execution.savepoint-restore-mode': 'NO_CLAIM',
  })
  await waitForCheckpoints(cluster.restUrl, jobId, 2)
  if ((await restoredFrom(cluster.restUrl, jobId)) !== checkpoint) throw new Error(`Flink did not restore ${jobId} from ${checkpoint}`)
  return jobId
}
