import { EXIT, FlinkopsError, refusedError } from '../errors.js'
import type { ClaimMode, RestoreSettings, StorageReader } from '../ports.js'
import { type AwaitRestoreInput, awaitRestore, type RestoreProgress } from './await-restore.js'
import { type LocatedSnapshot, locateSnapshot } from './locate-snapshot.js'
import { type LaunchPorts, launch, type Program, rememberStart } from './program.js'
import { rememberProven } from './remember-proven.js'
import { type Verification, verifySnapshot } from './verify-snapshot.js'

export interface ResumeInput extends LaunchPorts {
  program: Program
  from: string
  claimMode: ClaimMode
  allowNonRestoredState: boolean
  /** The user takes the risk of FLINK-39964. */
  allowClaimNative: boolean
  waitFor: 'restored' | 'checkpoint'
  /** A person named the job that is to go on from just this snapshot, whosever it is. */
  isNamed?: boolean
  /** Check everything, start nothing. */
  dryRun: boolean
  roots: string[]
  storage: StorageReader
  /** The snapshot is all there; nothing has been started yet. */
  onVerified: (snapshot: LocatedSnapshot) => Promise<void>
  onStarted: (jobId: string, from: string) => void
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
      /** `false`: restored, yet without periodic checkpoints, so that no first one could be read. */
      verified: boolean
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
  await input.onVerified(snapshot)
  if (input.dryRun) return dry(input, snapshot)
  const restore: RestoreSettings = { path: snapshot.path, claimMode: input.claimMode, allowNonRestoredState: input.allowNonRestoredState }
  const jobId = await launch(input.program, restore, flinkVersion, input)
  input.onStarted(jobId, snapshot.path)
  const proof = await awaitRestore({ ...awaiting(input), jobId, snapshot })
  await input.journal.rememberName(jobId, proof.jobName)
  await rememberProven(jobId, input, input.isNamed)
  if (proof.jobName !== input.program.names[0])
    await rememberStart(input.program, { jobId, name: proof.jobName, restoredFrom: snapshot.path }, input)
  return {
    jobId,
    jobName: proof.jobName,
    state: proof.state,
    restoredFrom: snapshot.path,
    claimMode: input.claimMode,
    restoredCheckpointId: proof.restoredCheckpointId,
    verified: proof.checkpoint !== 'none will come',
  }
}

function awaiting(input: ResumeInput): Omit<AwaitRestoreInput, 'jobId' | 'snapshot'> {
  const { jobManager, storage, signal, now, onProgress, waitFor } = input
  return { jobManager, storage, signal, now, onProgress, waitFor }
}

function dry(input: ResumeInput, snapshot: LocatedSnapshot): ResumeResult {
  return {
    jobId: null,
    jobName: input.program.names[0] ?? null,
    state: null,
    restoredFrom: snapshot.path,
    claimMode: input.claimMode,
    restoredCheckpointId: null,
    verified: false,
  }
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
