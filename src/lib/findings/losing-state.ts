import type { Facts, JobFacts } from './facts.js'
import type { Finding } from './finding.js'
import { isOn, OPTION_NAMES, optionOf } from './options.js'
import { hasClaimFault, isAtLeast, versionsOf } from './version.js'

/** Combinations that were seen to lose state on real clusters (1.20.5 and 2.3.0, RocksDB, wasbs), and settings that are ignored. */
export function checkLosingState(facts: Facts): Finding[] {
  const jobs = facts.clusters.flatMap((cluster) => (cluster.jobs.state === 'known' ? cluster.jobs.value : []))
  return [
    ...fileMerging(facts),
    ...claim(facts),
    ...jobs.flatMap((job) => claimed(job, facts)),
    ...changelog(facts, jobs),
    ...retainedByJob(facts),
  ]
}

function fileMerging(facts: Facts): Finding[] {
  const directory = optionOf(facts, 'checkpointDirectory')
  const merging = optionOf(facts, 'fileMerging')
  if (!isOn(merging) || !/^wasbs?:/i.test(directory?.value ?? '')) return []
  const across = optionOf(facts, 'fileMergingAcross')
  if (across && isOn(across)) {
    return [
      {
        id: 'file-merging-across-checkpoints',
        severity: 'error',
        what: `${across.key} is true, and checkpoints go to wasb.`,
        why: 'Every file stays empty while it is open, also after a cancel: checkpoints are reported as completed, and no restore finds state in them.',
        fix: `${across.key}: false`,
        source: across.source,
      },
    ]
  }
  return [
    {
      id: 'file-merging-on-wasb',
      severity: 'advice',
      what: `${merging?.key} is true, and checkpoints go to wasb.`,
      why: 'Files fill some seconds after the checkpoint is reported as completed: one that the cluster lost in that moment does not restore.',
      fix: `${merging?.key}: false`,
      source: merging?.source ?? '',
    },
  ]
}

/** FLINK-39964. Only a cluster that is known to have the fix is left out. */
function claim(facts: Facts): Finding[] {
  const mode = optionOf(facts, 'claimMode')
  if (mode?.value.toUpperCase() !== 'CLAIM') return []
  const versions = versionsOf(facts)
  if (versions.length > 0 && !versions.some(hasClaimFault)) return []
  return [
    {
      id: 'claim-by-default',
      severity: 'error',
      what: `${mode.key} is CLAIM${versions[0] ? ` on Flink ${versions[0].text}` : ''}.`,
      why: 'After the CLAIM of a native savepoint the job runs and its checkpoints complete, but none of them can be restored (FLINK-39964).',
      fix: `${mode.key}: NO_CLAIM`,
      source: mode.source,
    },
  ]
}

/** `is_savepoint` is false after CLAIM, whatever was restored; the directory's name tells that it was a savepoint. */
function claimed({ jobId, name, stats }: JobFacts, facts: Facts): Finding[] {
  const restored = stats.state === 'known' ? stats.value?.latest.restored : null
  if (!restored?.externalPath || restored.isSavepoint || !/\/savepoint-[0-9a-f]{6}-[0-9a-f]{12}\/?$/.test(restored.externalPath)) return []
  const faulty = versionsOf(facts).find(hasClaimFault)
  if (faulty === undefined) return []
  return [
    {
      id: 'claimed-savepoint',
      severity: 'warn',
      what: `${name} claimed the savepoint ${restored.externalPath} on Flink ${faulty.text}.`,
      why: 'If it was a native one, no later checkpoint of the job can be restored, although they complete (FLINK-39964), and the savepoint must stay where it is.',
      fix: [
        `flinkops savepoint ${jobId} --format canonical`,
        '# then, at a good moment, stop the job and resume it from that savepoint with NO_CLAIM',
      ].join('\n'),
      source: `job ${jobId}`,
    },
  ]
}

function changelog(facts: Facts, jobs: JobFacts[]): Finding[] {
  const option = optionOf(facts, 'changelog')
  const mode = optionOf(facts, 'claimMode')
  if (mode?.value.toUpperCase() === 'CLAIM') return []
  if (option && isOn(option)) return [withChangelog(`${option.key} is true, and`, option.key, option.source)]
  return jobs.flatMap(({ jobId, name, config }) => {
    if (config.state === 'unknown' || config.value?.changelogEnabled !== true) return []
    return [withChangelog(`${name} uses the changelog, and`, OPTION_NAMES.changelog[0], `job ${jobId}`)]
  })
}

function withChangelog(words: string, key: string, source: string): Finding {
  return {
    id: 'changelog-with-no-claim',
    severity: 'error',
    what: `${words} jobs are restored with NO_CLAIM, the default.`,
    why: 'A job with a changelog that is restored so never completes a checkpoint ("does not support enforcing a full snapshot"): it restarts in a loop.',
    fix: `${key}: false\n# or, as long as it is on, restore from canonical savepoints with: flinkops resume ... --claim-mode claim`,
    source,
  }
}

/** Seen on 2.3.0: the cluster's value counts. */
function retainedByJob(facts: Facts): Finding[] {
  const ofCluster = optionOf(facts, 'retained')
  const isOld = versionsOf(facts).some((version) => !isAtLeast(version, [2, 0]))
  return facts.scripts.flatMap(({ job, path, settings }) => {
    if (settings.state === 'unknown') return []
    const key = OPTION_NAMES.retained.find((name) => settings.value.has(name))
    const value = key === undefined ? undefined : settings.value.get(key)
    if (key === undefined || value === (ofCluster?.value ?? '1')) return []
    return [
      {
        id: 'num-retained-by-job',
        severity: 'warn' as const,
        what: `The script of ${job} sets ${key} to ${value}, which ${isOld ? 'may be' : 'is'} ignored: the cluster's value counts (${ofCluster?.value ?? '1, the default'}).`,
        why: 'A job that relies on more restore points than it has loses them without a word.',
        fix: `# in the configuration of the cluster\n${key}: ${value}`,
        source: path,
      },
    ]
  })
}
