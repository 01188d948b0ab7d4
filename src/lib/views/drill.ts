import type { DrillResult } from '../operations/drill-job.js'
import type { DrillProof } from '../ports-drill.js'
import { bytes, duration, plural, wrap } from './format.js'

const HEADS = {
  proven: 'Restorable',
  'not-restorable': 'Not restorable',
  'not-drillable': 'Not drillable',
  'not-proven': 'Not proven',
  failed: 'Not tried',
  planned: 'Would drill',
} as const satisfies Record<DrillResult['verdict'], string>

/** What a drill came to: the verdict, then what it rests on. */
export function drillText(result: DrillResult, columns: number): string {
  const { verdict, jobName, restoredFrom, reason, proof } = result
  const head = `${HEADS[verdict]}: ${jobName} from ${restoredFrom}`
  const below = [...(reason === null ? [] : [reason]), ...(proof === null ? [] : proofLines(proof, result)), ...sinkLines(result)]
  return [...wrap(head, columns, 2), ...below.flatMap((one) => wrap(one, columns - 2, 2).map((line) => `  ${line}`))].join('\n')
}

function proofLines(proof: DrillProof, { durationMs, cleared }: DrillResult): string[] {
  const { restoredCheckpointId, checkpointId, checkpointBytes, checkpointMs, recordsRead, recordsWritten } = proof
  const size = checkpointBytes === null ? '' : `, ${bytes(checkpointBytes)}`
  const took = checkpointMs === null ? '' : ` in ${(checkpointMs / 1000).toFixed(1)} s`
  return [
    `the cluster says that it was restored from this path (checkpoint ${restoredCheckpointId})`,
    `it completed checkpoint ${checkpointId} of its own${took}${size}, and that is readable`,
    `${plural(recordsRead, 'record')} came out of its sources, ${recordsWritten.toLocaleString('en-US')} went into the blackholes`,
    ...(cleared?.problem === null ? [`taken away again after ${duration(durationMs)}: its job has ended, its directory is gone`] : []),
  ]
}

function sinkLines({ sinks, leftOut }: DrillResult): string[] {
  const names = sinks.map(({ name, connector }) => `${name} (${connector})`).join(', ')
  const out =
    leftOut.length === 0 ? [] : [`not covered, since a blackhole has no place for it: the sinks' own state, of ${leftOut.join(', ')}`]
  return [`sinks replaced by blackholes: ${names}`, ...out]
}

/** What a person should know although the verdict stands. */
export function drillWarnings({ startedEmpty, leftOut, cleared, jobId, hasVanished, jobName }: DrillResult): string[] {
  return [
    ...(hasVanished ? [`A savepoint stays: flinkops drill ${jobName} --from "$(flinkops savepoint ${jobName})"`] : []),
    ...(startedEmpty.length === 0
      ? []
      : [`The snapshot does not know ${startedEmpty.join(', ')}: started empty, as it would in the job itself.`]),
    ...(leftOut.length === 0 ? [] : [`The sinks' own state is not covered by the drill: ${leftOut.join(', ')}.`]),
    ...(cleared === null || cleared.problem === null
      ? []
      : [`Job ${jobId} or what it wrote may be left: ${cleared.problem}. The next drill takes it away.`]),
  ]
}
