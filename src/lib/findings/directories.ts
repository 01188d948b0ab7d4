import { parseLocation } from '../state/location.js'
import type { Facts } from './facts.js'
import type { Finding } from './finding.js'
import { configurationSource, type FoundOption, nameOf, optionOf } from './options.js'

/** Whether state has a place that outlives its machines, and whether ended jobs leave a proof. */
export function checkDirectories(facts: Facts): Finding[] {
  const where = configurationSource(facts)
  if (where === null) return [unknown(facts)]
  return [
    ...checkpoints(facts, where),
    ...savepoints(facts, where),
    ...storage(facts),
    ...subdirectory(facts),
    ...history(facts, where),
    ...availability(facts, where),
  ]
}

function unknown({ clusters }: Facts): Finding {
  const reasons = clusters.flatMap(({ configuration }) => (configuration.state === 'unknown' ? [configuration.reason] : []))
  return {
    id: 'configuration-unknown',
    severity: 'unknown',
    what: `Flink's configuration is not known: no file is named, and the JobManager did not show it${reasons[0] === undefined ? '' : ` (${reasons[0]})`}.`,
    why: 'Directories, retention, options without effect and combinations that lose state could not be checked.',
    fix: 'export FLINK_CONF_DIR=/opt/flink/conf    # or flinkConf in flinkops.yaml',
    source: 'flinkops.yaml',
  }
}

function checkpoints(facts: Facts, where: string): Finding[] {
  const option = optionOf(facts, 'checkpointDirectory')
  if (option) return notAzure(option, 'checkpoints')
  return [
    {
      id: 'checkpoint-directory-unset',
      severity: 'error',
      what: `No checkpoint directory is set (${nameOf('checkpointDirectory')}).`,
      why: 'Checkpoints then live in the memory of the JobManager, and end with it.',
      fix: `${nameOf('checkpointDirectory')}: ${example(facts, 'checkpoints')}`,
      source: where,
    },
  ]
}

function savepoints(facts: Facts, where: string): Finding[] {
  const option = optionOf(facts, 'savepointDirectory')
  if (option) return notAzure(option, 'savepoints')
  return [
    {
      id: 'savepoint-directory-unset',
      severity: 'warn',
      what: `No savepoint directory is set (${nameOf('savepointDirectory')}).`,
      why: 'A savepoint or a stop without a target fails, and each target that is typed by hand is one more place that clean-up has to know.',
      fix: `${nameOf('savepointDirectory')}: ${example(facts, 'savepoints')}`,
      source: where,
    },
  ]
}

function example({ roots }: Facts, directory: string): string {
  const known = roots.map(({ path }) => /^[a-z]+:\/\/[^/]+/i.exec(path)?.[0]).find((authority) => authority !== undefined)
  return `${known ?? 'abfss://<container>@<account>.dfs.core.windows.net'}/${directory}`
}

function notAzure(option: FoundOption, what: string): Finding[] {
  const parsed = parseLocation(option.value)
  if (parsed.ok) return []
  return [
    {
      id: 'directory-not-in-azure',
      severity: 'error',
      what: `${option.key} is ${option.value}, which is not in Azure Blob Storage: ${parsed.problem}.`,
      why: `A directory of one machine dies with it, and other machines do not see it; flinkops cannot see these ${what} either.`,
      fix: `${option.key}: abfss://<container>@<account>.dfs.core.windows.net/${what}`,
      source: option.source,
    },
  ]
}

function storage(facts: Facts): Finding[] {
  const option = optionOf(facts, 'checkpointStorage')
  if (option?.value.toLowerCase() !== 'jobmanager') return []
  return [
    {
      id: 'checkpoints-in-memory',
      severity: 'error',
      what: `${option.key} is jobmanager: checkpoints stay in the memory of the JobManager.`,
      why: 'They end with its process; nothing can be restored after a restart.',
      fix: `${option.key}: filesystem`,
      source: option.source,
    },
  ]
}

function subdirectory(facts: Facts): Finding[] {
  const option = optionOf(facts, 'createSubdirectory')
  if (option?.value.toLowerCase() !== 'false') return []
  return [
    {
      id: 'create-subdir-off',
      severity: 'warn',
      what: `${option.key} is false: checkpoints lie in the directory itself, without a directory for each job.`,
      why: 'Only one job may use the directory then. Two jobs overwrite each other, and nothing in a path says whose state it is, so clean-up leaves all of it.',
      fix: `${option.key}: true`,
      source: option.source,
    },
  ]
}

function history(facts: Facts, where: string): Finding[] {
  const option = optionOf(facts, 'historyDirectory')
  const known = facts.roots.find(({ kind }) => kind === 'history')
  if (option === null) {
    return [
      {
        id: 'history-directory-unset',
        severity: 'warn',
        what: `Flink archives no ended jobs: ${nameOf('historyDirectory')} is not set${known ? `, although flinkops expects them in ${known.path}` : ''}.`,
        why: 'Once the JobManager restarts, nothing proves that a job ended, or what it was called and restored from: clean-up keeps its state for ever.',
        fix: `${nameOf('historyDirectory')}: ${known?.path ?? example(facts, 'history')}`,
        source: where,
      },
    ]
  }
  if (known === undefined || isSame(option.value, known.path)) return []
  return [
    {
      id: 'history-directory-differs',
      severity: 'warn',
      what: `Flink archives ended jobs to ${option.value}, but flinkops looks in ${known.path}.`,
      why: 'What Flink writes there is never read: ended jobs count as unknown, and clean-up keeps their state.',
      fix: `roots:\n  history: ${option.value}`,
      source: known.source,
    },
  ]
}

function isSame(a: string, b: string): boolean {
  const [one, other] = [parseLocation(a), parseLocation(b)]
  if (!one.ok || !other.ok) return a === b
  const { account, container, name } = one.location
  return account === other.location.account && container === other.location.container && name === other.location.name
}

function availability(facts: Facts, where: string): Finding[] {
  const option = optionOf(facts, 'highAvailability')
  if (option && option.value.toLowerCase() !== 'none') return []
  return [
    {
      id: 'high-availability-off',
      severity: 'advice',
      what: `High availability is off (${option?.key ?? nameOf('highAvailability')}).`,
      why: 'After a restart of the JobManager no job comes back by itself, and one that is submitted again starts empty: it does not find its last checkpoint.',
      fix: ['# after a restart:', 'flinkops resume <script.sql|job.jar|name> --from latest'].join('\n'),
      source: option?.source ?? where,
    },
  ]
}
