/** Keeps two clean-ups of the same container apart. */
export interface CleanupLock {
  /** Takes the lock; a `FlinkopsError` LOCKED (exit 10) names who holds it and since when. */
  acquire(options: { account: string; container: string; runId: string; signal: AbortSignal }): Promise<HeldLock>
}

export interface HeldLock {
  /** Aborts, with a `FlinkopsError` as reason, when the lock is no longer ours: stop deleting at once. */
  readonly lost: AbortSignal
  /** Gives the lock back; also when it is lost already. Never throws. */
  release(): Promise<void>
}
