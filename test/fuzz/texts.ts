/** Sound inputs, from which the others are made. */
import { jobId, uri, uuid } from '../support/builders.js'

const JOB = jobId(1)

const entry = {
  id: 7,
  status: 'COMPLETED',
  is_savepoint: false,
  checkpoint_type: 'CHECKPOINT',
  trigger_timestamp: 1_764_000_000_000,
  latest_ack_timestamp: 1_764_000_000_500,
  end_to_end_duration: 500,
  checkpointed_size: 4096,
  state_size: 8192,
  num_subtasks: 2,
  num_acknowledged_subtasks: 2,
  external_path: uri(`checkpoints/${JOB}/chk-7`),
  discarded: false,
  failure_message: 'Asynchronous task checkpoint failed.',
}

export const STACK = `org.apache.flink.util.FlinkException: org.apache.flink.runtime.JobException: Recovery is suppressed
\tat org.apache.flink.runtime.Foo.bar(Foo.java:12)
Caused by: java.lang.IllegalStateException: Failed to rollback to checkpoint/savepoint ${uri('savepoints/savepoint-1')}. 'password' = 'hunter2', fs.azure.account.key=abc
\t... 12 more
Caused by: java.io.FileNotFoundException: Cannot find checkpoint or savepoint file/directory 'x' on file system 'wasbs'. sig=abc%3D
\tat org.apache.flink.runtime.state.filesystem.X.y(X.java:1)`

const overview = {
  jobs: [
    {
      jid: JOB,
      name: 'sales_pipeline',
      state: 'RUNNING',
      'start-time': 1_764_000_000_000,
      'end-time': -1,
      duration: 99_000,
      tasks: { RUNNING: 2, total: 2 },
    },
    {
      jid: jobId(2),
      name: 'clicks',
      state: 'FAILED',
      'start-time': 1_763_000_000_000,
      'end-time': 1_763_900_000_000,
      duration: 9,
      tasks: { FAILED: 1, total: 1 },
    },
  ],
}
const details = {
  jid: JOB,
  name: 'sales_pipeline',
  state: 'RUNNING',
  'start-time': 1,
  'end-time': -1,
  vertices: [{ id: 'c'.repeat(32), name: 'Source', parallelism: 2, status: 'RUNNING' }],
}
const stats = {
  counts: { restored: 1, total: 9, in_progress: 0, completed: 8, failed: 1 },
  latest: {
    completed: entry,
    savepoint: { ...entry, is_savepoint: true },
    failed: entry,
    restored: { id: 3, restore_timestamp: 5, external_path: uri('savepoints/x') },
  },
  history: [entry, entry],
}
const config = {
  mode: 'exactly_once',
  interval: 10_000,
  timeout: 600_000,
  min_pause: 0,
  max_concurrent: 1,
  externalization: { enabled: true, delete_on_cancellation: false },
  state_backend: 'rocksdb',
}
const failures = { 'root-exception': STACK, exceptionHistory: { entries: [{ timestamp: 5, stacktrace: STACK, exceptionName: 'X' }] } }
const operation = { status: { id: 'COMPLETED' }, operation: { 'failure-cause': { class: 'X', 'stack-trace': STACK } } }

export const REST = [
  overview,
  details,
  stats,
  config,
  failures,
  operation,
  { status: { id: 'COMPLETED' }, operation: { location: uri('savepoints/savepoint-aaaaaa-1') } },
  { errors: ['Internal server error.', STACK] },
  { files: [{ id: 'x_app.jar', name: 'app.jar' }] },
  { filename: '/tmp/flink-web/x_app.jar', jobid: JOB, status: 'RUNNING', 'flink-version': '2.0.0' },
  [
    { key: 'state.checkpoints.dir', value: uri('checkpoints') },
    { key: 'fs.azure.account.key', value: '***' },
  ],
  [{ id: 'Source__orders.numRecordsOut', sum: 5 }],
  { sessionHandle: uuid(1), operationHandle: uuid(2), versions: ['V1', 'V4'] },
  { resultType: 'PAYLOAD', jobID: JOB, isQueryResult: false, nextResultUri: '/v4/sessions/x/operations/y/result/1?rowFormat=JSON' },
].map((body) => Buffer.from(JSON.stringify(body)))

export const ARCHIVE = Buffer.from(
  JSON.stringify({
    archive: Object.entries({
      '/jobs/overview': overview,
      [`/jobs/${JOB}`]: details,
      [`/jobs/${JOB}/checkpoints`]: stats,
      [`/jobs/${JOB}/checkpoints/config`]: config,
    }).map(([path, body]) => ({ path, json: JSON.stringify(body) })),
  }),
)

const deletion = {
  account: 'a.blob.core.windows.net',
  container: 'flink',
  name: 'checkpoints/x',
  etag: '0x1',
  sizeBytes: 5,
  reason: 'orphan',
  after: ['k'],
}
export const PLAN = Buffer.from(
  JSON.stringify({
    runId: '20261122T120000-abcdef',
    createdAt: '2026-11-22T12:00:00.000Z',
    waves: [[deletion], [deletion]],
    fingerprint: [['k', 'e']],
    jobs: [{ jobId: JOB, name: 'x', liveness: 'ended', restoredFrom: null }],
  }),
)

export const FLINKOPS_YAML = `currentContext: prod
contexts:
  prod: &prod
    jobManagers: [http://jm:8081]
    sqlGateway: http://gw:8083
    exclusive: true
    roots:
      checkpoints: [${uri('checkpoints')}]
      savepoints: [${uri('savepoints')}]
    storage:
      acct.blob.core.windows.net: {endpoint: 'https://acct.blob.core.windows.net', auth: key}
    retention: {checkpoints: 7d, keepLast: 2}
    jobs:
      sales: {script: sales.sql}
      clicks: {jar: clicks.jar, args: [--x, 1]}
    pins: ["${uri('savepoints/keep')}"]
  test: *prod
`

export const FLINK_CONF = `jobmanager.rpc.address: jm
state:
  checkpoints:
    dir: ${uri('checkpoints')}
  savepoints.dir: ${uri('savepoints')}
execution.checkpointing.num-retained: 3
list: [a, b]
quoted: "x"
fs.azure.account.key.acct.blob.core.windows.net: abc
`

const TIME = 'Fri, 20 Nov 2026 10:00:00 GMT'
export const LISTING =
  Buffer.from(`\ufeff<?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="https://a/" ContainerName="flink"><Blobs>
<Blob><Name>checkpoints/${JOB}/chk-7/_metadata</Name><Properties><Last-Modified>${TIME}</Last-Modified><Etag>0x8D1</Etag><Content-Length>12</Content-Length><AccessTier>Hot</AccessTier></Properties><Metadata><hdi_isfolder>true</hdi_isfolder></Metadata><OrMetadata /></Blob>
<Blob><Name Encoded="true">a%20b</Name><Properties><Last-Modified>${TIME}</Last-Modified><Etag>"0x8D2"</Etag><Content-Length>0</Content-Length></Properties></Blob>
<BlobPrefix><Name>dir/&amp;&#x41;/</Name></BlobPrefix></Blobs><NextMarker>more</NextMarker></EnumerationResults>`)

const part = (id: number) =>
  `--b\r\nContent-Type: application/http\r\nContent-ID: ${id}\r\n\r\nHTTP/1.1 202 Accepted\r\nx-ms-delete-type-permanent: false\r\nretry-after: 3\r\n\r\n`
export const BATCH = Buffer.from(`${[0, 1, 2].map(part).join('')}--b--`)

export const SCRIPT = `-- a script
SET 'pipeline.name' = 'sales';
CREATE TABLE t (a INT, b STRING METADATA FROM 'x' VIRTUAL) WITH ('connector' = 'kafka', 'properties.x' = 'it''s');
CREATE TABLE s WITH ('connector' = 'blackhole') LIKE t (EXCLUDING ALL);
EXECUTE STATEMENT SET BEGIN INSERT INTO s SELECT /*+ OPTIONS('a'='b') */ * FROM t; END;
`
