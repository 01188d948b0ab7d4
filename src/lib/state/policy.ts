export interface RetentionPolicy {
  /** Checkpoints older than this may expire; `null` = none do. */
  checkpointsMs: number | null
  /** Savepoints older than this may expire; `null` = savepoints are left alone. */
  savepointsMs: number | null
  /** Restore points that must lie downstream of a snapshot before it may expire; at least 1. */
  keepLast: number
  /** What ended runs left and nobody went on from may expire when older than this; `null` = never. */
  abandonedMs: number | null
  /** Job ids, or snapshot directories (keys), whose last restore point is given up. */
  alsoLast: ReadonlySet<string>
  /** Snapshot directories (keys) that are never touched. */
  pins: ReadonlySet<string>
  /** Unreadable snapshots that the user gave up, as `<_metadata key>#<etag>`: exactly that version of that file. */
  dead?: ReadonlySet<string>
}

/** Whether the user gave up exactly this version of an unreadable `_metadata`. */
export function isDead(metadataKey: string, etag: string | null, dead: ReadonlySet<string> | undefined): boolean {
  return dead?.has(`${metadataKey}#${etag}`) ?? false
}
