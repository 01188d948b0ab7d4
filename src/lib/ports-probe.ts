/** What came of trying something. */
export type Trial =
  | { state: 'allowed' }
  | { state: 'denied'; reason: string; advice: string[] }
  /** Neither allowed nor denied: not reachable, throttled, protected by a policy. */
  | { state: 'unknown'; reason: string }

export const RIGHTS = ['list', 'read', 'write', 'lease', 'delete'] as const
export type Right = (typeof RIGHTS)[number]

export interface ContainerTrial {
  exists: boolean
  rights: Record<Right, Trial>
  /** Whether what was written got a version id; `null`: nothing was written. */
  isVersioned: boolean | null
  /** Whether the service said that what was deleted is gone for good; `null`: it did not say. */
  isDeletionPermanent: boolean | null
  /** Name of a probe blob that could not be taken away again. */
  leftBehind: string | null
}

/** Tries rights out. Writes one small blob of our own, below `_flinkops/doctor/`, and takes it away again; touches nothing else. */
export interface StorageProbe {
  probe(options: { account: string; container: string; signal: AbortSignal }): Promise<ContainerTrial>
}
