import { usageError } from '../errors.js'
import type { StorageReader } from '../ports.js'
import type { RestoreProgress } from './await-restore.js'
import { awaitStart } from './await-start.js'
import { type LaunchPorts, launch, type Program, rememberStart } from './program.js'

export interface StartInput extends LaunchPorts {
  program: Program
  waitFor: 'running' | 'checkpoint'
  /** Check everything, start nothing. */
  dryRun: boolean
  storage: () => Promise<StorageReader>
  onStarted: (jobId: string) => void
  onProgress: (progress: RestoreProgress) => void
}

/** The JSON of `start`. */
export interface StartResult {
  /** `null` in a dry run. */
  jobId: string | null
  jobName: string | null
  state: string | null
  restoredFrom: null
  claimMode: null
  restoredCheckpointId: null
  /** It runs (or has finished), and its first checkpoint was read. */
  verified: boolean
}

const EMPTY = { restoredFrom: null, claimMode: null, restoredCheckpointId: null } as const

/** Starts a program with empty state, and waits until it runs and its first checkpoint is readable. */
export async function startJob(input: StartInput): Promise<StartResult> {
  const { program, jobManager, signal, now } = input
  if (program.restoresFrom !== null)
    throw usageError(
      `The script itself restores ${program.title} from ${program.restoresFrom} (SET execution.state-recovery.path or execution.savepoint.path), and start means empty state.`,
      `Take that SET out and use: flinkops resume ${program.title} --from ${program.restoresFrom}`,
    )
  const flinkVersion = await jobManager.version(signal)
  if (input.dryRun) return { jobId: null, jobName: program.names[0] ?? null, state: null, ...EMPTY, verified: false }
  const jobId = await launch(program, null, flinkVersion, input)
  input.onStarted(jobId)
  const { waitFor, storage, onProgress } = input
  const proof = await awaitStart({ jobId, waitFor, jobManager, storage, signal, now, onProgress })
  await input.journal.rememberName(jobId, proof.jobName)
  if (proof.jobName !== program.names[0]) await rememberStart(program, { jobId, name: proof.jobName, restoredFrom: null }, input)
  return { jobId, jobName: proof.jobName, state: proof.state, ...EMPTY, verified: proof.hasCheckpoint }
}
