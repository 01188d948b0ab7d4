import type { Manifest, ManifestJob } from '../../src/lib/state/manifest.js'

export function manifest(parts: Partial<Manifest> = {}): Manifest {
  return {
    id: '20261122T120000-abcdef',
    revision: 3,
    createdAt: '2026-11-22T12:00:00.000Z',
    updatedAt: '2026-11-22T12:00:00.000Z',
    context: 'prod',
    jobManager: 'http://jm',
    flinkVersion: '2.3.0',
    isClosed: false,
    jobs: [],
    ...parts,
  }
}

export function manifestJob(parts: Partial<ManifestJob> = {}): ManifestJob {
  return {
    jobId: 'a'.repeat(32),
    name: 'sales_pipeline',
    state: 'planned',
    triggerId: null,
    triggeredAt: null,
    targetDirectory: null,
    path: null,
    verified: false,
    error: null,
    resumedAs: null,
    spec: null,
    configuration: {
      startedAt: '2026-11-22T11:00:00.000Z',
      checkpointDirectory: null,
      parallelism: null,
      stateBackend: null,
      checkpointIntervalMs: null,
      lastCheckpoint: null,
      restoredFrom: null,
    },
    ...parts,
  }
}
