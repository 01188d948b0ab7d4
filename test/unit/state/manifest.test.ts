import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isOpen, type Manifest, type ManifestJob, newestManifest, parseManifest, withStep } from '../../../src/lib/state/manifest.js'
import { manifest, manifestJob } from '../../support/fake-manifest.js'

describe('a manifest', () => {
  it.each<[string, Partial<Manifest>, boolean]>([
    ['with a job that is down is open', { jobs: [manifestJob({ state: 'stopped' })] }, true],
    ['with a job that could not be stopped is open', { jobs: [manifestJob({ state: 'failed' })] }, true],
    ['of which every job is back is not open', { jobs: [manifestJob({ state: 'running' })] }, false],
    ['that was given up is not open', { isClosed: true, jobs: [manifestJob({ state: 'stopped' })] }, false],
  ])('%s', (_, parts, expected) => {
    expect(isOpen(manifest(parts))).toBe(expected)
  })

  it('takes a step of one job and leaves the others as they are', () => {
    const before = manifest({ jobs: [manifestJob({ jobId: 'a' }), manifestJob({ jobId: 'b' })] })

    const after = withStep(before, 'b', { state: 'stopped', path: 'p' }, 0)

    expect(after.jobs).toEqual([before.jobs[0], { ...before.jobs[1], state: 'stopped', path: 'p' }])
    expect(after.revision).toBe(before.revision + 1)
    expect(after.updatedAt).toBe('1970-01-01T00:00:00.000Z')
  })
})

describe('newestManifest', () => {
  const where = { context: 'prod', jobManager: 'http://jm' }
  const open = [manifestJob({ state: 'stopped' })]
  const over = [manifestJob({ state: 'running' })]

  it('is the open one, although another came to its end later', () => {
    const one = manifest({ id: 'open', jobs: open, updatedAt: '2026-01-01T00:00:00.000Z' })
    const other = manifest({ id: 'over', jobs: over, updatedAt: '2026-02-01T00:00:00.000Z' })

    expect(newestManifest([other, one], where)?.id).toBe('open')
  })

  it('is the last that came to its end where none is open', () => {
    const [one, other] = ['2026-01-01T00:00:00.000Z', '2026-02-01T00:00:00.000Z'].map((at) =>
      manifest({ id: at, jobs: over, updatedAt: at }),
    )

    expect(newestManifest([one!, other!], where)?.id).toBe(other!.id)
  })

  it('is never one of another context, nor one that was given up', () => {
    expect(newestManifest([manifest({ context: 'test', jobs: open }), manifest({ isClosed: true, jobs: open })], where)).toBeNull()
  })

  it('goes by the JobManager where there is no context', () => {
    const other = manifest({ context: null, jobManager: 'http://other', jobs: open })

    expect(newestManifest([other], { context: null, jobManager: 'http://jm' })).toBeNull()
    expect(newestManifest([other], { context: null, jobManager: 'http://other' })).toBe(other)
  })
})

describe('parseManifest', () => {
  const job = fc.record<ManifestJob>({
    jobId: fc.uuid(),
    name: fc.string(),
    state: fc.constantFrom('planned', 'stopping', 'stopped', 'failed', 'starting', 'running'),
    triggerId: fc.option(fc.string()),
    triggeredAt: fc.option(fc.string()),
    targetDirectory: fc.option(fc.string()),
    path: fc.option(fc.string()),
    verified: fc.boolean(),
    error: fc.option(fc.string()),
    resumedAs: fc.option(fc.string()),
    spec: fc.constant(null),
    configuration: fc.constant(manifestJob().configuration),
  })

  it('reads back what was written', () => {
    fc.assert(
      fc.property(fc.uniqueArray(job, { selector: (one) => one.jobId }), (jobs) => {
        const written = manifest({ jobs })
        expect(parseManifest(JSON.parse(JSON.stringify(written)))).toEqual(written)
      }),
    )
  })

  const SPEC = { kind: 'jar', path: 'p.jar', sha256: 'x', entryClass: null, args: ['--all'], parallelism: 4 }
  const withSpec = (parts: object) => ({ ...manifest(), jobs: [{ ...manifestJob(), spec: { ...SPEC, ...parts } }] })
  const withConfiguration = (parts: object) => ({
    ...manifest(),
    jobs: [{ ...manifestJob(), configuration: { ...manifestJob().configuration, ...parts } }],
  })

  it('reads a spec, and a configuration of which little is known', () => {
    expect(parseManifest(withSpec({}))).not.toBeNull()
    expect(parseManifest({ ...manifest(), jobs: [{ ...manifestJob(), configuration: {} }] })).not.toBeNull()
  })

  it.each<[string, unknown]>([
    ['nothing', null],
    ['a text', 'manifest'],
    ['a list', []],
    ['no id', { ...manifest(), id: undefined }],
    ['an unknown state', { ...manifest(), jobs: [{ ...manifestJob(), state: 'paused' }] }],
    ['a path that is no text', { ...manifest(), jobs: [{ ...manifestJob(), path: 7 }] }],
    ['a job without name', { ...manifest(), jobs: [{ ...manifestJob(), name: null }] }],
    ['one job id twice', { ...manifest(), jobs: [manifestJob(), manifestJob()] }],
    ['a revision above all', JSON.parse(JSON.stringify(manifest()).replace('"revision":3', '"revision":1e999'))],
    ['a revision that is no whole number', { ...manifest(), revision: 1.5 }],
    ['a revision below 0', { ...manifest(), revision: -1 }],
    ['a word for what it is', { ...manifest(), isForeign: 'no' }],
    ['a last checkpoint that is no text', withConfiguration({ lastCheckpoint: ['x'] })],
    ['a parallelism that is no number', withConfiguration({ parallelism: '4' })],
    ['a configuration that is a list', { ...manifest(), jobs: [{ ...manifestJob(), configuration: [] }] }],
    ['arguments that are one text', withSpec({ args: '--all' })],
    ['an argument that is no text', withSpec({ args: ['--all', 1] })],
    ['a class that is no text', withSpec({ entryClass: {} })],
    ['a parallelism of 0', withSpec({ parallelism: 0 })],
    ['a digest that is no text', withSpec({ sha256: null })],
    ['a spec of no known kind', { ...manifest(), jobs: [{ ...manifestJob(), spec: { kind: 'python', path: 'p', sha256: 'x' } }] }],
  ])('refuses %s', (_, value) => {
    expect(parseManifest(value)).toBeNull()
  })
})
