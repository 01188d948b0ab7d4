/** Keeps two clean-ups of the same container apart. */
export interface CleanupLock {
  /** Takes the lock; a `FlinkopsError` LOCKED (exit 10) names who holds it and since when. */
  acquire(options: { account: string; container: string; runId: string; signal: AbortSignal }): Promise<HeldLock>
}

/** Keeps maintenance windows of several machines apart, by the container of the savepoints. */
export interface WindowLock {
  /**
   * Takes the lock; a `FlinkopsError` LOCKED (exit 10) names who holds it and since when. `leaseId` is this machine's own: what a killed
   * process of it held is taken up at once, what another machine's held is free after a minute.
   */
  acquireWindow(options: { account: string; container: string; command: string; leaseId: string; signal: AbortSignal }): Promise<HeldLock>
}

export interface HeldLock {
  /** Aborts, with a `FlinkopsError` as reason, when the lock is no longer ours: stop at once. */
  readonly lost: AbortSignal
  /** Gives the lock back; also when it is lost already. Never throws. */
  release(): Promise<void>
}
