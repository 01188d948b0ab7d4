import { randomBytes } from 'node:crypto'
import { EXIT, FlinkopsError, refusedError } from '../errors.js'
import type { ClaimMode, JobManager, Journal, RestoreSettings, SqlGateway, SqlStatement, StorageReader } from '../ports.js'
import { type AwaitRestoreInput, awaitRestore, type RestoreProgress } from './await-restore.js'
import { type LocatedSnapshot, locateSnapshot } from './locate-snapshot.js'
import { type Verification, verifySnapshot } from './verify-snapshot.js'

/** What is started: one job of a SQL script, or a jar. */
export type Program =
  | { kind: 'script'; statements: SqlStatement[]; name: string | null }
  | { kind: 'jar'; path: string; entryClass: string | null; args: string[]; parallelism: number | null }

export interface ResumeInput {
  program: Program
  from: string
  claimMode: ClaimMode
  allowNonRestoredState: boolean
  /** The user takes the risk of FLINK-39964. */
  allowClaimNative: boolean
  waitFor: 'restored' | 'checkpoint'
  /** Check everything, start nothing. */
  dryRun: boolean
  roots: string[]
  jobManager: JobManager
  /** Only asked for a script. */
  sqlGateway: () => Promise<SqlGateway>
  journal: Journal
  storage: StorageReader
  signal: AbortSignal
  now: () => number
  onStarted: (jobId: string) => void
  onProgress: (progress: RestoreProgress) => void
}

/** The JSON of `resume`. */
export type ResumeResult =
  | {
      jobId: string
      jobName: string
      state: string
      restoredFrom: string
      claimMode: ClaimMode
      restoredCheckpointId: number
      verified: true
    }
  /** A dry run. */
  | {
      jobId: null
      jobName: string | null
      state: null
      restoredFrom: string
      claimMode: ClaimMode
      restoredCheckpointId: null
      verified: false
    }

/**
 * Starts a program from a snapshot and proves it: the snapshot is all there before, the job runs, the cluster says that it was restored
 * from just this path, and a first checkpoint of its own is completed and readable. A wrong restore key is silently ignored by Flink and
 * the job starts empty, so nothing less is a restore.
 */
export async function resumeJob(input: ResumeInput): Promise<ResumeResult> {
  const { storage, signal } = input
  const snapshot = await locateSnapshot({ text: input.from, roots: input.roots, storage, signal })
  const found = await verifySnapshot({ storage, location: snapshot.location, signal })
  if (found.state !== 'complete') throw notRestorable(snapshot, found.problem)
  const flinkVersion = await input.jobManager.version(signal)
  checkClaim(input, snapshot, found, flinkVersion)
  if (input.dryRun) {
    const jobName = input.program.kind === 'script' ? input.program.name : null
    return {
      jobId: null,
      jobName,
      state: null,
      restoredFrom: snapshot.path,
      claimMode: input.claimMode,
      restoredCheckpointId: null,
      verified: false,
    }
  }
  const restore: RestoreSettings = { path: snapshot.path, claimMode: input.claimMode, allowNonRestoredState: input.allowNonRestoredState }
  const jobId = await start(input, restore, flinkVersion)
  input.onStarted(jobId)
  await input.journal.rememberRestore(jobId, snapshot.path)
  const proof = await awaitRestore({ ...awaiting(input), jobId, snapshot })
  await input.journal.rememberName(jobId, proof.jobName)
  return {
    jobId,
    jobName: proof.jobName,
    state: proof.state,
    restoredFrom: snapshot.path,
    claimMode: input.claimMode,
    restoredCheckpointId: proof.restoredCheckpointId,
    verified: true,
  }
}

function awaiting(input: ResumeInput): Omit<AwaitRestoreInput, 'jobId' | 'snapshot'> {
  const { jobManager, storage, signal, now, onProgress, waitFor } = input
  return { jobManager, storage, signal, now, onProgress, waitFor }
}

async function start(input: ResumeInput, restore: RestoreSettings, flinkVersion: string): Promise<string> {
  const { program, signal } = input
  if (program.kind === 'script') {
    const [jobId] = await (await input.sqlGateway()).runScript({ statements: program.statements, restore, flinkVersion }, signal)
    if (jobId === undefined)
      throw new FlinkopsError('The script ran, but started no job.', { code: 'NO_JOB', exitCode: EXIT.failedOnCluster })
    return jobId
  }
  const jarId = await input.jobManager.ensureJar(program.path, signal)
  return input.jobManager.runJar(
    {
      jarId,
      jobId: randomBytes(16).toString('hex'),
      programArgs: program.args,
      restore,
      ...(program.entryClass !== null && { entryClass: program.entryClass }),
      ...(program.parallelism !== null && { parallelism: program.parallelism }),
    },
    signal,
  )
}

function notRestorable(snapshot: LocatedSnapshot, problem: string): FlinkopsError {
  return new FlinkopsError(`${snapshot.path} cannot be restored: ${problem}.`, {
    code: 'NOT_RESTORABLE',
    exitCode: EXIT.foundWanting,
    suggestions: ['Find one that is complete: flinkops list-checkpoints, flinkops list-savepoints'],
  })
}

/** FLINK-39964: releases up to 2.3.0 (and 2.2.0, 1.20.5) write relative references to the claimed directory that do not resolve. */
function checkClaim(
  input: ResumeInput,
  snapshot: LocatedSnapshot,
  found: Extract<Verification, { state: 'complete' }>,
  flinkVersion: string,
): void {
  if (input.claimMode !== 'CLAIM' || input.allowClaimNative || !isAffected(flinkVersion)) return
  const isNative =
    found.metadata.savepointFormat === 'NATIVE' || (found.metadata.snapshotType === 'savepoint' && found.metadata.features.incrementalKeyed)
  if (!isNative || !found.metadata.features.incrementalKeyed) return
  throw refusedError(
    'CLAIM_OF_NATIVE_SAVEPOINT',
    `${snapshot.path} is a native savepoint; claimed on Flink ${flinkVersion}, the job would run but none of its later checkpoints could be restored (FLINK-39964).`,
    'Resume with --claim-mode no_claim, or, knowing this, add --allow-claim-native.',
  )
}

function isAffected(flinkVersion: string): boolean {
  const [major = 0, minor = 0, patch = 0] = flinkVersion.split(/[.-]/).map(Number)
  if (major < 2) return true
  return major === 2 && (minor < 2 || ((minor === 2 || minor === 3) && patch === 0))
}
