import type { Facts, JobFacts } from './facts.js'
import type { Finding } from './finding.js'
import { configurationSource, nameOf, optionOf } from './options.js'

const MANY_RETAINED = 10
const RETENTION = nameOf('retention')

/** Whether Flink takes checkpoints, how many it keeps, and what becomes of them when a job ends. */
export function checkRetention(facts: Facts): Finding[] {
  const ofCluster = externalized(facts)
  return [...interval(facts), ...retained(facts), ...(ofCluster.length > 0 ? ofCluster : jobsOf(facts).flatMap(ofJob))]
}

function jobsOf({ clusters }: Facts): JobFacts[] {
  return clusters.flatMap(({ jobs }) => (jobs.state === 'known' ? jobs.value : []))
}

/** Unset is no checkpoints at all (`CheckpointingOptions.CHECKPOINTING_INTERVAL`). */
function interval(facts: Facts): Finding[] {
  const where = configurationSource(facts)
  if (where === null || optionOf(facts, 'interval') !== null) return []
  return [
    {
      id: 'checkpoint-interval-unset',
      severity: 'warn',
      what: `No checkpoint interval is set (${nameOf('interval')}).`,
      why: 'A job that sets none for itself takes no checkpoints: when it fails, it starts again from nothing.',
      fix: `${nameOf('interval')}: 60s`,
      source: where,
    },
  ]
}

function retained(facts: Facts): Finding[] {
  const where = configurationSource(facts)
  if (where === null) return []
  const option = optionOf(facts, 'retained')
  const count = Number(option?.value ?? 1)
  const name = option?.key ?? nameOf('retained')
  const source = option?.source ?? where
  if (count > MANY_RETAINED) return [many(name, count, source)]
  if (count >= 2) return []
  return [
    {
      id: 'num-retained-one',
      severity: 'advice',
      what: `Flink keeps ${count === 1 ? '1 checkpoint' : option?.value} a job (${name}${option ? '' : ', by default'}).`,
      why: 'Older ones are deleted as new ones complete, so checkpoints do not pile up; but when the only one turns out broken, there is no other to go back to.',
      fix: `${name}: 3`,
      source,
    },
  ]
}

function many(name: string, count: number, source: string): Finding {
  return {
    id: 'num-retained-many',
    severity: 'advice',
    what: `Flink keeps ${count} checkpoints a job (${name}).`,
    why: 'Files that an old checkpoint shares cannot go before it: with incremental checkpoints storage holds several times the state.',
    fix: `${name}: 3`,
    source,
  }
}

/** Unset is NO_EXTERNALIZED_CHECKPOINTS (`CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION`). */
function externalized(facts: Facts): Finding[] {
  const where = configurationSource(facts)
  if (where === null) return []
  const option = optionOf(facts, 'retention')
  const source = option?.source ?? where
  switch (option?.value.toUpperCase()) {
    case 'RETAIN_ON_CANCELLATION':
      return []
    case 'DELETE_ON_CANCELLATION':
      return [deletedOnCancel(`${RETENTION} is DELETE_ON_CANCELLATION.`, source)]
    default:
      return [notRetained(`${RETENTION} is ${option?.value ?? 'not set, so NO_EXTERNALIZED_CHECKPOINTS'}.`, source)]
  }
}

function ofJob({ jobId, name, config }: JobFacts): Finding[] {
  if (config.state === 'unknown' || config.value === null) return []
  const { enabled, deleteOnCancellation } = config.value.externalized
  if (!enabled) return [notRetained(`${name} sets its own retention: NO_EXTERNALIZED_CHECKPOINTS.`, `job ${jobId}`)]
  return deleteOnCancellation ? [deletedOnCancel(`${name} sets its own retention: DELETE_ON_CANCELLATION.`, `job ${jobId}`)] : []
}

function notRetained(what: string, source: string): Finding {
  return {
    id: 'retention-none',
    severity: 'error',
    what,
    why: 'When a job is cancelled or fails for good, Flink deletes all its checkpoints: there is nothing left to start it from.',
    fix: `${RETENTION}: RETAIN_ON_CANCELLATION`,
    source,
  }
}

function deletedOnCancel(what: string, source: string): Finding {
  return {
    id: 'retention-delete-on-cancellation',
    severity: 'warn',
    what,
    why: 'A job that somebody cancels by mistake, instead of stopping it with a savepoint, loses its last restore point.',
    fix: `${RETENTION}: RETAIN_ON_CANCELLATION`,
    source,
  }
}
