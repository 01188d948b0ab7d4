import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Manifest, type ManifestJob, type ManifestSpec, parseManifest } from '../../../src/lib/state/manifest.js'
import { manifestRecord } from '../../../src/lib/state/manifest-record.js'

const SPEC: ManifestSpec = {
  kind: 'script',
  path: '/jobs/sales.sql',
  sha256: 'a'.repeat(64),
  entryClass: null,
  args: [],
  parallelism: null,
  needs: ['DB_PASS'],
}
const JOB: ManifestJob = {
  jobId: 'a'.repeat(32),
  name: 'sales',
  state: 'stopped',
  triggerId: null,
  triggeredAt: null,
  targetDirectory: null,
  path: 'wasbs://c@a/s',
  verified: true,
  error: null,
  resumedAs: null,
  spec: SPEC,
  configuration: {
    startedAt: '2026-11-30T00:00:00.000Z',
    checkpointDirectory: null,
    parallelism: 4,
    stateBackend: null,
    checkpointIntervalMs: 10_000,
    lastCheckpoint: null,
    restoredFrom: null,
  },
}
const MANIFEST: Manifest = {
  id: 'w1',
  revision: 3,
  createdAt: '2026-11-30T00:00:00.000Z',
  updatedAt: '2026-11-30T00:00:00.000Z',
  context: 'prod',
  jobManager: 'http://jm',
  flinkVersion: '1.20.1',
  isClosed: false,
  jobs: [JOB],
}
const withSpec = (spec: object): Manifest => ({ ...MANIFEST, jobs: [{ ...JOB, spec: spec as ManifestSpec }] })

/** Every object inside, itself first. */
function objectsIn(value: unknown): object[] {
  if (typeof value !== 'object' || value === null) return []
  return [value, ...Object.values(value).flatMap(objectsIn)]
}

describe('a manifest as it is written', () => {
  it('is all that it was, and is read back', () => {
    expect(manifestRecord(MANIFEST)).toEqual(MANIFEST)
    expect(parseManifest(JSON.parse(JSON.stringify(manifestRecord(MANIFEST))))).toEqual(MANIFEST)
  })

  it('has the listed fields and no others, wherever something else was put', () => {
    const field = fc.stringMatching(/^[a-z]{3,12}$/).filter((name) => !JSON.stringify(MANIFEST).includes(`"${name}"`))
    fc.assert(
      fc.property(fc.nat(10), field, (at, name) => {
        const wide = structuredClone(MANIFEST)
        const objects = objectsIn(wide).filter((one) => !Array.isArray(one))
        Object.assign(objects[at % objects.length] ?? {}, { [name]: { deep: 'MARKED' } })
        expect(manifestRecord(wide)).toEqual(MANIFEST)
      }),
    )
  })

  it('drops the values that older versions put there', () => {
    const written = manifestRecord(withSpec({ ...SPEC, defines: { DB_PASS: 'MARKED' } }))
    expect(JSON.stringify(written)).not.toContain('MARKED')
  })

  it.each([
    ['arguments of older versions', { args: ['--db-pass', 'MARKED'], needs: undefined }, { args: null, needs: ['arguments'] }],
    ['arguments that are told of', { args: null, needs: ['2 arguments (--db-pass)'] }, { args: null, needs: ['2 arguments (--db-pass)'] }],
    ['none', { args: [], needs: undefined }, { args: [], needs: [] }],
  ])('says that a jar has arguments, and not which: %s', (_, parts, expected) => {
    const written = manifestRecord(withSpec({ ...SPEC, kind: 'jar', ...parts }))
    expect(written.jobs[0]?.spec).toMatchObject(expected)
    expect(JSON.stringify(written)).not.toContain('MARKED')
  })

  it.each([['DB_PASS'], [[7]], [{}]])('is none that can be read when needs is %j', (needs) => {
    expect(parseManifest(withSpec({ ...SPEC, needs }))).toBeNull()
  })
})
