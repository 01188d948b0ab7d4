import { runResumeWindow } from '../../src/lib/cli/resume-window.js'
import { runStopWindow } from '../../src/lib/cli/stop-window.js'
import { lastManifest } from '../../src/lib/operations/load-manifest.js'
import type { Manifest } from '../../src/lib/state/manifest.js'
import type { Process } from './fake-window.js'

export interface WindowJson {
  manifest: string | null
  outcome: string
  jobs: Pick<Manifest['jobs'][number], 'jobId' | 'name' | 'state' | 'path' | 'verified' | 'error' | 'resumedAs'>[]
  objections: { jobName: string; name: string; status: string }[]
}

type StopOptions = Parameters<typeof runStopWindow>[0]['options']

/** `stop --all --yes` as one process does it. */
export async function stopAll({ context, screen, wayBack }: Process, parts: Partial<StopOptions> = {}): Promise<WindowJson> {
  const options: StopOptions = {
    only: [],
    except: [],
    parallel: 2,
    drain: false,
    format: 'CANONICAL',
    target: null,
    allowForeignTarget: false,
    allowed: new Set(),
    isNewWindow: false,
    isDryRun: false,
    isConfirmed: true,
    ...parts,
  }
  return (await runStopWindow({ options, context, screen, wayBack })) as WindowJson
}

/** `resume --all` as one process does it. */
export async function resumeAll(
  { context, screen, launch, programOf }: Process,
  parts: { only?: string[]; except?: string[]; isConfirmed?: boolean; isDryRun?: boolean; window?: () => Promise<Manifest> } = {},
): Promise<WindowJson> {
  const answer = await runResumeWindow({
    options: { only: [], except: [], waitFor: 'checkpoint', isDryRun: false, isConfirmed: false, again: 'flinkops resume --all', ...parts },
    context,
    screen,
    programOf: async (job, isForeign) => programOf(job, isForeign),
    launch: (job, _, jobId) => launch(job, jobId),
    window: async ({ url }) => {
      if (parts.window !== undefined) return parts.window()
      const last = await lastManifest(context.maintenance, { context: 'prod', jobManager: url })
      if (last === null) throw new Error('there is no window')
      return last
    },
  })
  return answer as WindowJson
}
