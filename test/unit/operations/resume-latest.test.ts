import { describe, expect, it } from 'vitest'
import { EXIT, FlinkopsError } from '../../../src/lib/errors.js'
import type { ListedSnapshot } from '../../../src/lib/operations/list-snapshots.js'
import { resumeLatest } from '../../../src/lib/operations/resume-latest.js'
import type { Journal, RunJarRequest } from '../../../src/lib/ports.js'
import { type FakeBlob, fakeJobManager, fakeStorage, JOB, NOW_MS, stats, uri } from '../../support/fake-ports.js'
import { jarProgram, startsInMemory } from '../../support/programs.js'
import { encodeMetadata } from '../state/metadata/encoder.js'
import { snapshot } from '../state/metadata/samples.js'

const COMPLETE: FakeBlob = { bytes: encodeMetadata(snapshot({ checkpointId: 8 })) }
const at = (number: number) => `checkpoints/${JOB}/chk-${number}`

interface World {
  /** Checkpoints in storage. */
  stored: number[]
  /** What is found, one a look. */
  found: number[]
  /** Called before each start. */
  onRun?: (request: RunJarRequest, storage: ReturnType<typeof fakeStorage>) => void
  dryRun?: boolean
}

async function resume({ stored, found, onRun, dryRun = false }: World) {
  const storage = fakeStorage(Object.fromEntries(stored.map((number) => [`${at(number)}/_metadata`, COMPLETE])))
  const runs: RunJarRequest[] = []
  const vanished: string[] = []
  const restores: [string, string][] = []
  const starts = startsInMemory()
  const left = [...found]
  const result = await resumeLatest({
    program: jarProgram('enrich'),
    claimMode: 'NO_CLAIM',
    allowNonRestoredState: false,
    allowClaimNative: false,
    waitFor: 'restored',
    dryRun,
    roots: [],
    storage,
    journal: {
      rememberRestore: async (jobId: string, path: string) => void restores.push([jobId, path]),
      rememberName: async () => undefined,
    } as Partial<Journal> as Journal,
    starts,
    jobManager: fakeJobManager({
      version: async () => '2.3.0',
      ensureJar: async () => 'jar-1',
      runJar: async (request) => {
        onRun?.(request, storage)
        runs.push(request)
        return request.jobId
      },
      jobState: async () => 'RUNNING',
      job: async (jobId) => ({ jobId, name: 'enrich', state: 'RUNNING', startedAtMs: NOW_MS, endedAtMs: null, vertices: [] }),
      checkpoints: async () => {
        const path = runs.at(-1)?.restore?.path ?? null
        return stats({ restored: { id: 8, restoredAtMs: NOW_MS, externalPath: path, isSavepoint: true } })
      },
    }),
    sqlGateway: () => Promise.reject(new Error('no gateway was expected to be asked')),
    signal: new AbortController().signal,
    now: () => NOW_MS,
    onVerified: async () => undefined,
    onStarted: () => undefined,
    onProgress: () => undefined,
    find: async () => ({ path: uri(at(left.shift() ?? 0)) }) as Partial<ListedSnapshot> as ListedSnapshot,
    onVanished: (path) => vanished.push(path),
  }).catch((error: unknown) => error)
  return { result, runs, vanished, starts: starts.jobs, restores, looks: found.length - left.length }
}

function fails(code: string): never {
  throw new FlinkopsError('No.', { code, exitCode: EXIT.failedOnCluster })
}

describe('resuming from the newest snapshot', () => {
  it('starts the job from what was found, proves it, and writes down how it was started', async () => {
    const { result, runs, starts, restores, vanished } = await resume({ stored: [8], found: [8] })
    expect(result).toMatchObject({ jobName: 'enrich', restoredFrom: uri(at(8)), verified: true })
    expect(runs).toMatchObject([
      { entryClass: 'com.acme.Enrich', programArgs: ['--env', 'prod'], parallelism: 4, restore: { path: uri(at(8)) } },
    ])
    const jobId = runs[0]?.jobId
    expect(starts).toEqual([
      expect.objectContaining({ jobId, name: 'enrich', path: '/jobs/enrich.jar', restoredFrom: uri(at(8)), startedAtMs: NOW_MS }),
    ])
    expect(restores).toEqual([[jobId, uri(at(8))]])
    expect(vanished).toEqual([])
  })

  it('looks again when the checkpoint was subsumed before it could be verified', async () => {
    const { result, vanished } = await resume({ stored: [9], found: [8, 9] })
    expect(result).toMatchObject({ restoredFrom: uri(at(9)) })
    expect(vanished).toEqual([uri(at(8))])
  })

  it.each(['JOB_NOT_STARTED', 'RESTORE_FAILED'])('looks again when it was subsumed before Flink could read it (%s)', async (code) => {
    const { result, runs, vanished } = await resume({
      stored: [8, 9],
      found: [8, 9],
      onRun: ({ restore }, { blobs }) => {
        if (restore?.path !== uri(at(8))) return
        blobs.delete(`${at(8)}/_metadata`)
        fails(code)
      },
    })
    expect(result).toMatchObject({ restoredFrom: uri(at(9)) })
    expect(runs).toHaveLength(1)
    expect(vanished).toEqual([uri(at(8))])
  })

  it('does not look again when the snapshot is still there: the failure is about something else', async () => {
    const { result, looks } = await resume({ stored: [8], found: [8, 9], onRun: () => fails('JOB_NOT_STARTED') })
    expect(result).toMatchObject({ code: 'JOB_NOT_STARTED' })
    expect(looks).toBe(1)
  })

  it.each(['UNREACHABLE', 'RESTORE_NOT_PROVEN', 'SQL_FAILED_AFTER_START', 'TIMEOUT'])(
    'does not look again when a job may run (%s)',
    async (code) => {
      const { result, looks } = await resume({
        stored: [8],
        found: [8, 9],
        onRun: (_, { blobs }) => {
          blobs.clear()
          fails(code)
        },
      })
      expect(result).toMatchObject({ code })
      expect(looks).toBe(1)
    },
  )

  it('gives up when it vanishes three times', async () => {
    const { result, looks, runs } = await resume({ stored: [], found: [1, 2, 3, 4] })
    expect(result).toMatchObject({ code: 'SNAPSHOT_NOT_FOUND', exitCode: 5 })
    expect({ looks, runs }).toEqual({ looks: 3, runs: [] })
  })

  it('starts nothing in a dry run', async () => {
    const { result, runs, starts } = await resume({ stored: [8], found: [8], dryRun: true })
    expect(result).toMatchObject({ jobId: null, jobName: 'enrich', restoredFrom: uri(at(8)), verified: false })
    expect({ runs, starts }).toEqual({ runs: [], starts: [] })
  })
})
