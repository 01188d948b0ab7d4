import { readFile } from 'node:fs/promises'
import type { Context } from '../context.js'
import { notFoundError } from '../errors.js'
import { handedIn, lastManifest, readCopy } from '../operations/load-manifest.js'
import type { ClaimMode, JobManager } from '../ports.js'
import { refuseForeign } from '../scope.js'
import { parseLocation } from '../state/location.js'
import { copyPlaceOf, isOpen, type Manifest } from '../state/manifest.js'
import { newWindow } from '../state/window.js'
import { restoreProgress } from '../views/wait.js'
import { alone } from './alone.js'
import { latestWindow } from './latest-window.js'
import { resumeProgram } from './resume-run.js'
import { runResumeWindow } from './resume-window.js'
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
}

/** `resume --all`, alone at its window. */
export function resumeAllJobs(options: ResumeAllOptions, context: Context, screen: Screen): Promise<object> {
  const { isDryRun } = options
  const savepoints = () => savepointsOf(options, context)
  return alone({ context, screen, isDryRun, command: 'resume --all', savepoints }, (own) => resumeAllOf(options, own, screen))
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
  return runResumeWindow({
    options: { ...options, isPicked: options.isLatest, again: againOf(options) },
    context,
    screen,
    window: (jobManager) => windowFor(options, { context, screen, jobManager }),
    launch: async (job, jobId, jobManager) => {
      const program = await programFor(job, { context, onNotice: screen.notice })
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
  const { context, jobManager } = world
  if (options.manifest !== null) return fromHand(options.manifest, context)
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

async function fromHand(text: string, context: Context): Promise<Manifest> {
  const parsed = parseLocation(text)
  const content = parsed.ok ? await readCopy(parsed.location, text, await context.storage(), context.signal) : await fileAt(text)
  return handedIn(content, text, context.maintenance)
}

async function fileAt(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch {
    throw notFoundError('MANIFEST_NOT_FOUND', `The manifest ${path} cannot be read.`, 'Check the path.')
  }
}
