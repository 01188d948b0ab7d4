import { setTimeout as sleep } from 'node:timers/promises'
import type { RunResult } from '../support/sandbox.js'
import type { Tally } from './tally.js'
import { CHECKPOINT_TIMEOUT_SECONDS } from './world.js'

/** What clean-up leaves; the milder ones leave more to be proven. */
export const POLICIES = {
  'the last': ['--older-than', '2s', '--savepoints-older-than', '20s', '--unnamed-older-than', '20s', '--keep-last', '1'],
  'the last three': ['--older-than', '2s', '--savepoints-older-than', '20s', '--keep-last', '3'],
  'every snapshot': ['--older-than', '1h'],
}
export type Policy = keyof typeof POLICIES

/** As sharp as the rules allow: less grace than the checkpoint timeout is refused, and nothing else is held back. */
export function cleanupArgs(policy: Policy): string[] {
  const grace = ['--grace', `${CHECKPOINT_TIMEOUT_SECONDS}s`]
  const nothingHeldBack = ['--max-share', '100%', '--no-write-ahead-sinks', '--without-soft-delete']
  return ['cleanup', ...POLICIES[policy], ...grace, ...nothingHeldBack, '--yes', '--json', '--timeout', '60s']
}

interface CleanupJson {
  outcome: string
  delete: { reason: string }[]
  guards: { name: string; status: string }[]
  result: { deletedBlobs: number; deletedBytes: number; changed: number; failed: { code: string }[] } | null
  error?: { code: string; message: string }
}

/** Clean-up after clean-up, each a process of its own, until it is paused. */
export class Cleaner {
  readonly #run: (policy: Policy) => Promise<RunResult>
  readonly #tally: Tally
  #isPaused = true
  #loop: Promise<void> = Promise.resolve()

  constructor(run: (policy: Policy) => Promise<RunResult>, tally: Tally) {
    this.#run = run
    this.#tally = tally
  }

  start(policy: Policy): void {
    this.#isPaused = false
    this.#loop = this.#cleanUpUntilPaused(policy)
  }

  /** Resolves when the run that is going on has ended. */
  async pause(): Promise<void> {
    this.#isPaused = true
    await this.#loop
  }

  async #cleanUpUntilPaused(policy: Policy): Promise<void> {
    while (!this.#isPaused) {
      note(await this.#run(policy), this.#tally)
      await sleep(200)
    }
  }
}

function note(run: RunResult, tally: Tally): void {
  const answer = answerOf(run)
  if (answer === null || run.code === 1) {
    tally.add('clean-ups: crashed')
    tally.lose(`cleanup ended with exit code ${run.code}: ${(run.stderr || run.stdout).slice(-500)}`)
  } else if (answer.error) {
    tally.add('clean-ups: refused')
    tally.add(`refusals: ${answer.error.code}`)
  } else {
    tally.add(`clean-ups: ${answer.outcome}`)
    for (const guard of answer.guards) if (guard.status === 'refuse') tally.add(`refusals: ${guard.name}`)
    if (answer.result !== null) noteDeletes(answer, answer.result, tally)
  }
}

function noteDeletes(answer: CleanupJson, result: NonNullable<CleanupJson['result']>, tally: Tally): void {
  tally.deletedBlobs += result.deletedBlobs
  tally.deletedBytes += result.deletedBytes
  if (result.deletedBlobs > 0) for (const one of answer.delete) tally.add(`deleted: planned as ${one.reason}`)
  if (result.changed > 0) tally.add('deleted: left alone, changed meanwhile', result.changed)
  for (const one of result.failed) tally.add(`deleted: failed ${one.code}`)
}

function answerOf({ stdout }: RunResult): CleanupJson | null {
  try {
    return JSON.parse(stdout) as CleanupJson
  } catch {
    return null
  }
}
