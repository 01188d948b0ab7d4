import { drillJobs } from './drill.js'
import { type Execution, executionAt, type SeenRestore } from './evidence.js'
import { type KnownJob, ownPaths } from './jobs.js'
import type { KeyTable } from './key-table.js'
import { checkpointIdOf, placeOf } from './layout.js'
import { snapshotDirectory } from './lineage.js'
import { type Location, locationKey, parseLocation } from './location.js'
import type { Run } from './runs.js'
import type { Snapshot } from './snapshot.js'

/** Evidence that a run went on from a point: from what another run had when it made that checkpoint. */
export interface Link {
  run: Run
  /** The run that wrote what `run` was restored from. */
  from: Run
  /** Id of that checkpoint or savepoint. */
  checkpointId: number
  /** Whether what `run` writes stands in for what it went on from. */
  carriesOn: boolean
}

type Point = Pick<Link, 'from' | 'checkpointId'> & {
  /** A person named the job that goes on from there, whatever the other one was called. */
  isNamed?: boolean
}

export interface LinksInput {
  runs: Run[]
  snapshots: Snapshot[]
  jobs: ReadonlyMap<string, KnownJob>
  /** Names the files that snapshots reference; absent = files tell nothing. */
  keys: KeyTable | null
}

/**
 * Which run carries on from which point of which other. Seen are restores that a cluster, the history or an earlier look told
 * (`latest.restored`); of runs without such a word the files that their snapshots name tell. A run carries a job on when both are known by
 * the same name and it is no restore test: what goes on under another name is a branch of its own, unless a person named it. Evidence that
 * contradicts itself or closes a circle is void; so is what only the containers' record tells and storage does not bear out.
 */
export function linkRuns(input: LinksInput): Link[] {
  const index = new RunIndex(input)
  const drills = drillJobs(new Map(input.jobs), input.snapshots)
  const links = input.runs.flatMap((run) => {
    if (run.jobId === null || drills.has(run.jobId)) return []
    const point = seenPoint(run, input.jobs.get(run.jobId), index) ?? pointByFiles(run, input, index)
    if (point === null) return []
    const { from, checkpointId, isNamed = false } = point
    return [{ run, from, checkpointId, carriesOn: isNamed || (run.name !== null && run.name === from.name) }]
  })
  const circular = runsOnCircles(links)
  return links.filter((link) => !circular.has(link.run))
}

/** What was seen of its restore; `null` when nothing was, or two sources contradict each other. */
function seenPoint(run: Run, job: KnownJob | undefined, index: RunIndex): Point | null {
  const points = new Map<string, Point>()
  for (const restore of job?.restores ?? []) {
    if (!index.speaksOf(restore, run)) continue
    const point = index.pointOf(restore)
    if (point === null || point.from === run) continue
    if (restore.source === 'record' && !isBorneOut(run, point, job)) continue
    const key = `${point.from.key} ${point.checkpointId}`
    points.set(key, { ...point, isNamed: restore.isNamed === true || points.get(key)?.isNamed === true })
  }
  const [only, ...others] = points.values()
  return only !== undefined && others.length === 0 ? only : null
}

/** Whoever is restored goes on above the id that it was restored from, and did not begin empty. */
function isBorneOut({ snapshots }: Run, { checkpointId }: Point, job: KnownJob | undefined): boolean {
  return job?.emptyStarts.length === 0 && snapshots.every((one) => one.checkpointId === null || one.checkpointId > checkpointId)
}

/** The lowest snapshot of another run that has all the files of that run's tree which this one names. */
function pointByFiles(run: Run, { keys, jobs }: LinksInput, index: RunIndex): Point | null {
  const [first] = run.snapshots.filter((one) => one.completeness === 'complete')
  if (keys === null || first === undefined || run.jobId === null) return null
  if ((jobs.get(run.jobId)?.restores.length ?? 0) > 0) return null
  const foreign = new Map<Run, Set<number>>()
  for (const id of first.references) {
    const owner = index.ownerOf(id, keys)
    if (owner === run) continue
    if (owner === null) return null
    foreign.set(owner, (foreign.get(owner) ?? new Set()).add(id))
  }
  const [only, ...others] = foreign
  if (only === undefined || others.length > 0) return null
  const [from, files] = only
  const point = from.snapshots.find((one) => one.checkpointId !== null && hasAll(one, files))
  return point === undefined || point.checkpointId === null ? null : { from, checkpointId: point.checkpointId }
}

function hasAll(snapshot: Snapshot, files: ReadonlySet<number>): boolean {
  let found = 0
  for (const id of new Set(snapshot.references)) if (files.has(id)) found++
  return found === files.size
}

/** Finds runs by the paths in evidence, and by the files that snapshots name. */
class RunIndex {
  readonly #byDirectory = new Map<string, { run: Run; snapshot: Snapshot }>()
  readonly #byJob = new Map<string, Run[]>()
  readonly #named = new Map<string, string>()
  readonly #executions: Map<string, Execution[]>
  readonly #owners = new Map<number, Run | null>()

  constructor({ runs, jobs }: LinksInput) {
    for (const run of runs) {
      for (const snapshot of run.snapshots) this.#byDirectory.set(locationKey(snapshot.directory), { run, snapshot })
      if (run.jobId !== null) this.#byJob.set(run.jobId, [...(this.#byJob.get(run.jobId) ?? []), run])
    }
    this.#executions = new Map([...jobs].map(([jobId, { executions }]) => [jobId, executions]))
    for (const job of jobs.values()) {
      for (const path of ownPaths(job)) {
        const directory = directoryOf(path)
        if (directory !== null) this.#named.set(locationKey(directory), job.jobId)
      }
    }
  }

  /** Of an id that may have begun more than once, a restore is of the execution that it was told of. */
  speaksOf({ executionStartedAtMs }: SeenRestore, run: Run): boolean {
    if (run.isOnly) return true
    const executions = this.#executions.get(run.jobId ?? '') ?? []
    const isOfIt = (one: Snapshot) => executionAt(executions, one.completedAtMs)?.startedAtMs === executionStartedAtMs
    return executionStartedAtMs !== null && run.snapshots.length > 0 && run.snapshots.every(isOfIt)
  }

  /** The point that a restore path names; `null` when its run or its id cannot be told. */
  pointOf({ path, checkpointId }: SeenRestore): Point | null {
    const directory = directoryOf(path)
    if (directory === null) return null
    const there = this.#byDirectory.get(locationKey(directory))
    if (there !== undefined) {
      const id = there.snapshot.checkpointId ?? checkpointId
      return id === null || (checkpointId !== null && id !== checkpointId) ? null : { from: there.run, checkpointId: id }
    }
    const jobId = placeOf(directory.name).jobId ?? this.#named.get(locationKey(directory))
    const [run, ...others] = this.#byJob.get(jobId ?? '') ?? []
    const id = checkpointIdOf(directory.name) ?? checkpointId
    return run === undefined || !run.isOnly || others.length > 0 || id === null ? null : { from: run, checkpointId: id }
  }

  /** The run in whose tree or savepoint a file lies; `null` when that is no run's, or cannot be told. */
  ownerOf(id: number, keys: KeyTable): Run | null {
    const directory = keys.directoryOf(id)
    const known = this.#owners.get(directory)
    if (known !== undefined) return known
    const owner = this.#ownerAt(keys.prefixOf(directory).slice(0, -1))
    this.#owners.set(directory, owner)
    return owner
  }

  #ownerAt(key: string): Run | null {
    const there = this.#byDirectory.get(key)
    if (there !== undefined) return there.run
    const [account = '', container = '', ...parts] = key.split('/')
    const { jobId } = placeOf(`${[...parts, 'file'].join('/')}`)
    const [run, ...others] = account === '' || container === '' ? [] : (this.#byJob.get(jobId ?? '') ?? [])
    return run === undefined || others.length > 0 ? null : run
  }
}

function directoryOf(path: string): Location | null {
  const parsed = parseLocation(path)
  return parsed.ok ? snapshotDirectory(parsed.location) : null
}

/** Each run goes on from one other at most, so following the links from a run either ends or comes round. */
function runsOnCircles(links: Link[]): Set<Run> {
  const parents = new Map(links.map((link) => [link.run, link.from]))
  const circular = new Set<Run>()
  const done = new Set<Run>()
  for (const start of parents.keys()) {
    const path: Run[] = []
    const seen = new Set<Run>()
    let at: Run | undefined = start
    while (at !== undefined && !done.has(at) && !seen.has(at)) {
      seen.add(at)
      path.push(at)
      at = parents.get(at)
    }
    if (at !== undefined && seen.has(at)) for (const one of path.slice(path.indexOf(at))) circular.add(one)
    for (const one of path) done.add(one)
  }
  return circular
}
