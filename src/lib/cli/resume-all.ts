import { readFile } from 'node:fs/promises'
import type { Context } from '../context.js'
import { type FlinkopsError, notFoundError, usageError } from '../errors.js'
import { handedIn, lastManifest, readCopy } from '../operations/load-manifest.js'
import type { ClaimMode, JobManager } from '../ports.js'
import { refuseForeign } from '../scope.js'
import { parseLocation } from '../state/location.js'
import { copyPlaceOf, isOpen, type Manifest, type ManifestJob } from '../state/manifest.js'
import { newWindow } from '../state/window.js'
import { restoreProgress } from '../views/wait.js'
import { alone } from './alone.js'
import { latestWindow } from './latest-window.js'
import { isMissingValues, refuseForMissing } from './missing-values.js'
import type { ProgramFlags } from './read-spec.js'
import { resumeProgram } from './resume-run.js'
import { runResumeWindow } from './resume-window.js'
import { withSharedSessions } from './shared-sessions.js'
import { programFor } from './way-back.js'
import { newWindowId, type Screen, windowPlace } from './window.js'

export interface ResumeAllOptions {
  only: string[]
  except: string[]
  /** A file, or the URI of a copy; `null` = the newest window here. */
  manifest: string | null
  /** From the newest restorable snapshots, where no window has a path. */
  isLatest: boolean
  claimMode: ClaimMode
  allowNonRestoredState: boolean
  allowClaimNative: boolean
  waitFor: 'restored' | 'checkpoint'
  isDryRun: boolean
  /** What a manifest of elsewhere would start is not asked about. */
  isConfirmed: boolean
  /** Values for any job that has a use for them. */
  flags: ProgramFlags
}

/** The flags that are for all jobs of a window. */
export function valuesForAll({ define, 'define-file': file, remember, arg }: ProgramFlags): ProgramFlags {
  if (arg === undefined) return { define, 'define-file': file, remember }
  throw usageError('--arg goes with one jar.', 'flinkops resume <job.jar> --from <path> --arg ...; resume --all then finds that job up.')
}

/** `resume --all`, alone at its window. */
export function resumeAllJobs(options: ResumeAllOptions, context: Context, screen: Screen): Promise<object> {
  const { isDryRun } = options
  const savepoints = () => savepointsOf(options, context)
  return alone({ context, screen, isDryRun, command: 'resume --all', savepoints }, (own) =>
    withSharedSessions(own, (shared) => resumeAllOf(options, shared, screen)),
  )
}

/** Where the window's savepoints lie, as far as that is known while the cluster may still be down. */
async function savepointsOf({ manifest }: ResumeAllOptions, context: Context): Promise<string | null> {
  const window =
    manifest === null
      ? await lastManifest(context.maintenance, windowPlace(context, await context.jobManager()))
      : await fromHand(manifest, context)
  const known = window === null ? null : copyPlaceOf(window)
  const parsed = parseLocation(known ?? '')
  if (parsed.ok) refuseForeign(parsed.location, context.config.accessFor, `The manifest says that savepoints lie in ${known}`)
  return known ?? (await context.withCluster()).roots.savepoints.value[0] ?? null
}

/** Which window, and how one job of it is started. */
function resumeAllOf(options: ResumeAllOptions, context: Context, screen: Screen): Promise<object> {
  const { flags } = options
  return runResumeWindow({
    check: (jobs) => checkValues(jobs, { context, flags, onNotice: () => undefined }),
    options: { ...options, isPicked: options.isLatest, again: againOf(options) },
    context,
    screen,
    window: (jobManager) => windowFor(options, { context, screen, jobManager }),
    programOf: (job, isForeign) => programFor(job, isForeign, { context, flags, onNotice: screen.notice }),
    launch: async (job, program, jobId, jobManager) => {
      const started = await resumeProgram({
        ...options,
        program,
        point: { kind: 'path', text: job.path ?? '' },
        jobId,
        // Looked for already, with what each was restored from.
        allowSecond: true,
        dryRun: false,
        context: { ...context, jobManager: async () => jobManager },
        onNotice: screen.notice,
        onSay: screen.say,
        onProgress: (progress) => screen.update(restoreProgress(job.name, progress)),
      })
      return started.jobId ?? jobId
    },
  })
}

/** What else is wrong with a program is told when its turn comes: the others can come up. */
async function checkValues(jobs: ManifestJob[], asking: Parameters<typeof programFor>[2]): Promise<void> {
  const missing = new Map<string, FlinkopsError>()
  for (const job of jobs) {
    const error: unknown = await programFor(job, false, asking).catch((reason: unknown) => reason)
    if (isMissingValues(error)) missing.set(job.name, error)
  }
  asking.context.signal.throwIfAborted()
  refuseForMissing(missing)
}

/** A window of another machine may be found by its manifest only. */
function againOf({ manifest }: ResumeAllOptions): string {
  return manifest === null ? 'flinkops resume --all' : `flinkops resume --all --manifest ${manifest}`
}

interface World {
  context: Context
  screen: Screen
  jobManager: JobManager
}

async function windowFor(options: ResumeAllOptions, world: World): Promise<Manifest> {
  const { context, screen, jobManager } = world
  if (options.manifest !== null) return fromHand(options.manifest, context, screen)
  const where = windowPlace(context, jobManager)
  const last = await lastManifest(context.maintenance, where)
  if (options.isLatest) {
    const flinkVersion = await jobManager.version(context.signal)
    const fresh = newWindow({ ...where, id: newWindowId(context.now()), flinkVersion }, context.now())
    return latestWindow({ ...world, ...options, base: last !== null && isOpen(last) ? last : fresh })
  }
  if (last !== null) return last
  throw notFoundError(
    'MANIFEST_NOT_FOUND',
    'No maintenance window is known here: nothing was stopped with `stop --all`.',
    'If it was made on another machine: --manifest wasbs://<container>@<account>/_flinkops/maintenance/<id>.json',
    'After a crash: flinkops resume --all --from latest',
  )
}

async function fromHand(text: string, context: Context, screen: Screen | null = null): Promise<Manifest> {
  const parsed = parseLocation(text)
  const content = parsed.ok ? await readCopy(parsed.location, text, await context.storage(), context.signal) : await fileAt(text)
  const { manifest, isOutdone } = await handedIn(content, text, context.maintenance)
  if (isOutdone)
    screen?.notice(
      `This machine has a manifest of window ${manifest.id} of its own, which counts: ${context.maintenance.pathOf(manifest.id)}`,
    )
  return manifest
}

async function fileAt(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch {
    throw notFoundError('MANIFEST_NOT_FOUND', `The manifest ${path} cannot be read.`, 'Check the path.')
  }
}
