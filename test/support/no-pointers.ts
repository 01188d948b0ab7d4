import type { PointerSources } from '../../src/lib/operations/find-pointers.js'

/** Nobody but the jobs points anywhere. */
export const NO_POINTERS: PointerSources = {
  configured: async () => ({ restorePaths: [], stores: [], problems: [] }),
  optionsOf: () => ({ restorePaths: [], stores: [], problems: [] }),
  jobManagers: [],
  open: async () => null,
  deleted: async () => new Set(),
}
