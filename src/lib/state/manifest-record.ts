import type { Manifest, ManifestConfiguration, ManifestJob, ManifestSpec } from './manifest.js'

/**
 * A manifest as it is written, on this machine and beside the savepoints: the listed fields and no others, whatever else an object of it
 * carries. What was read back from elsewhere, or comes from wider data, leaves with nothing more.
 */
export function manifestRecord(manifest: Manifest): Manifest {
  const { id, revision, createdAt, updatedAt, context, jobManager, flinkVersion, isClosed, isForeign, jobs } = manifest
  const origin = isForeign === undefined ? {} : { isForeign }
  return { id, revision, createdAt, updatedAt, context, jobManager, flinkVersion, isClosed, ...origin, jobs: jobs.map(jobRecord) }
}

function jobRecord(job: ManifestJob): ManifestJob {
  const { jobId, name, state, triggerId, triggeredAt, targetDirectory, path, verified, error, resumedAs } = job
  const spec = job.spec === null ? null : specRecord(job.spec)
  const configuration = configurationRecord(job.configuration)
  return { jobId, name, state, triggerId, triggeredAt, targetDirectory, path, verified, error, resumedAs, spec, configuration }
}

/** Without arguments, which older versions carried: that there are some is said by `needs`. */
function specRecord({ kind, path, sha256, entryClass, args, parallelism, needs }: ManifestSpec): ManifestSpec {
  const hasArguments = args !== null && args.length > 0
  const left = needs ?? (hasArguments ? ['arguments'] : [])
  return { kind, path, sha256, entryClass, args: hasArguments ? null : args, parallelism, needs: [...left] }
}

function configurationRecord(configuration: ManifestConfiguration): ManifestConfiguration {
  const { startedAt, checkpointDirectory, parallelism, stateBackend, checkpointIntervalMs, lastCheckpoint, restoredFrom } = configuration
  return { startedAt, checkpointDirectory, parallelism, stateBackend, checkpointIntervalMs, lastCheckpoint, restoredFrom }
}
