import { refusedError } from '../errors.js'
import type { DrillTable } from './drill-script.js'

/** Connectors of which a second reader takes something away from the first: a message, a replication slot, a server id, a subscription. */
const NOT_SHARED = new Map([
  ['rabbitmq', 'a message that one reader takes is gone for the other'],
  ['pubsub', 'a message that one reader takes is gone for the other'],
  ['pulsar', 'two readers of one subscription share its messages, or shut each other out'],
  ['mysql-cdc', 'MySQL shuts out the first reader when a second one comes with the same server-id'],
  ['postgres-cdc', 'a replication slot has one reader'],
  ['oracle-cdc', 'its reader keeps state in the database'],
])

/** Of a Kafka source, which goes on from its state and tells the broker where it is. */
const TELLS_OFFSETS = new Set(['kafka', 'upsert-kafka'])

/**
 * A drill reads from the real sources beside the job. Refuses (exit 6) those of which it is known that the job would suffer, unless they
 * were allowed; answers what else a person should know.
 */
export function checkSources(sources: DrillTable[], allowed: string[], title: string): string[] {
  for (const { name, connector } of sources) {
    const why = NOT_SHARED.get(connector)
    if (why === undefined || allowed.includes(connector)) continue
    throw refusedError(
      'SOURCE_NOT_SHARED',
      `The drill of ${title} would read from ${name} (${connector}) beside the job: ${why}.`,
      `When the job is down, or the table is made for two readers: --allow-source ${connector}`,
    )
  }
  return sources
    .filter(({ connector }) => TELLS_OFFSETS.has(connector))
    .map(
      ({ name }) =>
        `${name} commits its offsets to Kafka: while the drill runs, the lag of its consumer group says nothing. State is not touched.`,
    )
}
