import { setTimeout as sleep } from 'node:timers/promises'
import type { EffectiveConfig } from '../config/settings.js'
import type { Context } from '../context.js'
import { FlinkopsError, notFoundError, usageError } from '../errors.js'
import { notDrillable } from '../flink/drill-refusal.js'
import { drillScript } from '../flink/drill-script.js'
import { checkSources } from '../flink/drill-sources.js'
import type { DrillOrigin } from '../flink/drill-statements.js'
import { type DrillInput, type DrillResult, drillJob } from '../operations/drill-job.js'
import { findTraces } from '../operations/drill-traces.js'
import { removeDrillTraces } from '../operations/execute-drill-removal.js'
import type { Program } from '../operations/program.js'
import type { SqlStatement } from '../ports.js'
import { refuseForeign, stateRoots } from '../scope.js'
import type { Location } from '../state/location.js'
import { parseLocation } from '../state/location.js'
import { chosenLine, nothingRestorable, passedOverLines } from '../views/restorable.js'
import { findFor } from './job-checks.js'
import type { RestorePoint } from './restore-point.js'
import type { RunVoice } from './run-each.js'

export interface DrillRun extends RunVoice {
  program: Program
  point: RestorePoint
  recordsWithinMs: number
  /** Connectors of sources that may be read beside the job. */
  allowSources: string[]
  /** Check everything, start nothing. */
  dryRun: boolean
  context: Context
}

/** A checkpoint of a running job lives until the next one: what was chosen may be gone before it was restored. */
const LOOKS = 5

/** Drills one job; what cannot be drilled without touching what is real is refused before anything is started. */
export async function drillProgram(run: DrillRun): Promise<DrillResult> {
  const { program, point } = run
  const input = await drillInput(run)
  if (point.kind === 'path') return drillJob({ ...input, from: point.text })
  for (let look = 1; ; look++) {
    const from = await newest(run)
    const result = await drillJob({ ...input, from }).catch((error: unknown) => goneBefore(error, look))
    if (result !== null && (!result.hasVanished || look === LOOKS)) return result
    run.onSay(`${from} went away meanwhile (a newer checkpoint of ${program.title} took its place); looking again`)
  }
}

/** Found, and gone before the drill had begun. */
function goneBefore(error: unknown, look: number): null {
  const isGone = error instanceof FlinkopsError && ['SNAPSHOT_NOT_FOUND', 'NO_METADATA'].includes(error.code)
  if (isGone && look < LOOKS) return null
  throw error
}

async function drillInput(run: DrillRun): Promise<Omit<DrillInput, 'from'>> {
  const { program, context, recordsWithinMs, dryRun, onSay, onProgress, onNotice } = run
  const { source, title } = program
  if (source.kind === 'jar') throw notDrillable(title, 'it is a jar, and the sinks inside a jar cannot be replaced')
  const script = drillScript(source.statements, title, await originOf(program, source.statements, context))
  for (const notice of checkSources(script.sources, run.allowSources, title)) onNotice(notice)
  const config = await context.withCluster()
  const root = checkpointRoot(config)
  const { drills, now, signal, sqlGateway } = context
  return {
    jobName: program.names[0] ?? title,
    script: program.memory.path,
    statements: script.statements,
    sinks: script.sinks,
    roots: stateRoots(config),
    checkpointRoot: root,
    recordsWithinMs,
    dryRun,
    jobManager: await context.jobManager(),
    sqlGateway,
    storage: await context.storage(),
    drills,
    remove: (directory, within) => removeTraces(directory, context, within),
    now,
    signal,
    onStarted: (jobId, snapshot) => onSay(`Started the drill as job ${jobId} from ${snapshot}`),
    onSay,
    onProgress,
  }
}

/** Whose script it is decides what it may fetch: only what the job itself, as it was started here, has fetched already. */
async function originOf({ names, memory }: Program, statements: SqlStatement[], context: Context): Promise<DrillOrigin> {
  const started = await context.starts.startedJobs()
  const isOwnScript = started.some(({ name, sha256 }) => name !== null && names.includes(name) && sha256 === memory.sha256)
  const hasCatalog = statements.some(({ text }) => /^CREATE\s+CATALOG\b/i.test(text))
  return { isOwnScript, catalogStore: hasCatalog ? await catalogStoreOf(context) : null }
}

async function catalogStoreOf(context: Context): Promise<string | null> {
  const ofCluster = await (await context.jobManager()).configuration(context.signal)
  return ofCluster.get(CATALOG_STORE) ?? context.config.flinkConf?.options.get(CATALOG_STORE) ?? null
}

const CATALOG_STORE = 'table.catalog-store.kind'

/** The first root: drills have a directory of their own below it. Refused when what they write could not be taken away. */
function checkpointRoot({ roots, accessFor }: EffectiveConfig): string {
  const { source } = roots.checkpoints
  const [root] = roots.checkpoints.value
  const parsed = parseLocation(root ?? '')
  if (root === undefined || !parsed.ok)
    throw usageError(
      'No checkpoint root is known below which the drill could write.',
      "Name it in flinkops.yaml (roots.checkpoints), or point FLINK_CONF_DIR at the cluster's configuration.",
    )
  refuseForeign(parsed.location, accessFor, `The drill would write below ${root} (${source})`)
  return root
}

export async function removeTraces(directory: Location, context: Context, signal: AbortSignal): Promise<number> {
  const storage = await context.storage()
  const reader = await storage.container(directory.account, directory.container)
  return removeDrillTraces({
    directory,
    find: () => findTraces(reader, directory, signal),
    storage,
    signal,
    sleep: (ms, within) => sleep(ms, undefined, { signal: within }),
  })
}

async function newest({ program, point, context, onNotice, onSay }: DrillRun): Promise<string> {
  const before = point.kind === 'latest' ? point.before : null
  const found = await findFor(program, before, context)
  for (const problem of found.silent) onNotice(`${problem.replace(/\.$/, '')}. Newer snapshots of jobs there may be missed.`)
  for (const line of passedOverLines(found)) onSay(line)
  if (found.newest === null) {
    const { message, suggestions } = nothingRestorable(found, program.title, before !== null)
    throw notFoundError('SNAPSHOT_NOT_FOUND', message, ...suggestions)
  }
  onSay(chosenLine(found, found.newest, program.title))
  return found.newest.path
}
