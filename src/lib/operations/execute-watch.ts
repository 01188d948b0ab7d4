import { EXIT, FlinkopsError, refusedError } from '../errors.js'
import type { RunJournal } from '../ports-runs.js'
import { locationKey } from '../state/location.js'
import { neededOf } from '../state/meanwhile.js'
import { type Copy, keyOfCopy } from './copies.js'
import type { Watch } from './execute-cleanup.js'
import { type CopyStorage, forgetCopies, putBack } from './execute-copies.js'
import type { Deletion } from './execution.js'
import { deletedBy } from './load-run.js'
import type { Settlement } from './settlement.js'
import type { Clusters } from './watch-clusters.js'

export interface WatchInput {
  runId: string
  waves: Deletion[][]
  /** Of all `_metadata` that go. */
  copies: Copy[]
  clusters: Clusters
  storage: CopyStorage
  runs: RunJournal
  /** Ends the run. */
  signal: AbortSignal
  /** A person's, or `--timeout`; while only this one has ended, the locks are still held. */
  asked: AbortSignal
  now: () => number
  sleep: (ms: number, signal: AbortSignal) => Promise<void>
}

/** How often clusters are looked at while files go. */
const LOOK_EVERY_MS = 60_000
/** How long a job may take to say from what it was restored. */
const PATIENCE_MS = 5 * 60_000
/** `web.refresh-interval` by default. Which jobs there are no JobManager caches; how they began, as long as it says. */
const VISIBLE_MS = 3000
const PUT_BACK_MS = 60_000

/** Stands between the `_metadata` that a run took and whoever was restored from them meanwhile. */
export class CopyWatch implements Watch {
  readonly #input: WatchInput
  readonly #open: Map<string, Copy>
  #lookedAtMs = 0
  #looking: Promise<void> | null = null

  constructor(input: WatchInput) {
    this.#input = input
    this.#open = new Map(input.copies.map((copy) => [keyOfCopy(copy), copy]))
  }

  /**
   * A restore that was submitted reads `_metadata` when its job is visible already: so whoever could read one is visible soon after the last
   * went, and says from what it began when what its JobManager caches is younger than that. Nothing is lost so far: all is put back where one does not say.
   */
  async afterMetadata(settlement: Settlement): Promise<void> {
    const { clusters, sleep, signal, asked } = this.#input
    if (this.#open.size === 0) return
    try {
      await sleep(Math.min(VISIBLE_MS, await clusters.refreshMs(signal)), signal)
      const unsaid = await this.#look(settlement)
      if (unsaid === null) return
      await this.#putAllBack(settlement, signal)
      throw refusedError('RESTORE_UNKNOWN', `Everything was put back: ${unsaid}.`, 'Try again when it runs.')
    } catch (error) {
      if (!signal.aborted || !asked.aborted) throw error
      await this.#putAllBack(settlement, AbortSignal.timeout(PUT_BACK_MS))
      const isTimeout = asked.reason instanceof FlinkopsError && asked.reason.exitCode === EXIT.stillRunning
      if (!isTimeout) throw asked.reason
      throw refusedError('RESTORE_UNKNOWN', `Everything was put back: ${asked.reason.message}`, 'Give a longer --timeout.')
    }
  }

  /** Everybody waits for one look. */
  async beforeFiles(settlement: Settlement): Promise<void> {
    if (this.#open.size === 0 || settlement.result.stopped) return
    if (this.#looking === null && this.#input.now() - this.#lookedAtMs < LOOK_EVERY_MS) return
    this.#looking ??= this.#lookOrStop(settlement).finally(() => {
      this.#looking = null
    })
    await this.#looking
  }

  /** What the run took is given up; it has come to its end. */
  async close(): Promise<void> {
    const { storage } = this.#input
    await forgetCopies([...this.#open.values()], { storage, signal: AbortSignal.timeout(PUT_BACK_MS) })
  }

  async #lookOrStop(settlement: Settlement): Promise<void> {
    const { signal } = this.#input
    try {
      const unsaid = await this.#look(settlement)
      if (unsaid === null) return
      settlement.stop(new Error(unsaid))
      await this.#putAllBack(settlement, signal)
    } catch (error) {
      settlement.stop(signal.aborted ? signal.reason : error)
    }
  }

  /** Looks until every visible job says what it was restored from, and puts that back; why not, if patience ends before. */
  async #look(settlement: Settlement): Promise<string | null> {
    const { clusters, sleep, signal, now } = this.#input
    const beganAtMs = now()
    for (;;) {
      const { restored, unsaid } = await clusters.look(signal)
      await this.#putNeededBack(neededOf(restored, this.#open), settlement)
      this.#lookedAtMs = now()
      if (unsaid === null || now() - beganAtMs >= PATIENCE_MS) return unsaid
      await sleep(Math.max(1000, await clusters.refreshMs(signal)), signal)
    }
  }

  async #putNeededBack(needed: Map<string, string>, settlement: Settlement): Promise<void> {
    if (needed.size === 0) return
    const lost = await this.#lostFiles(needed)
    for (const [path, job] of needed) settlement.result.needed.push({ path, job, lostFiles: lost.get(path) ?? 0 })
    await this.#putSomeBack([...needed.keys()], settlement, this.#input.signal)
  }

  async #putAllBack(settlement: Settlement, signal: AbortSignal): Promise<void> {
    await this.#putSomeBack([...this.#open.keys()], settlement, signal)
  }

  async #putSomeBack(keys: string[], settlement: Settlement, signal: AbortSignal): Promise<void> {
    const { storage, runs, runId } = this.#input
    const copies = keys.flatMap((key) => this.#open.get(key) ?? [])
    for (const copy of copies) settlement.takeBack(keyOfCopy(copy))
    await putBack(copies, { storage, signal })
    for (const key of keys) this.#open.delete(key)
    await runs.progress(
      runId,
      keys.map((key) => ({ key, outcome: 'spared' })),
    )
  }

  /** How many of their files were deleted before. */
  async #lostFiles(needed: Map<string, string>): Promise<Map<string, number>> {
    const { runs, runId, waves } = this.#input
    const deleted = deletedBy(await runs.entries(runId))
    const lost = new Map<string, number>()
    for (const wave of waves)
      for (const one of wave) {
        const whose = one.after.filter((key) => needed.has(key))
        if (whose.length > 0 && one.reason !== 'marker' && deleted.has(locationKey(one)))
          for (const key of whose) lost.set(key, (lost.get(key) ?? 0) + 1)
      }
    return lost
  }
}
