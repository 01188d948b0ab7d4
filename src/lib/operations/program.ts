import { randomBytes } from 'node:crypto'
import { EXIT, FlinkopsError } from '../errors.js'
import type { JobManager, Journal, RestoreSettings, SqlGateway, SqlStatement } from '../ports.js'
import type { SeenRecord } from '../ports-seen.js'
import type { StartedProgram, StartJournal } from '../ports-started.js'

/** What starts one job: a SQL script, cut down to that job, or a jar. */
export interface Program {
  /** What messages call it: the job's name, else the file's. */
  title: string
  /** What the job is called on the cluster, the likeliest first; empty = nobody knows before it runs. */
  names: string[]
  /** Directories that the program itself names for the state of this job. */
  ownDirectories: string[]
  /** The snapshot that the script itself restores from. */
  restoresFrom: string | null
  /** How to start it another time. */
  memory: StartedProgram
  source: ScriptSource | JarSource
}

export interface ScriptSource {
  kind: 'script'
  statements: SqlStatement[]
}

export interface JarSource {
  kind: 'jar'
  path: string
  entryClass: string | null
  args: string[]
  parallelism: number | null
}

/** What a start needs from the world. */
export interface LaunchPorts {
  jobManager: JobManager
  /** Only asked for a script. */
  sqlGateway: () => Promise<SqlGateway>
  journal: Journal
  starts: StartJournal
  /** The record in the containers; absent = there is none. */
  record?: () => Promise<SeenRecord | null>
  now: () => number
  signal: AbortSignal
  /** Job id that the caller has chosen, 32 hex; else it is chosen here. */
  jobId?: string
}

/** Starts the job and writes down how, as soon as the cluster has told its id. Answers that id. */
export async function launch(program: Program, restore: RestoreSettings | null, flinkVersion: string, ports: LaunchPorts): Promise<string> {
  const { source } = program
  const chosenId = ports.jobId ?? randomBytes(16).toString('hex')
  const note = (jobId: string) => remember(program, restore, jobId, ports)
  if (source.kind === 'jar') {
    const jobId = await runJar(source, chosenId, restore, ports)
    await note(jobId)
    return jobId
  }
  const gateway = await ports.sqlGateway()
  const script = { statements: source.statements, flinkVersion, jobId: chosenId, onStarted: note, ...(restore && { restore }) }
  const [jobId] = await gateway.runScript(script, ports.signal)
  if (jobId === undefined)
    throw new FlinkopsError('The script ran, but started no job.', { code: 'NO_JOB', exitCode: EXIT.failedOnCluster })
  return jobId
}

async function remember(program: Program, restore: RestoreSettings | null, jobId: string, ports: LaunchPorts): Promise<void> {
  const restoredFrom = restore?.path ?? null
  await rememberStart(program, { jobId, name: program.names[0] ?? null, restoredFrom }, ports)
  if (restoredFrom !== null) await ports.journal.rememberRestore(jobId, restoredFrom)
}

/** Writes down how a job was started, under the name that it has. */
export async function rememberStart(
  program: Program,
  job: { jobId: string; name: string | null; restoredFrom: string | null },
  { starts, now }: Pick<LaunchPorts, 'starts' | 'now'>,
): Promise<void> {
  await starts.rememberStart({ ...program.memory, ...job, startedAtMs: now() })
}

async function runJar(
  source: JarSource,
  jobId: string,
  restore: RestoreSettings | null,
  { jobManager, signal }: LaunchPorts,
): Promise<string> {
  const jarId = await jobManager.ensureJar(source.path, signal)
  return jobManager.runJar(
    {
      jarId,
      jobId,
      programArgs: source.args,
      ...(restore && { restore }),
      ...(source.entryClass !== null && { entryClass: source.entryClass }),
      ...(source.parallelism !== null && { parallelism: source.parallelism }),
    },
    signal,
  )
}
