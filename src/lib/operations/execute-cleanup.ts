import type { ContainerEraser, DeleteOutcome, StorageEraser } from '../ports-erase.js'
import type { RunJournal } from '../ports-runs.js'
import { locationKey } from '../state/location.js'
import type { Deletion, ExecuteProgress, ExecuteResult } from './execution.js'
import { Governor, jittered, type Work } from './governor.js'
import { openPace, type Pace } from './pace.js'
import { Settlement } from './settlement.js'
import { isMetadataWave } from './waves.js'

export interface ExecuteInput {
  runId: string
  /** Waves in order; everything of one wave is settled before the next begins. */
  waves: Deletion[][]
  storage: StorageEraser
  runs: RunJournal
  /** Ends the run between two requests: Ctrl-C, or a lost lock. */
  signal: AbortSignal
  sleep: (ms: number, signal: AbortSignal) => Promise<void>
  /** Blobs a second, at most; `null`: as many as the account takes. */
  maxRate?: number | null
  onProgress?: (progress: ExecuteProgress) => void
}

/** Whoever looks, while a run deletes, whether somebody needs what it takes. */
export interface Watch {
  /** The `_metadata` have gone, and nothing else yet. */
  afterMetadata(settlement: Settlement): Promise<void>
  /** Something else is about to go. */
  beforeFiles(settlement: Settlement): Promise<void>
}

interface Entry {
  key: string
  outcome: DeleteOutcome['state']
}

const BUSY_TRIES = 6
const FIRST_WAIT_MS = 250

/** Carries out a plan: every delete bound to its ETag, journalled, a snapshot's files only when its `_metadata` is gone. */
export async function executeCleanup(input: ExecuteInput, watch: Watch | null = null): Promise<ExecuteResult> {
  const run = new Run(input)
  const { settlement } = run
  input.onProgress?.(settlement.progress())
  for (const wave of input.waves) {
    const isWatched = watch !== null && isMetadataWave(wave)
    await run.wave(wave, isWatched ? null : watch)
    if (isWatched && !settlement.result.stopped) await watch.afterMetadata(settlement)
  }
  return settlement.result
}

class Run {
  readonly settlement: Settlement
  readonly #input: ExecuteInput
  readonly #governor: Governor
  readonly #pace: Pace
  #watch: Watch | null = null
  readonly #erasers = new Map<string, Promise<ContainerEraser>>()

  constructor(input: ExecuteInput) {
    this.#input = input
    this.settlement = new Settlement()
    const pause = (ms: number) => this.#rest(ms)
    this.#governor = new Governor({ pause })
    this.#pace = openPace({ maxRate: input.maxRate ?? null, nowMs: () => performance.now(), pause })
  }

  /** What the service was too busy for is tried again, all of it together, with longer and longer rests. */
  async wave(wave: Deletion[], watch: Watch | null): Promise<void> {
    this.#watch = watch
    let left = wave
    for (let attempt = 0; attempt < BUSY_TRIES && left.length > 0 && !this.settlement.result.stopped; attempt++) {
      if (attempt > 0) await this.#rest(jittered(FIRST_WAIT_MS * 2 ** (attempt - 1)))
      left = await this.#round(left, attempt + 1 === BUSY_TRIES)
    }
  }

  /** Tries each once; answers those that met a busy service and may be tried again. */
  async #round(deletions: Deletion[], isLast: boolean): Promise<Deletion[]> {
    const again: Deletion[] = []
    for (const [key, some] of byContainer(deletions)) {
      const eraser = await this.#eraserOf(key, some)
      if (eraser === null) break
      let at = 0
      await this.#governor.drain(() => {
        if (at >= some.length || this.#mustStop()) return null
        const chunk: Deletion[] = []
        for (const most = Math.min(eraser.perRequest, this.#pace.heap); chunk.length < most && at < some.length; at++) {
          const one = some[at]
          if (one !== undefined && this.settlement.mayGo(one)) chunk.push(one)
        }
        return { isSingle: eraser.perRequest === 1, work: () => this.#erase(eraser, chunk, isLast ? null : again) }
      })
    }
    return again
  }

  /** Deletes some, and puts their outcomes on record before anything else is done or said. */
  async #erase(eraser: ContainerEraser, planned: Deletion[], again: Deletion[] | null): ReturnType<Work> {
    await this.#pace.take(planned.length)
    if (!this.#mustStop()) await this.#watch?.beforeFiles(this.settlement)
    const chunk = this.#watch === null ? planned : planned.filter((one) => this.settlement.mayGo(one))
    if (chunk.length === 0 || this.#mustStop()) return { busyShare: 0 }
    const { signal, runs, runId, onProgress } = this.#input
    const said = await eraser.delete({ blobs: chunk, signal }).catch((error: unknown) => chunk.map(() => hopeless(error)))
    const settled = chunk.map((one, index) => ({ one, outcome: said[index] ?? hopeless(new Error(`nothing was said of ${one.name}`)) }))
    const entries = settled.flatMap(({ one, outcome }) => this.#settle(one, outcome, again))
    // Of a blob that is gone the report may speak although the journal cannot; but nothing more goes without a record.
    if (entries.length > 0) await runs.progress(runId, entries).catch((error: unknown) => this.settlement.stop(error))
    onProgress?.(this.settlement.progress())
    const busy = settled.flatMap(({ outcome }) => (outcome.state === 'busy' ? [outcome] : []))
    return { busyShare: busy.length / chunk.length, waitMs: Math.max(0, ...busy.map((one) => one.waitMs ?? 0)) }
  }

  /** Counts an outcome; answers what is to be put on record, if anything is settled. */
  #settle(one: Deletion, outcome: DeleteOutcome, again: Deletion[] | null): Entry[] {
    if (outcome.state === 'hopeless') {
      const { signal } = this.#input
      this.settlement.giveUp(one, signal.aborted ? signal.reason : outcome.error)
      return []
    }
    if (outcome.state === 'busy' && again !== null) {
      again.push(one)
      return []
    }
    this.settlement.count(one, outcome)
    return [{ key: locationKey(one), outcome: outcome.state }]
  }

  #mustStop(): boolean {
    if (this.#input.signal.aborted) this.settlement.stop(this.#input.signal.reason)
    return this.settlement.result.stopped
  }

  /** Ends early when the run does. */
  async #rest(ms: number): Promise<void> {
    const { sleep, signal } = this.#input
    await sleep(ms, signal).catch((error: unknown) => this.settlement.stop(signal.aborted ? signal.reason : error))
  }

  /** `null`: the container cannot be reached at all, and the run is over. */
  async #eraserOf(key: string, [first]: Deletion[]): Promise<ContainerEraser | null> {
    try {
      const eraser = this.#erasers.get(key) ?? this.#input.storage.eraser(first?.account ?? '', first?.container ?? '')
      this.#erasers.set(key, eraser)
      return await eraser
    } catch (error) {
      this.settlement.stop(error)
      return null
    }
  }
}

function byContainer(deletions: Deletion[]): Map<string, Deletion[]> {
  const groups = new Map<string, Deletion[]>()
  for (const one of deletions) {
    const key = `${one.account}/${one.container}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [one])
    else group.push(one)
  }
  return groups
}

function hopeless(error: unknown): DeleteOutcome {
  return { state: 'hopeless', error }
}
