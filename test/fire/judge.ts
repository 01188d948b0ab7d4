import { setTimeout as sleep } from 'node:timers/promises'
import { damageDone } from './damage.js'
import type { Fleet } from './fleet.js'
import { restoreProblem } from './prove.js'
import type { Tally } from './tally.js'
import type { FireWorld } from './world.js'

interface ListedSnapshot {
  path: string
  kind: 'checkpoint' | 'savepoint'
  jobId: string | null
  jobName: string | null
  completeness: string
}

const AT_ONCE = 3
/** A cancelled job's JobManager, and a TaskManager that outlived its own, clear up for a moment longer. */
const SETTLE_MS = 2_000

/** With no job running and clean-up paused: is there a way back to every job, and does every snapshot that is called complete restore? */
export async function judge(world: FireWorld, fleet: Fleet, tally: Tally): Promise<void> {
  await fleet.savepointEnded()
  await sleep(SETTLE_MS)
  for (const damage of await damageDone(world)) tally.lose(damage)
  const complete = await completeSnapshots(world)
  const found = new Set(complete.map((one) => fleet.jobOf(one)))
  for (const job of fleet.started) if (!found.has(job)) tally.lose(`no complete snapshot of ${job.name} is left`)
  const waiting = [...complete]
  const prover = async () => {
    for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) await prove(world, fleet, tally, one)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, prover))
}

async function prove(world: FireWorld, fleet: Fleet, tally: Tally, snapshot: ListedSnapshot): Promise<void> {
  const job = fleet.jobOf(snapshot)
  if (job === null) return tally.lose(`${snapshot.path} is nobody's`)
  const problem = await restoreProblem(world, snapshot.path)
  if (problem === null) return tally.add(`proven: ${snapshot.kind} of ${job.name}`)
  const isStillComplete = (await completeSnapshots(world)).some((one) => one.path === snapshot.path)
  if (isStillComplete) tally.lose(`${snapshot.path} is called complete and does not restore: ${problem}`)
  else tally.add('withdrawn: by Flink, while it was proven')
}

async function completeSnapshots(world: FireWorld): Promise<ListedSnapshot[]> {
  const lists = await Promise.all(['list-checkpoints', 'list-savepoints'].map((command) => listed(world, command)))
  return lists.flat().filter((one) => one.completeness === 'complete')
}

async function listed(world: FireWorld, command: string): Promise<ListedSnapshot[]> {
  const { code, stdout, stderr } = await world.flinkops([command, '--json'])
  if (code !== 0) throw new Error(`${command} ended with exit code ${code}: ${stderr}`)
  return (JSON.parse(stdout) as { snapshots: ListedSnapshot[] }).snapshots
}
