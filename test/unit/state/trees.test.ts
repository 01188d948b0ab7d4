import { describe, expect, it } from 'vitest'
import { type PlannedCleanup, planCleanup } from '../../../src/lib/operations/plan-cleanup.js'
import { isStateFileName, lastSegment, parentOf, placeOf } from '../../../src/lib/state/layout.js'
import { locationKey } from '../../../src/lib/state/location.js'
import type { RetentionPolicy } from '../../../src/lib/state/policy.js'
import type { Snapshot } from '../../../src/lib/state/snapshot.js'
import { NO_WINDOWS } from '../../../src/lib/state/windows.js'
import { DAY, HOUR, neededKeys, policy } from '../../support/builders.js'
import { NO_POINTERS } from '../../support/no-pointers.js'
import { emptyJournal, type RecordedTree, readTree, recordedTrees, TREE_ACCOUNT, type Truth } from '../../support/recorded-tree.js'

const TREES = recordedTrees()
const NOTHING_EXPIRES = policy()
const ALL_EXPIRE = policy({ checkpointsMs: 24 * HOUR, savepointsMs: 24 * HOUR })

interface Given {
  rules: RetentionPolicy
  /** `false`: the JobManager knows no job, and no other cluster exists, so all have ended. */
  jobs: boolean
}

function plan(tree: RecordedTree, { rules, jobs }: Given): Promise<PlannedCleanup> {
  const at = (name: string) => ({ account: TREE_ACCOUNT, container: tree.truth.container, name })
  return planCleanup({
    readers: [tree.reader],
    cluster: { jobManagers: [tree.jobManager({ jobs })], history: null },
    journal: emptyJournal(),
    roots: [at('checkpoints'), at('savepoints')],
    stateRoots: [at('checkpoints'), at('savepoints')],
    exclusive: !jobs,
    policy: rules,
    job: null,
    windows: async () => NO_WINDOWS,
    pointers: NO_POINTERS,
    graceMs: 72 * HOUR,
    maxShare: 1,
    withoutSoftDelete: false,
    now: () => tree.serverTimeMs,
    signal: new AbortController().signal,
  })
}

/** Blob names behind keys of the tree's container. */
function names(keys: Iterable<string>, { container }: Truth): Set<string> {
  const prefix = `${TREE_ACCOUNT}/${container}/`
  return new Set([...keys].map((key) => (key.startsWith(prefix) ? key.slice(prefix.length) : key)))
}

function of(all: Set<string>, isWanted: (one: string) => boolean): Set<string> {
  return new Set([...all].filter(isWanted))
}

function filesOf(metadata: string, { byMetadata }: Truth): string[] {
  return Object.values(byMetadata[metadata] ?? {}).flat()
}

const metadataOf = (snapshot: Snapshot) => `${snapshot.directory.name}/_metadata`
const deletedFiles = ({ plan: made }: PlannedCleanup) => made.deletes.filter((one) => one.reason !== 'marker').map((one) => one.blob.name)

/** What the rules allow to sweep once every job has ended: flat shared files, files of checkpoints and savepoints, by their names. */
function isSweepable(name: string): boolean {
  const { area, file } = placeOf(name)
  return (area === 'shared' || area === 'checkpoint' || area === 'savepoint') && isStateFileName(file)
}

describe.skipIf(TREES.length === 0)('the recorded tree', () => {
  it.each(TREES)('%s needs just the files that Flink says it needs', async (name) => {
    const tree = readTree(name)
    const { survey } = await plan(tree, { rules: NOTHING_EXPIRES, jobs: true })
    const needed = names(
      survey.snapshots.flatMap((one) => neededKeys(survey, one)),
      tree.truth,
    )
    const stored = names([...survey.stored].map(locationKey), tree.truth)
    expect(survey.unreadable).toEqual([])
    expect(survey.isStable).toBe(true)
    expect(of(needed, (one) => stored.has(one))).toEqual(new Set(tree.truth.referenced))
    expect(of(needed, (one) => !stored.has(one))).toEqual(new Set(tree.truth.missing))
    expect(of(stored, (one) => !needed.has(one))).toEqual(new Set(tree.truth.metadata))
    for (const one of survey.snapshots.filter((snapshot) => snapshot.etag !== null))
      expect(names(neededKeys(survey, one), tree.truth)).toEqual(new Set(filesOf(metadataOf(one), tree.truth)))
  })

  it.each(TREES.flatMap((name) => [[name, 'listing.jsonl'] as const, [name, 'listing-2.jsonl'] as const]))(
    '%s in its %s has the snapshots complete whose files are all there',
    async (name, listing) => {
      const tree = readTree(name, { listing })
      const { survey, jobs } = await plan(tree, { rules: NOTHING_EXPIRES, jobs: true })
      const listed = new Set<string>()
      for await (const { blobs } of tree.reader.list({ signal: new AbortController().signal }))
        for (const one of blobs) listed.add(one.name)
      for (const one of survey.snapshots) expect([one.directory.name, one.completeness]).toEqual([one.directory.name, expectedOf(one)])

      function expectedOf(one: Snapshot): string {
        if (one.etag !== null) return filesOf(metadataOf(one), tree.truth).every((file) => listed.has(file)) ? 'complete' : 'broken'
        const isRunning = jobs.get(one.jobId ?? '')?.liveness === 'running'
        const finished = survey.snapshots
          .filter((other) => other.etag !== null && other.jobId === one.jobId)
          .map((other) => other.checkpointId ?? 0)
        return isRunning && (one.checkpointId ?? 0) > Math.max(0, ...finished) ? 'writing' : 'incomplete'
      }
    },
  )

  it.each(TREES)('%s as it was: the plan touches nothing that Flink needs, whatever may expire', async (name) => {
    for (const laterMs of [0, 100 * DAY]) {
      const tree = readTree(name, { laterMs })
      for (const rules of [NOTHING_EXPIRES, ALL_EXPIRE]) expectNothingNeededGoes(await plan(tree, { rules, jobs: true }), tree.truth)
    }
  })

  it.each(TREES)('%s as it was: no guard has anything against a clean-up', async (name) => {
    const { plan: made } = await plan(readTree(name), { rules: NOTHING_EXPIRES, jobs: true })
    expect(made.guards.filter((one) => one.status === 'refuse')).toEqual([])
  })

  it.each(TREES)('%s long after all jobs ended: the plan sweeps what nobody needs, and nothing else', async (name) => {
    const tree = readTree(name, { laterMs: 100 * DAY })
    const planned = await plan(tree, { rules: NOTHING_EXPIRES, jobs: false })
    expect(new Set(deletedFiles(planned))).toEqual(new Set(tree.truth.unreferenced.filter(isSweepable)))
    expect(planned.plan.decisions.map((one) => one.verdict)).not.toContain('expire')
  })

  it.each(TREES)('%s long after all jobs ended: an expired snapshot takes along just what no kept one needs', async (name) => {
    const tree = readTree(name, { laterMs: 100 * DAY })
    const planned = await plan(tree, { rules: ALL_EXPIRE, jobs: false })
    expectNothingNeededGoes(planned, tree.truth)
    const kept = new Set(keptMetadata(planned).flatMap((one) => filesOf(one, tree.truth)))
    const expired = tree.truth.metadata.filter((one) => !keptMetadata(planned).includes(one))
    const gone = expired
      .flatMap((one) => [one, ...filesOf(one, tree.truth)])
      .filter((one) => !kept.has(one) && !tree.truth.missing.includes(one))
    expect(new Set(deletedFiles(planned))).toEqual(new Set([...gone, ...tree.truth.unreferenced.filter(isSweepable)]))
  })

  it.each(TREES)('%s long after all jobs ended: no lineage loses its newest restorable snapshot', async (name) => {
    const { plan: made, lineages } = await plan(readTree(name, { laterMs: 100 * DAY }), { rules: ALL_EXPIRE, jobs: false })
    const complete = made.decisions.filter((one) => one.snapshot.completeness === 'complete')
    const keys = new Set(complete.map((one) => lineages.of(one.snapshot)))
    const keptKeys = complete.filter((one) => one.verdict === 'keep').map((one) => lineages.of(one.snapshot))
    expect(keys.size).toBeGreaterThan(0)
    expect(new Set(keptKeys)).toEqual(keys)
  })
})

function keptMetadata({ plan: made }: PlannedCleanup): string[] {
  return made.decisions.filter((one) => one.verdict === 'keep').map((one) => metadataOf(one.snapshot))
}

function expectNothingNeededGoes(planned: PlannedCleanup, truth: Truth): void {
  const needed = new Set(keptMetadata(planned).flatMap((one) => [one, ...filesOf(one, truth)]))
  for (const { blob } of planned.plan.deletes) expect(needed, locationKey(blob)).not.toContain(blob.name)
  for (const { blob, reason } of planned.plan.deletes) if (reason === 'marker') expect([...needed].map(parentOf)).not.toContain(blob.name)
  for (const { blob } of planned.plan.deletes.filter((one) => lastSegment(one.blob.name) === '_metadata'))
    expect(truth.metadata).toContain(blob.name)
}
