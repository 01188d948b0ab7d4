import type { DeepProof } from '../operations/verify-deep.js'
import type { JobVerdict } from '../operations/verify-job.js'
import type { SnapshotVerdict } from '../operations/verify-restorable.js'
import { bytes, duration, plural, wrapWords } from './format.js'

/** `verify <snapshot>` in words: the verdict, then what it rests on. */
export function snapshotVerdictText({ path, findings, proof, deep, unseen }: SnapshotVerdict, columns: number): string {
  const isUnproven = findings.length > 0 && findings.every((finding) => unseen.some(({ problem }) => problem === finding))
  if (findings.length > 0) return lines(`${isUnproven ? 'Not proven' : 'Not restorable'}: ${path}`, shortened(findings), columns)
  const seen =
    proof === null
      ? []
      : [
          `_metadata is readable and lies in its place (format ${proof.formatVersion}, checkpoint ${proof.checkpointId})`,
          `every file is there (${plural(proof.files, 'file')}, ${bytes(proof.bytes)}), none empty or shorter than its handle says`,
        ]
  return lines(`Restorable: ${path}`, [...seen, ...(deep === null ? [] : deepWords(deep))], columns)
}

function deepWords(deep: DeepProof): string[] {
  const words = [`all of it was read (${bytes(deep.bytes)})`]
  if (deep.tables > 0) words.push(`${plural(deep.tables, 'RocksDB table')}: footers are sane; ${blockWords(deep)}`)
  if (deep.keyGroupHandles > 0)
    words.push(`the key-group offsets of ${plural(deep.keyGroupHandles, 'keyed state handle')} lie inside their files`)
  return words
}

function blockWords({ checkedBlocks, uncheckedBlocks, checksums }: DeepProof): string {
  const checked = `${plural(checkedBlocks, 'block')} of index, properties and filters match their checksums (${checksums.join(', ') || 'none'})`
  const left = uncheckedBlocks === 0 ? '' : `, ${plural(uncheckedBlocks, 'block')} have a checksum that is not checked`
  return `${checked}${left}; data blocks were read, their checksums are not checked`
}

const FINDINGS_AT_MOST = 8

/** A screen holds some; JSON has them all. */
function shortened(findings: string[]): string[] {
  if (findings.length <= FINDINGS_AT_MOST) return findings
  return [
    ...findings.slice(0, FINDINGS_AT_MOST - 1),
    `and ${findings.length - FINDINGS_AT_MOST + 1} more findings: see them all with --json`,
  ]
}

/** `verify <job>` in words. */
export function jobVerdictText({ jobId, jobName, findings, proof }: JobVerdict, columns: number): string {
  const name = `${jobName} (${jobId})`
  if (findings.length > 0 || proof === null) return lines(`Not as it should be: ${name}`, findings, columns)
  const { completed, intervalMs, failed, restarts, newest } = proof
  const [first, last] = [completed.at(-2), completed.at(-1)]
  const seen = [
    `checkpoints advance: ${first?.id} and ${last?.id} were completed meanwhile, in ${took(first)} and ${took(last)}, every ${pace(intervalMs)} by configuration`,
    `the newest, ${newest.path}, is restorable: ${plural(newest.files, 'file')}, ${bytes(newest.bytes)}`,
  ]
  if (failed > 0) seen.push(`meanwhile ${plural(failed, 'checkpoint')} failed, and later ones did not`)
  if (restarts > 0) seen.push('meanwhile it was restarted once')
  return lines(`Checkpointing: ${name}`, seen, columns)
}

/** Intervals of less than ten seconds differ in what is behind the point. */
function pace(ms: number): string {
  return ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : duration(ms)
}

function took(entry: { durationMs: number | null } | undefined): string {
  return `${((entry?.durationMs ?? 0) / 1000).toFixed(1)} s`
}

function lines(first: string, more: string[], columns: number): string {
  const below = more.flatMap((one) => wrapWords(one, columns - 2, 2).map((line) => `  ${line}`))
  return [...wrapWords(first, columns, 2), ...below].join('\n')
}

/** The JSON of `verify <snapshot>`. */
export function snapshotVerdictJson(verdict: SnapshotVerdict): object {
  const unseen = verdict.unseen.map(({ where, files }) => ({ where, files }))
  return { subject: 'snapshot', verified: verdict.findings.length === 0, ...verdict, unseen }
}

/** The JSON of `verify <job>`. */
export function jobVerdictJson(verdict: JobVerdict): object {
  return { subject: 'job', verified: verdict.findings.length === 0 && verdict.proof !== null, ...verdict }
}
