import { at, requestJson } from '../../sandbox/http-json.js'
import { waitForCheckpoints } from '../../sandbox/jobs.js'
import { waitUntil } from '../../sandbox/wait.js'
import { FIRE_JOBS, type FireJob, startFresh } from './jobs.js'
import { rootCause } from './prove.js'
import type { Tally } from './tally.js'
import type { FireWorld } from './world.js'

/** The jobs under fire: started, restored and stopped as an operator would, with flinkops. */
export class Fleet {
  /** Job ids of what runs now. */
  readonly running = new Map<FireJob, string>()
  /** Jobs that have had a checkpoint: there must be a way back to each. */
  readonly started = new Set<FireJob>()
  readonly #world: FireWorld
  readonly #tally: Tally
  readonly #byId = new Map<string, FireJob>()
  #savepoint: Promise<void> = Promise.resolve()
  #restores = 0

  constructor(world: FireWorld, tally: Tally) {
    this.#world = world
    this.#tally = tally
  }

  async start(jobs: readonly FireJob[]): Promise<void> {
    await Promise.all(jobs.map((job) => (this.started.has(job) ? this.#resume(job) : this.#startFresh(job))))
  }

  /** Whose program wrote a snapshot. */
  jobOf(snapshot: { path: string; jobId: string | null; jobName: string | null }): FireJob | null {
    const named = FIRE_JOBS.find((job) => job.name === snapshot.jobName)
    if (named !== undefined) return named
    const prefix = snapshot.jobId ?? /\/savepoint-([0-9a-f]{6})-/.exec(snapshot.path)?.[1] ?? ' '
    return [...this.#byId].find(([jobId]) => jobId.startsWith(prefix))?.[1] ?? null
  }

  /** Waits until every job has completed a checkpoint that began after now: none that cannot go on passes. */
  async checkpoints(): Promise<void> {
    const sinceMs = Date.now()
    await Promise.all([...this.running].map(([job, jobId]) => this.#checkpointsSince(job, jobId, sinceMs)))
  }

  /** In the background: what kills it meets is up to the campaign. */
  beginSavepoint(job: FireJob, format: 'canonical' | 'native'): void {
    const jobId = this.running.get(job)
    if (jobId !== undefined) this.#savepoint = this.#savepoint.then(() => this.#takeSavepoint(jobId, format))
  }

  async savepointEnded(): Promise<void> {
    await this.#savepoint
  }

  /** With flinkops, one after the other; of the job with a changelog always canonical. */
  async stopAll(format: 'canonical' | 'native'): Promise<void> {
    await this.#savepoint
    for (const [job, jobId] of this.running) {
      const of = job.hasChangelog ? 'canonical' : format
      const { code, stderr } = await this.#world.flinkops(['stop', jobId, '--yes', '--format', of, '--timeout', '60s'])
      this.#tally.add(`savepoints: stop ${of}${code === 0 ? '' : `, exit ${code}`}`)
      if (code !== 0) this.#tally.lose(`stop of ${job.name} ended with exit code ${code}: ${stderr.slice(-500)}`)
    }
  }

  async #startFresh(job: FireJob): Promise<void> {
    const { restUrl } = this.#world.fire
    const jobId = await startFresh(restUrl, job, this.#world.jarFile)
    await waitForCheckpoints(restUrl, jobId)
    this.#runs(job, jobId)
  }

  async #resume(job: FireJob): Promise<void> {
    const mode = job.hasChangelog || this.#restores++ % 2 === 0 ? 'claim' : 'no_claim'
    const answer = await this.#resumeWith(job, mode)
    // Flink would write checkpoints that cannot be restored (FLINK-39964): the refusal is right, and said how to go on.
    const isNative = answer.error?.code === 'CLAIM_OF_NATIVE_SAVEPOINT'
    const last = isNative ? await this.#resumeWith(job, 'no_claim') : answer
    if (last.jobId !== undefined) return this.#runs(job, last.jobId)
    this.#tally.lose(`${job.name} did not come back with ${mode}: ${last.error?.code} ${last.error?.message}`)
  }

  async #resumeWith(job: FireJob, mode: string): Promise<{ jobId?: string; error?: { code: string; message: string } }> {
    const flags = ['--from', 'latest', '--claim-mode', mode, '--timeout', '90s', '--json']
    const { code, stdout } = await this.#world.flinkops(['resume', job.name, ...flags])
    if (code === 0) this.#tally.add(`restores: ${job.name} ${mode.toUpperCase()}`)
    return JSON.parse(stdout)
  }

  #runs(job: FireJob, jobId: string): void {
    this.running.set(job, jobId)
    this.started.add(job)
    this.#byId.set(jobId, job)
  }

  async #checkpointsSince(job: FireJob, jobId: string, sinceMs: number): Promise<void> {
    const { restUrl } = this.#world.fire
    const probe = async () => {
      const triggeredAt = at(await requestJson(`${restUrl}/jobs/${jobId}/checkpoints`), 'latest', 'completed', 'trigger_timestamp')
      return typeof triggeredAt === 'number' && triggeredAt > sinceMs ? true : null
    }
    try {
      await waitUntil({ until: `${job.name} checkpoints again`, probe, timeoutMs: 120_000 })
    } catch (error) {
      this.#tally.lose(`${String(error)}; its last failure: ${await rootCause(restUrl, jobId)}`)
    }
  }

  async #takeSavepoint(jobId: string, format: string): Promise<void> {
    const { code, stderr } = await this.#world.flinkops(['savepoint', jobId, '--format', format, '--timeout', '20s'])
    this.#tally.add(`savepoints: ${format}${code === 0 ? '' : `, exit ${code}`}`)
    if (code === 1) this.#tally.lose(`savepoint ended with exit code 1: ${stderr.slice(-500)}`)
  }
}
