import { withoutTail } from '../tail.js'
import type { ClusterFacts, ConfFile, Facts } from './facts.js'
import type { Finding } from './finding.js'
import { lastEntry, OPTION_NAMES } from './options.js'

/** Whether the clusters run with what the file says. Only options that both name count: a job or a default may stand for the rest. */
export function checkInForce({ file, clusters }: Facts): Finding[] {
  if (file === null || file.mistakes.some(({ kind }) => kind === 'nested')) return []
  return clusters.flatMap((cluster) => Object.values(OPTION_NAMES).flatMap((names) => differing(file, cluster, names)))
}

function differing(file: ConfFile, { url, configuration }: ClusterFacts, names: readonly string[]): Finding[] {
  if (configuration.state === 'unknown') return []
  const key = names.find((name) => lastEntry(file, name) !== null)
  const running = names.map((name) => configuration.value.get(name)).find((value) => value !== undefined)
  const written = key === undefined ? null : lastEntry(file, key)
  if (written === null || running === undefined || plain(running) === plain(written.value)) return []
  return [
    {
      id: 'configuration-not-in-force',
      severity: 'warn',
      what: `${key} is ${written.value} in the file, but the JobManager runs with ${running}.`,
      why: 'Flink reads the file when it starts. Either it was changed since, or this is not the file of that cluster.',
      fix: `flinkops stop --all --jobmanager ${url}    # restart the cluster, then: flinkops resume --all`,
      source: written.source,
    },
  ]
}

/** Capitals, blanks and a last slash make no difference to Flink. */
function plain(value: string): string {
  return withoutTail(value.toLowerCase().replaceAll(/\s/g, ''), /\//)
}
