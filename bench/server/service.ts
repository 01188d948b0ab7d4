import { type Counters, noCounts } from './counters.js'
import { type Faults, Lots, NO_FAULTS } from './faults.js'
import { Leases } from './leases.js'
import type { SnapshotBytes } from './snapshot-bytes.js'
import type { Store } from './store.js'

/** One account with one container, and all that the requests share. */
export interface Service {
  account: string
  container: string
  store: Store
  snapshots: SnapshotBytes
  leases: Leases
  lots: Lots
  faults: Faults
  counters: Counters
}

export function createService(base: Pick<Service, 'account' | 'container' | 'store' | 'snapshots'>): Service {
  return { ...base, leases: new Leases(), lots: new Lots(), faults: { ...NO_FAULTS }, counters: noCounts() }
}
