import type { ConfFile, ContainerFacts, EmptyStartFacts, Facts, Root, ScriptFacts } from '../findings/facts.js'
import type { JobManager, StorageReader } from '../ports.js'
import type { StorageProbe } from '../ports-probe.js'
import { parseLocation } from '../state/location.js'
import { examineCluster, findOut } from './examine-cluster.js'

export interface ExamineInput {
  file: ConfFile | null
  scripts: ScriptFacts[]
  roots: Root[]
  jobManagers: JobManager[]
  storage: StorageReader & StorageProbe
  isEmulator: (account: string, container: string) => boolean
  /** Looks into storage for jobs that began without their state; absent = nobody looks. */
  emptyStarts?: () => Promise<EmptyStartFacts[]>
  now: () => number
  signal: AbortSignal
}

/** Gathers every fact that `doctor` goes by. Clusters and containers side by side; changes nothing but the probe's own blob. */
export async function examine(input: ExamineInput): Promise<Facts> {
  const { file, scripts, roots, jobManagers, signal } = input
  const [clusters, containers] = await Promise.all([
    Promise.all(jobManagers.map((jobManager) => examineCluster(jobManager, signal))),
    Promise.all(containersOf(roots).map((one) => examineContainer(input, one))),
  ])
  const facts = { file, scripts, roots, clusters, containers, nowMs: input.now() }
  const { emptyStarts } = input
  // Where no job runs, none runs without its state.
  const hasJobs = clusters.some(({ jobs }) => jobs.state === 'known' && jobs.value.length > 0)
  return emptyStarts === undefined || !hasJobs ? facts : { ...facts, emptyStarts: await findOut(signal, emptyStarts) }
}

interface Container {
  account: string
  container: string
}

function containersOf(roots: Root[]): Container[] {
  const found = new Map<string, Container>()
  for (const { path } of roots) {
    const parsed = parseLocation(path)
    if (!parsed.ok) continue
    const { account, container } = parsed.location
    found.set(`${account}/${container}`, { account, container })
  }
  return [...found.values()]
}

async function examineContainer(input: ExamineInput, { account, container }: Container): Promise<ContainerFacts> {
  const { storage, signal } = input
  const trial = await findOut(signal, () => storage.probe({ account, container, signal }))
  const isReached = trial.state === 'known' && trial.value.exists && trial.value.rights.list.state !== 'unknown'
  const days = async () => (await (await storage.container(account, container)).protection({ signal })).softDeleteDays
  const softDeleteDays = isReached
    ? await findOut(signal, days)
    : { state: 'unknown' as const, reason: 'the container could not be looked at' }
  return { account, container, isEmulator: input.isEmulator(account, container), trial, softDeleteDays }
}
