import { EXIT, FlinkopsError } from '../errors.js'
import type { ContainerEraser, DeleteOutcome, StorageEraser } from '../ports-erase.js'
import type { RunJournal } from '../ports-runs.js'
import { mapConcurrently } from './concurrently.js'
import { type Deletion, type ExecuteResult, NOTHING_DONE } from './execution.js'

export interface ExecuteInput {
  runId: string
  /** Waves in order; everything of one wave is settled before the next begins. */
  waves: Deletion[][]
  /** Keys that are left alone after all. */
  spare: ReadonlySet<string>
  storage: StorageEraser
  runs: RunJournal
  /** Ends the run between two deletes: Ctrl-C, or a lost lock. */
  signal: AbortSignal
  sleep: (ms: number, signal: AbortSignal) => Promise<void>
  onDeleted?: (blobs: number, bytes: number) => void
}

const IN_FLIGHT = 16
const BUSY_TRIES = 6
const FIRST_WAIT_MS = 250

/** Carries out a plan: every delete bound to its ETag, journalled, a snapshot's files only when its `_metadata` is gone. */
export async function executeCleanup(input: ExecuteInput): Promise<ExecuteResult> {
  const run = new Run(input)
  for (const wave of input.waves) await mapConcurrently(wave, IN_FLIGHT, (one) => run.delete(one))
  return run.result()
}

class Run {
  readonly #input: ExecuteInput
  readonly #erasers = new Map<string, Promise<ContainerEraser>>()
  /** Keys that stay: spared, changed or failed. */
  readonly #staying: Set<string>
  readonly #result: ExecuteResult = { ...NOTHING_DONE, failed: [] }

  constructor(input: ExecuteInput) {
    this.#input = input
    this.#staying = new Set(input.spare)
  }

  result(): ExecuteResult {
    return this.#result
  }

  async delete(one: Deletion): Promise<void> {
    if (this.#mustStop()) return
    if (this.#staying.has(one.key) || one.after.some((key) => this.#staying.has(key))) {
      this.#staying.add(one.key)
      this.#result.changed++
      return
    }
    try {
      const outcome = await this.#erase(one)
      this.#count(one, outcome)
      await this.#journal(one, outcome)
    } catch (error) {
      this.#giveUp(one, error)
    }
  }

  #mustStop(): boolean {
    if (this.#input.signal.aborted) this.#stop(this.#input.signal.reason)
    return this.#result.stopped
  }

  /** Nothing more is tried; what is done is reported, and the first reason. */
  #stop(why: unknown): void {
    this.#result.stopped = true
    this.#result.problem ??= why instanceof Error ? why.message : String(why)
  }

  /** No right, no way there, Ctrl-C, a lost lock: what became of this blob is not always known. */
  #giveUp(one: Deletion, error: unknown): void {
    this.#staying.add(one.key)
    this.#stop(this.#input.signal.aborted ? this.#input.signal.reason : error)
    if (error instanceof FlinkopsError && error.exitCode === EXIT.notAuthorised)
      this.#result.failed.push({ path: one.key, code: error.code })
    else this.#result.uncertain++
  }

  /** Of a blob that is gone the report may speak although the journal cannot; but nothing more goes without a record. */
  async #journal(one: Deletion, outcome: DeleteOutcome): Promise<void> {
    const entry = { key: one.key, outcome: outcome.state }
    await this.#input.runs.progress(this.#input.runId, entry).catch((error: unknown) => this.#stop(error))
  }

  async #erase(one: Deletion): Promise<DeleteOutcome> {
    const eraser = await this.#eraserOf(one)
    for (let attempt = 0; ; attempt++) {
      const outcome = await eraser.delete({ name: one.name, etag: one.etag, signal: this.#input.signal })
      if (outcome.state !== 'busy' || attempt + 1 === BUSY_TRIES) return outcome
      await this.#input.sleep(FIRST_WAIT_MS * 2 ** attempt * (0.5 + Math.random()), this.#input.signal)
    }
  }

  #count(one: Deletion, outcome: DeleteOutcome): void {
    switch (outcome.state) {
      case 'deleted':
        this.#result.deletedBlobs++
        this.#result.deletedBytes += one.sizeBytes
        this.#input.onDeleted?.(this.#result.deletedBlobs, this.#result.deletedBytes)
        return
      case 'gone':
        this.#result.alreadyGone++
        return
      case 'changed':
        this.#staying.add(one.key)
        this.#result.changed++
        return
      case 'busy':
      case 'failed':
        this.#staying.add(one.key)
        this.#result.failed.push({ path: one.key, code: outcome.state === 'failed' ? outcome.code : 'ServerBusy' })
    }
  }

  #eraserOf(one: Deletion): Promise<ContainerEraser> {
    const key = `${one.account}/${one.container}`
    const eraser = this.#erasers.get(key) ?? this.#input.storage.eraser(one.account, one.container)
    this.#erasers.set(key, eraser)
    return eraser
  }
}
