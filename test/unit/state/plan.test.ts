import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { KnownJob } from '../../../src/lib/state/jobs.js'
import { lastSegment, parentOf, placeOf } from '../../../src/lib/state/layout.js'
import { locationKey } from '../../../src/lib/state/location.js'
import { jobOf } from '../../../src/lib/state/places.js'
import type { CleanupPlan } from '../../../src/lib/state/plan.js'
import type { Survey } from '../../../src/lib/state/survey.js'
import {
  at,
  checkpointDirectory,
  DAY,
  HOUR,
  job,
  jobsOf,
  keyAt,
  listedBlob,
  marker,
  metadata,
  NOW,
  neededKeys,
  needs,
  needsBelow,
  running,
  savepointDirectory,
  surveyOf,
  uuid,
} from '../../support/builders.js'
import { A, B, C, chk, deleted, file, heldBy, OLD, own, plan, planOf, shared, TREE } from './plan-of.js'

describe('planDeletions', () => {
  it('deletes an expired checkpoint: _metadata, then the files that nobody else needs, then its marker', () => {
    const made = plan(
      [
        chk(1, needsBelow(uuid(1)), needs(shared(10)), needs(shared(11))),
        chk(2, needsBelow(uuid(2)), needs(shared(11))),
        ...[own(1), own(2), shared(10), shared(11)].map((name) => file(name)),
        marker(checkpointDirectory(A, 1)),
        marker(checkpointDirectory(A, 2)),
      ],
      { jobs: [job(A)] },
    )
    const first = `${checkpointDirectory(A, 1)}/_metadata`
    expect(made.deletes.map(({ blob, reason, after }) => [blob.name, reason, after])).toEqual([
      [first, 'expired-checkpoint', []],
      [own(1), 'expired-checkpoint', [keyAt(first)]],
      [shared(10), 'expired-checkpoint', [keyAt(first)]],
      [checkpointDirectory(A, 1), 'marker', [keyAt(first), keyAt(own(1))]],
    ])
    expect(made.totals).toEqual({ blobs: 4, bytes: 120 })
    expect(made.scanned).toEqual({ blobs: 8, bytes: 240, snapshots: 2 })
  })

  it('lets a file of several expired snapshots go only after the _metadata of all of them, also when only one may take it along', () => {
    // The file lies in chk-2, is young, and both need it: only chk-2 may take a young file along.
    const young = file(own(2), { lastModifiedMs: NOW - HOUR })
    const blobs = [chk(1, needs(own(2))), chk(2, needsBelow(uuid(2))), young, metadata(checkpointDirectory(A, 3), [])]
    const made = plan(blobs, { jobs: [job(A)] })
    const after = made.deletes.find((one) => one.blob.name === own(2))?.after
    expect(after).toEqual([1, 2].map((id) => keyAt(`${checkpointDirectory(A, id)}/_metadata`)))
  })

  it('sweeps orphans of ended jobs and leftovers of unfinished checkpoints', () => {
    const made = plan([chk(5), file(own(6)), file(shared(1)), file(`${TREE}/taskowned/${uuid(2)}`)], { jobs: [job(A)], rules: {} })
    expect(made.deletes.map(({ blob, reason }) => [blob.name, reason])).toEqual([
      [own(6), 'incomplete'],
      [shared(1), 'orphan'],
    ])
    expect(heldBy(made)).toEqual(['1 task-owned'])
  })

  it('leaves all of an unfinished directory alone while one file in it is young', () => {
    const savepoint = savepointDirectory(A, 1)
    const blobs = [file(`${savepoint}/${uuid(1)}`), file(`${savepoint}/${uuid(2)}`, { lastModifiedMs: NOW - HOUR })]
    expect(plan(blobs, { jobs: [job(A)] }).deletes).toEqual([])
    expect(deleted(plan(blobs.slice(0, 1), { jobs: [job(A)] }))).toEqual([`${savepoint}/${uuid(1)}`])
  })

  it.each(['running', 'unknown'] as const)('holds everything loose in the tree of a job that is %s', (liveness) => {
    const made = plan([chk(5), file(own(6)), file(shared(1)), file(own(4)), marker(TREE)], { jobs: [job(A, { liveness })] })
    expect(made.deletes).toEqual([])
    expect(heldBy(made)).toEqual([`3 job-${liveness}`])
  })

  it('keeps what a claiming job needs in another job’s tree, and the snapshot in whose directory it lies', () => {
    const claimed = metadata(checkpointDirectory(B, 9), [needs(shared(1)), needs(own(1))], OLD)
    const blobs = [chk(1, needsBelow(uuid(1)), needs(shared(1)), needs(shared(2))), chk(2), claimed]
    const made = plan([...blobs, ...[own(1), shared(1), shared(2), shared(3)].map((name) => file(name))], { jobs: [job(A), running(B)] })
    expect(deleted(made)).toEqual([shared(3)])
    expect(made.decisions[0]?.reasons[0]?.detail).toBe(`${checkpointDirectory(B, 9)} needs files in it`)
  })

  it('protects everything below a directory that a snapshot needs as a whole', () => {
    const directory = `${TREE}/shared/job_a_op_b_1_4`
    const uses = [needs(directory, { kind: 'directory', sizeBytes: null })]
    const made = plan([metadata(checkpointDirectory(B, 1), uses), file(`${directory}/${uuid(1)}`), file(`${directory}5/${uuid(2)}`)], {
      jobs: [job(A), running(B)],
    })
    expect(deleted(made)).toEqual([`${directory}5/${uuid(2)}`])
    expect(heldBy(made)).toEqual(['1 needed-directory'])
  })

  it('tells a file that is itself named as a root, or as a directory that a snapshot needs, from those beside it', () => {
    const uses = [needs(shared(2), { kind: 'directory', sizeBytes: null })]
    const survey = () => surveyOf([metadata(checkpointDirectory(B, 1), uses), ...[1, 2, 3].map((number) => file(shared(number)))])
    expect(deleted(planOf(survey(), { jobs: [job(A), running(B)] }))).toEqual([shared(1), shared(3)])
    expect(deleted(planOf(survey(), { jobs: [job(A)], input: { roots: [at(shared(1))] } }))).toEqual([shared(1)])
  })

  it('protects files under the name that another snapshot misses, with both trees (FLINK-39964)', () => {
    const savepoint = savepointDirectory(C, 1)
    const blobs = [
      metadata(checkpointDirectory(B, 1), [needsBelow(uuid(1))], OLD),
      metadata(checkpointDirectory(B, 2), [], OLD),
      metadata(savepoint, [], OLD),
      metadata(savepointDirectory(C, 2), [], { lastModifiedMs: NOW - 19 * DAY }),
      file(`${savepoint}/${uuid(1)}`),
      file(`checkpoints/${B}/shared/${uuid(2)}`),
      file(shared(3)),
    ]
    const survey = surveyOf(blobs)
    for (const one of survey.snapshots) if (one.jobId === null) Object.assign(one, { jobId: C, checkpointId: one.completedAtMs })
    const made = planOf(survey, { jobs: [job(A), job(B), job(C)] })
    expect(deleted(made)).toEqual([shared(3)])
    expect(made.decisions.map((one) => one.reasons[0]?.reason)).toEqual(['protected', 'last-of-lineage', 'protected', 'last-of-lineage'])
  })

  it('holds an ended job’s shared files while a job with a changelog runs', () => {
    const made = plan([file(shared(1)), file(own(6))], { jobs: [job(A), running(B, { changelog: true })] })
    expect(deleted(made)).toEqual([own(6)])
    expect(heldBy(made)).toEqual(['1 changelog'])
  })

  it.each([
    ['outside the roots', `elsewhere/${A}/chk-1`],
    ['in a directory that is none of Flink’s', 'savepoints/my-copy'],
    ['deeper than Flink writes one', `${checkpointDirectory(A, 1)}/copy`],
    ['beside shared files', `${TREE}/shared`],
  ])('expires no snapshot %s', (_, directory) => {
    const survey = surveyOf([
      metadata(directory, [needsBelow(uuid(1))], OLD),
      file(`${directory}/${uuid(1)}`),
      metadata(checkpointDirectory(A, 9), []),
    ])
    for (const one of survey.snapshots) one.jobId = A
    const made = planOf(survey, { jobs: [job(A)] })
    expect(made.deletes).toEqual([])
    expect(made.decisions.find((one) => one.snapshot.directory.name === directory)?.reasons[0]).toMatchObject({
      reason: 'protected',
      detail: expect.stringContaining('outside'),
    })
  })

  it('leaves files, snapshots and directories of other jobs alone when one was asked for', () => {
    const other = (name: string) => name.replaceAll(A, B)
    const blobs = [chk(1), chk(2), file(shared(1)), marker(`${TREE}/taskowned`, OLD)]
    const both = [...blobs, ...blobs.map((one) => ({ ...one, name: other(one.name) }))]
    const made = plan(both, { jobs: [job(A), job(B)], only: new Set([A]) })
    expect(deleted(made)).toEqual([`${checkpointDirectory(A, 1)}/_metadata`, shared(1), `${TREE}/taskowned`])
  })

  it('reports what lies outside the layout, and temporary uploads', () => {
    const made = plan([file('tables/x'), file(`_$azuretmpfolder$/${uuid(1)}`), file(`_$azuretmpfolder$/${uuid(2)}`)], { jobs: [] })
    expect(new Set(heldBy(made))).toEqual(new Set(['1 unknown-layout', '2 temporary']))
  })
})

it('finds a savepoint’s job by its prefix, and a running one first', () => {
  const twin = `${A.slice(0, 31)}0`
  const place = placeOf(`${savepointDirectory(A, 1)}/${uuid(1)}`)
  expect(jobOf(place, jobsOf(job(A), running(twin)))?.jobId).toBe(twin)
  expect(jobOf(place, jobsOf(job(B)))).toBeNull()
  expect(jobOf(placeOf(shared(1)), jobsOf(job(A)))?.jobId).toBe(A)
})

/** A container at random: snapshots of three jobs that need files anywhere, loose files, markers, leftovers. */
const ids = [A, B, C]
const directory = fc.oneof(
  fc.tuple(fc.constantFrom(...ids), fc.integer({ min: 1, max: 4 })).map(([id, number]) => checkpointDirectory(id, number)),
  fc.tuple(fc.constantFrom(...ids), fc.integer({ min: 1, max: 2 })).map(([id, number]) => savepointDirectory(id, number)),
)
const someFile = fc.nat({ max: 9 }).map(uuid)
const place = fc.oneof(
  directory,
  fc.constantFrom(...ids).map((id) => `checkpoints/${id}/shared`),
  fc.constantFrom(...ids).map((id) => `checkpoints/${id}/shared/job_a_op_b_1_4`),
  fc.constantFrom(...ids).map((id) => `checkpoints/${id}/taskowned`),
  fc.constantFrom(...ids).map((id) => `elsewhere/${id}/shared`),
)
const blobName = fc.tuple(place, someFile).map((parts) => parts.join('/'))
const age = fc.constantFrom(HOUR, 2 * DAY, 10 * DAY).map((ageMs) => ({ lastModifiedMs: NOW - ageMs }))
const use = fc.oneof(
  { weight: 4, arbitrary: blobName.map((name) => needs(name, { sizeBytes: null })) },
  { weight: 2, arbitrary: someFile.map((name) => ({ ...needsBelow(name), sizeBytes: null })) },
  { weight: 1, arbitrary: place.map((name) => needs(name, { kind: 'directory', sizeBytes: null })) },
)
/** Mostly with all files that its snapshots need, so that snapshots are complete and expire. */
const container = fc
  .record({
    snapshots: fc.uniqueArray(fc.tuple(directory, fc.array(use, { maxLength: 4 }), age), { maxLength: 9, selector: ([name]) => name }),
    loose: fc.array(fc.tuple(blobName, age), { maxLength: 12 }),
    lost: fc.oneof({ weight: 3, arbitrary: fc.constant(-1) }, fc.nat({ max: 6 })),
    usedAge: age,
    markers: fc.uniqueArray(fc.tuple(fc.oneof(place, blobName.map(parentOf), place.map(parentOf)), age), { selector: ([name]) => name }),
  })
  .map(({ snapshots, loose, lost, usedAge, markers }) => {
    const made = snapshots.map(([name, uses, parts]) => metadata(name, uses, parts))
    const survey = surveyOf(made)
    const used = survey.snapshots.flatMap((one) => neededKeys(survey, one).map((key) => key.slice(keyAt('').length)))
    const files = new Map([...loose, ...used.filter((_, number) => number !== lost).map((name) => [name, usedAge] as const)])
    return [...made, ...[...files].map(([name, parts]) => listedBlob(name, parts)), ...markers.map(([name, parts]) => marker(name, parts))]
  })
const jobs = fc.tuple(
  ...ids.map((id) =>
    fc
      .record({
        liveness: fc.oneof(
          { weight: 4, arbitrary: fc.constant('terminated' as const) },
          fc.constantFrom('running' as const, 'unknown' as const),
        ),
        name: fc.constantFrom(null, 'n'),
        restoredFrom: fc.constantFrom(null, `wasbs://flink@acct.blob.core.windows.net/${checkpointDirectory(A, 1)}`),
      })
      .map((parts) => job(id, parts)),
  ),
)
const rules = fc.record({
  checkpointsMs: fc.constantFrom(null, 0, HOUR, DAY),
  savepointsMs: fc.constantFrom(null, 0, HOUR, DAY),
  abandonedMs: fc.constantFrom(null, HOUR),
})

function whateverIsThere(check: (made: CleanupPlan, survey: Survey, known: KnownJob[]) => void): void {
  fc.assert(
    fc.property(container, jobs, rules, (blobs, known, given) => {
      const survey = surveyOf(blobs)
      check(planOf(survey, { jobs: known, rules: given }), survey, known)
    }),
    { numRuns: 200 },
  )
}

function keptSnapshots(made: CleanupPlan, survey: Survey) {
  const expired = new Set(made.decisions.filter((one) => one.verdict === 'expire').map((one) => one.snapshot))
  return survey.snapshots.filter((one) => !expired.has(one))
}

describe('a plan over any container', () => {
  it('deletes nothing that a snapshot which stays needs, nor its _metadata', () => {
    whateverIsThere((made, survey) => {
      const kept = keptSnapshots(made, survey)
      const live = new Set(kept.flatMap((one) => [...neededKeys(survey, one), `${locationKey(one.directory)}/_metadata`]))
      const directories = kept.flatMap((one) => one.directories)
      for (const { blob, reason } of made.deletes) {
        const key = locationKey(blob)
        expect(live, `${key} ${reason}`).not.toContain(key)
        if (reason !== 'marker') expect(directories.filter((one) => key.startsWith(`${one}/`) && !reason.startsWith('expired'))).toEqual([])
      }
    })
  })

  it('touches no tree of a job that runs or may run, and nothing outside the roots', () => {
    whateverIsThere((made, _, known) => {
      for (const { blob } of made.deletes) {
        const owner = known.find((one) => blob.name.startsWith(`checkpoints/${one.jobId}`))
        expect(owner?.liveness ?? 'terminated', blob.name).toBe('terminated')
        expect(blob.name).toMatch(/^(checkpoints|savepoints)\//)
      }
    })
  })

  it('deletes _metadata first and markers last, each thing once, and names for each file every expired snapshot that needs it', () => {
    const phase = (one: CleanupPlan['deletes'][number]) =>
      one.reason === 'marker' ? 2 : lastSegment(one.blob.name) === '_metadata' ? 0 : 1
    whateverIsThere((made, survey) => {
      const phases = made.deletes.map(phase)
      expect(phases).toEqual(phases.toSorted((a, b) => a - b))
      const keys = made.deletes.map((one) => locationKey(one.blob))
      expect(new Set(keys).size).toBe(keys.length)
      for (const one of made.deletes.filter((other) => phase(other) === 1)) {
        const users = survey.snapshots.filter((snapshot) => neededKeys(survey, snapshot).includes(locationKey(one.blob)))
        const metadataOf = users.map((snapshot) => `${locationKey(snapshot.directory)}/_metadata`)
        expect(new Set(one.after)).toEqual(new Set(metadataOf))
      }
    })
  })

  it('removes the marker of a directory only when nothing is left in it, and only after what was in it', () => {
    whateverIsThere((made, survey) => {
      const going = new Map(made.deletes.map((one, order) => [locationKey(one.blob), order]))
      const all = [...survey.stored, ...survey.loose, ...survey.markers]
      for (const [order, { blob, reason }] of made.deletes.entries()) {
        if (reason !== 'marker') continue
        const inside = all
          .filter((other) => other.name.startsWith(`${blob.name}/`))
          .map((other) => going.get(locationKey(other)) ?? Number.NaN)
        expect(
          inside.every((before) => before < order),
          blob.name,
        ).toBe(true)
      }
    })
  })

  it('holds or deletes every loose blob, and loses none', () => {
    whateverIsThere((made, survey) => {
      const swept = made.deletes.filter((one) => one.reason === 'orphan' || one.reason === 'incomplete').length
      const held = made.held.reduce((sum, one) => sum + one.blobs, 0)
      const others = [...survey.others.values()].reduce((sum, one) => sum + one.blobs, 0)
      expect(swept + held).toBe(survey.loose.size + others)
    })
  })
})
