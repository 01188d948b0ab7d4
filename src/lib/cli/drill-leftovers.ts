import type { Context } from '../context.js'
import { clearDrill } from '../operations/clear-drill.js'
import type { DrillBegun } from '../ports-drill.js'
import { removeTraces } from './drill-run.js'

/** A submission that was cut off may be on its way for as long as a gateway takes to plan a query. */
const COMES_WITHIN_MS = 180_000

/** Says what drills that were cut off have left, for who looks at storage: the next drill takes it away. */
export async function tellLeftovers({ drills }: Context, onNotice: (text: string) => void): Promise<void> {
  for (const drill of await drills.open())
    if (!drill.isGoingOn)
      onNotice(`${words(drill)} was cut off, and may have left its job and that directory. The next drill takes them away.`)
}

function words({ jobName, jobId, directory, startedAtMs }: DrillBegun): string {
  return `The drill of ${jobName} of ${new Date(startedAtMs).toISOString()} (job ${jobId}, ${directory})`
}

interface Voice {
  onNotice: (text: string) => void
  onSay: (text: string) => void
}

/**
 * Takes away what earlier drills left when flinkops was killed: each is written down before anything of it is started, so its job and its
 * directory are known. One on another cluster is only told of.
 */
export async function clearLeftovers(context: Context, { onNotice, onSay }: Voice): Promise<void> {
  const open = (await context.drills.open()).filter((drill) => !drill.isGoingOn)
  if (open.length === 0) return
  const jobManagers = await context.jobManagers()
  for (const drill of open) {
    const what = words(drill)
    const jobManager = jobManagers.find(({ url }) => url === drill.jobManager)
    if (jobManager === undefined) {
      onNotice(`${what} was cut off on ${drill.jobManager}, which is not in this context: what it left stays.`)
      continue
    }
    const [storage, { drills, now }] = [await context.storage(), context]
    const { problem, removedBlobs } = await clearDrill({
      drill,
      mayStillCome: now() - drill.startedAtMs < COMES_WITHIN_MS,
      jobManager,
      storage,
      drills,
      remove: (directory, signal) => removeTraces(directory, context, signal),
      now,
    })
    if (problem === null) onSay(`${what} was cut off: its job has ended, ${removedBlobs} blobs of it are deleted.`)
    else onNotice(`${what} was cut off, and what it left could not be taken away: ${problem}.`)
  }
}
