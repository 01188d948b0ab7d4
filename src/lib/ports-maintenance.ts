/** What maintenance windows stopped and brought back, on disk. Never holds a credential. */
export interface MaintenanceJournal {
  /** Writes the manifest whole or not at all, synced. One at a time for each id. */
  save(id: string, manifest: unknown): Promise<void>
  /** `null`: no such manifest. */
  load(id: string): Promise<unknown>
  ids(): Promise<string[]>
  /** The file of a manifest, for messages. */
  pathOf(id: string): string
  /**
   * Keeps other processes of this machine away from the windows of a cluster or context; a `FlinkopsError` LOCKED (exit 10) names the one
   * that is at it. What a killed process held is free. Answers what gives it back.
   */
  hold(place: string): Promise<() => Promise<void>>
  /** A UUID that stays: that of this machine with this journal, at this cluster or context. */
  leaseId(place: string): Promise<string>
}

/** Leaves a copy of a manifest beside the savepoints, so that it outlives this machine. Writes `_flinkops/maintenance/<id>.json`. */
export interface ManifestCopies {
  copyManifest(options: { account: string; container: string; id: string; text: string; signal: AbortSignal }): Promise<void>
}
