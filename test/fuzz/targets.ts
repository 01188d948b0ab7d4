import { parseBatchAnswer } from '../../src/lib/azure/batch-response.js'
import { unquoted } from '../../src/lib/azure/blob.js'
import { PageScanner } from '../../src/lib/azure/page-scanner.js'
import { BrokenListing } from '../../src/lib/azure/xml-text.js'
import { renderTable } from '../../src/lib/cli/table.js'
import { forTerminal } from '../../src/lib/cli/terminal.js'
import { surveyText } from '../../src/lib/config/conf-survey.js'
import { parseConfigFile } from '../../src/lib/config/config-file.js'
import { parseFlinkConf } from '../../src/lib/config/flink-conf.js'
import { parsePrices } from '../../src/lib/config/prices.js'
import { FlinkopsError } from '../../src/lib/errors.js'
import { readAnswer } from '../../src/lib/flink/answer.js'
import { parseArchive } from '../../src/lib/flink/archive.js'
import { readCreateTable } from '../../src/lib/flink/create-table.js'
import { causeOf, firstLineOf } from '../../src/lib/flink/errors.js'
import { failureOf, isCheckpointingOff, isJobUnknown } from '../../src/lib/flink/failure.js'
import { scrub } from '../../src/lib/flink/redact.js'
import { explain } from '../../src/lib/flink/refusal.js'
import { splitScript } from '../../src/lib/flink/script.js'
import { parseCheckpointConfig, parseCheckpointStats } from '../../src/lib/flink/wire-checkpoints.js'
import { parseConfiguration, parseJars, parseRun, parseUpload, parseVersion } from '../../src/lib/flink/wire-cluster.js'
import { parseJob, parseJobState, parseJobsOverview, parseNewestFailure } from '../../src/lib/flink/wire-jobs.js'
import { metricIds, metricSums } from '../../src/lib/flink/wire-metrics.js'
import { parseOperation } from '../../src/lib/flink/wire-operations.js'
import { parseApiVersions, parseOperationHandle, parseResultPage, parseSessionHandle } from '../../src/lib/flink/wire-sql.js'
import { openInventory } from '../../src/lib/inventory/open.js'
import { handedIn } from '../../src/lib/operations/load-manifest.js'
import { loadRun } from '../../src/lib/operations/load-run.js'
import type { ContainerReader } from '../../src/lib/ports.js'
import type { MaintenanceJournal } from '../../src/lib/ports-maintenance.js'
import type { RunJournal } from '../../src/lib/ports-runs.js'
import { Secret } from '../../src/lib/secret.js'
import { parseLocation } from '../../src/lib/state/location.js'
import { parseMetadata } from '../../src/lib/state/metadata/parse.js'
import { namedByWindows } from '../../src/lib/state/windows.js'
import { jobsJson, jobsTable } from '../../src/lib/views/jobs.js'
import { jobLine, resumeSummary, stopSummary } from '../../src/lib/views/maintenance.js'
import type { Random } from '../model/random.js'
import { csvOf, type InventoryRow, manifestOf, parquetOf } from '../support/blob-inventory.js'
import { ACCOUNT, CONTAINER, NOW, uuid } from '../support/builders.js'
import { manifest, manifestJob } from '../support/fake-manifest.js'
import { person } from '../support/fake-streams.js'
import { strayControls } from '../support/hostile.js'
import { encodeMetadata } from '../unit/state/metadata/encoder.js'
import * as sample from '../unit/state/metadata/samples.js'
import { mutateBytes, mutateJson } from './mutate.js'
import { ARCHIVE, BATCH, FLINK_CONF, FLINKOPS_YAML, LISTING, PLAN, REST, SCRIPT, STACK } from './texts.js'

/** Something of somebody else's that flinkops reads: what is sound, how it is changed, and what reads it. */
export interface Target {
  name: string
  seeds: readonly Uint8Array[]
  mutate: (seed: Uint8Array, random: Random) => Buffer
  /** Throws what no command would tell as an error of its own. */
  read: (bytes: Buffer) => unknown
}

const { signal } = new AbortController()
const asked = {
  server: 'JobManager' as const,
  method: 'GET',
  url: 'http://jm',
  path: '/x',
  secrets: [new Secret('bearer-of-a-token')],
  withheld: null,
}

/** An expected failure is told in one sentence; anything else is a bug. */
async function told(work: () => unknown): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof FlinkopsError)) throw error
  }
}

const PARSERS = [
  parseJobsOverview,
  parseJob,
  parseJobState,
  parseNewestFailure,
  parseCheckpointStats,
  parseCheckpointConfig,
  parseVersion,
  parseConfiguration,
  parseJars,
  parseUpload,
  parseRun,
  metricIds,
  metricSums,
  parseOperation,
  parseApiVersions,
  parseSessionHandle,
  parseOperationHandle,
  parseResultPage,
]

async function readRest(bytes: Buffer): Promise<void> {
  const text = bytes.toString('utf8')
  for (const status of [200, 404, 500, 503]) {
    await told(() => {
      const answer = explain({ kind: 'answer', answer: readAnswer(status, { location: text.slice(0, 40) }, text) }, asked)
      if (status === 200) return
      isJobUnknown(answer)
      isCheckpointingOff(answer)
      throw failureOf(answer, 'x')
    })
  }
  const { body } = readAnswer(200, {}, text)
  for (const parse of PARSERS) await told(() => parse(body))
  await told(() => showJobs(body))
}

function showJobs(body: unknown): void {
  const jobs = parseJobsOverview(body).map((job) => ({
    ...job,
    lastCheckpointAtMs: job.endedAtMs,
    lastCheckpointPath: job.name,
    completedCheckpoints: 1,
    failedCheckpoints: 0,
  }))
  const drawn = forTerminal(
    renderTable(jobsTable(jobs, NOW), 'table', person(80, true)) + renderTable(jobsTable(jobs, NOW), 'tsv', person(80)),
  )
  if (strayControls(drawn).length > 0) throw new Error(`controls pass: ${strayControls(drawn)}`)
  JSON.stringify(jobsJson(jobs))
}

async function readManifest(bytes: Buffer): Promise<void> {
  const journal = { load: async () => null } as unknown as MaintenanceJournal
  await told(async () => {
    const { manifest: found } = await handedIn(bytes.toString('utf8'), 'x', journal)
    namedByWindows([found])
    stopSummary(found)
    resumeSummary(found)
    for (const job of found.jobs) jobLine(job, job.jobId, 'table', 5)
  })
}

async function readPlan(bytes: Buffer): Promise<void> {
  const runs = { plan: async () => null, runs: async () => [] } as unknown as RunJournal
  const recorder = { record: async () => undefined, recorded: async () => bytes, recordFiles: async () => [] }
  await told(() =>
    loadRun({ runId: 'x', runs, recorder, containers: [{ account: 'a.blob.core.windows.net', container: 'flink' }], signal }),
  )
}

const rows = Array.from(
  { length: 30 },
  (_, at): InventoryRow => ({
    Name: `${CONTAINER}/cp/${uuid(at)}`,
    'Last-Modified': '2026-10-01T10:00:00.000Z',
    'Content-Length': at,
    Etag: '0x8D1',
    Metadata: at % 3 === 0 ? '{"hdi_isfolder":"true"}' : '',
  }),
)

function inventory(format: 'csv' | 'parquet', of: { file?: Uint8Array; manifest?: Uint8Array }): Promise<void> {
  const file = of.file ?? (format === 'csv' ? Buffer.from(csvOf(rows)) : parquetOf(rows))
  const text =
    of.manifest ??
    Buffer.from(JSON.stringify({ ...manifestOf({ rows, format, ageMs: 1, sizeBytes: file.length }), endpoint: `https://${ACCOUNT}` }))
  const read: ContainerReader['read'] = async () => ({ state: 'read', bytes: text, etag: 'e', lastModifiedMs: 0 })
  const storage = {
    container: async () => ({ read }) as unknown as ContainerReader,
    readRange: async ({ offset, count }: { offset: number; count: number }) => {
      // As an adapter that checks what came.
      if (offset < 0 || count < 0 || offset + count > file.length) throw new FlinkopsError('a short answer', { code: 'X', exitCode: 7 })
      return { state: 'read' as const, bytes: file.subarray(offset, offset + count), etag: 'e', lastModifiedMs: 0 }
    },
  }
  return told(async () => {
    const containers = [{ account: ACCOUNT, container: CONTAINER }]
    const opened = await openInventory({
      source: `wasbs://inventory@${ACCOUNT}/rule-manifest.json`,
      containers,
      storage,
      nowMs: Date.now(),
      signal,
    })
    for await (const blobs of opened.blobs({ account: ACCOUNT, container: CONTAINER, signal }))
      if (blobs.some((blob) => Number.isNaN(blob.sizeBytes))) throw new Error('a blob without a size')
  })
}

async function readConfig(bytes: Buffer): Promise<void> {
  const text = bytes.toString('utf8')
  await told(() => parseConfigFile('/x/flinkops.yaml', text))
  await told(() => parsePrices('/x/prices.yaml', text))
  for (const name of ['config.yaml', 'flink-conf.yaml']) {
    await told(() => parseFlinkConf(`/x/${name}`, text))
    await told(() => surveyText(`/x/${name}`, text, null))
  }
}

function readListing(bytes: Buffer): void {
  const scanner = new PageScanner()
  try {
    for (let from = 0; from < bytes.length; from += 997) scanner.push(bytes.subarray(from, from + 997))
    scanner.end()
  } catch (error) {
    if (!(error instanceof BrokenListing)) throw error
  }
}

async function readTexts(bytes: Buffer): Promise<void> {
  const text = bytes.toString('utf8')
  causeOf(text)
  firstLineOf(text)
  scrub(text, asked.secrets)
  parseLocation(text)
  unquoted(text)
  forTerminal(text)
  await told(() => splitScript(text).map(readCreateTable))
}

const text = (...texts: string[]) => texts.map((one) => Buffer.from(one))

/** All of them. */
export function targets(): Target[] {
  const window = { ...manifest(), jobs: [manifestJob({ state: 'stopped', path: `wasbs://${CONTAINER}@${ACCOUNT}/savepoints/x` })] }
  const inventoryManifest = Buffer.from(
    JSON.stringify({ ...manifestOf({ rows, format: 'csv', ageMs: 1, sizeBytes: csvOf(rows).length }), endpoint: `https://${ACCOUNT}` }),
  )
  return [
    { name: 'REST answers', seeds: REST, mutate: mutateJson, read: readRest },
    { name: 'manifests', seeds: text(JSON.stringify(window)), mutate: mutateJson, read: readManifest },
    { name: 'plans', seeds: [PLAN], mutate: mutateJson, read: readPlan },
    { name: 'archives', seeds: [ARCHIVE], mutate: mutateJson, read: parseArchive },
    { name: 'inventory manifests', seeds: [inventoryManifest], mutate: mutateJson, read: (bytes) => inventory('csv', { manifest: bytes }) },
    { name: 'CSV inventories', seeds: text(csvOf(rows)), mutate: mutateBytes, read: (bytes) => inventory('csv', { file: bytes }) },
    { name: 'Parquet inventories', seeds: [parquetOf(rows)], mutate: mutateBytes, read: (bytes) => inventory('parquet', { file: bytes }) },
    { name: 'configurations', seeds: text(FLINKOPS_YAML, FLINK_CONF), mutate: mutateBytes, read: readConfig },
    { name: 'listings', seeds: [LISTING], mutate: mutateBytes, read: readListing },
    {
      name: 'batch answers',
      seeds: [BATCH],
      mutate: mutateBytes,
      read: (bytes) => parseBatchAnswer('multipart/mixed; boundary=b', bytes.toString('latin1'), 3),
    },
    {
      name: '_metadata',
      seeds: [2, 3, 4, 5, 6].map((version) => encodeMetadata(sample.everything(version))),
      mutate: mutateBytes,
      read: parseMetadata,
    },
    { name: 'error texts and scripts', seeds: text(STACK, SCRIPT), mutate: mutateBytes, read: readTexts },
  ]
}
