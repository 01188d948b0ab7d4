import { CLICK_COUNTER } from '../../sandbox/click-counter.js'
import type { JobEntry } from '../../sandbox/flinkops-config.js'
import { type JarRun, submitJar } from '../../sandbox/jobs.js'

export interface FireJob {
  name: string
  args: readonly string[]
  /** NO_CLAIM wants a full checkpoint, which the changelog backend cannot take: such a job is always restored with CLAIM. */
  hasChangelog: boolean
}

/** Two thousand clicks a second on five thousand pages: every checkpoint uploads files, and every few seconds some are compacted away. */
const LOAD = ['--pages', '5000', '--pause-ms', '1', '--ballast-bytes', '512']

export const INCREMENTAL: FireJob = { name: 'fire_incremental', args: LOAD, hasChangelog: false }
const CHANGELOG: FireJob = { name: 'fire_changelog', args: [...LOAD, '--conf', 'state.changelog.enabled=true'], hasChangelog: true }
export const FIRE_JOBS = [INCREMENTAL, CHANGELOG]

const PARALLELISM = 2

export function jobEntry(job: FireJob, jar: string): JobEntry {
  return { jar, entryClass: CLICK_COUNTER.entryClass, args: [...job.args, '--name', job.name], parallelism: PARALLELISM }
}

/** Starts a job without state; its id. */
export function startFresh(restUrl: string, job: FireJob, jarFile: string): Promise<string> {
  return submitJar(restUrl, { ...runOf(job.args, job.name, jarFile), parallelism: PARALLELISM })
}

/**
 * Starts the program of both jobs from a snapshot on the proving cluster, with NO_CLAIM and at half the parallelism; the new job's id. It
 * keeps no changelog of its own, else the first checkpoint would end it; a changelog in the snapshot is replayed all the same.
 */
export function startProof(restUrl: string, jarFile: string, savepointPath: string): Promise<string> {
  return submitJar(restUrl, { ...runOf(LOAD, 'proof', jarFile), parallelism: 1, savepointPath })
}

function runOf(args: readonly string[], name: string, jarFile: string): JarRun {
  return { jarFile, entryClass: CLICK_COUNTER.entryClass, args: [...args, '--name', name] }
}
