import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Child, startChild } from '../../sandbox/child-process.js'
import { statePath } from '../../sandbox/emulator.js'
import { flinkHome } from '../../sandbox/flink-home.js'
import { jobState, restoredFrom, SALES_PIPELINE, submitScript, waitForCheckpoints } from '../../sandbox/jobs.js'
import { freePort } from '../../sandbox/ports.js'
import { waitUntil } from '../../sandbox/wait.js'
import { readStoreFile } from '../../src/lib/state/high-availability.js'
import { cluster } from '../support/fake-cluster.js'
import { type FakeJobManager, startFakeJobManager } from '../support/fake-jobmanager.js'
import { type E2e, FLINK_UNDER_TEST, missingForE2e, startE2e } from '../support/sandbox.js'
import { blobsBelow } from './world.js'

const ZOOKEEPER = 'org.apache.flink.shaded.zookeeper3.org.apache.zookeeper.server.ZooKeeperServerMain'
const DAY_MS = 86_400_000

describe.skipIf(missingForE2e() !== null)(`High availability of Flink ${FLINK_UNDER_TEST}`, () => {
  let e2e: E2e
  let zookeeper: Child
  let dir: string
  /** Answers for all clusters that are listed, and knows no job. */
  let silent: FakeJobManager

  beforeAll(async () => {
    const port = await freePort()
    dir = await mkdtemp(join(tmpdir(), 'flinkops-zookeeper-'))
    zookeeper = await startZooKeeper(port, dir)
    silent = await startFakeJobManager(cluster({ jobs: [] }))
    e2e = await startE2e({
      blobAgeMs: 40 * DAY_MS,
      extraConfig: {
        'high-availability.type': 'zookeeper',
        'high-availability.zookeeper.quorum': `127.0.0.1:${port}`,
        'high-availability.storageDir': statePath('ha'),
        'execution.checkpointing.num-retained': 2,
        'state.checkpoints.num-retained': 2,
      },
    })
  })

  afterAll(async () => {
    await e2e?.stop()
    await zookeeper?.stop()
    await silent?.stop()
    await rm(dir, { recursive: true, force: true })
  })

  test('a job whose JobManager is away comes back after a clean-up to which all clusters were silent', async () => {
    const { restUrl, gatewayUrl } = e2e.cluster
    const jobId = await submitScript(gatewayUrl, SALES_PIPELINE)
    await waitForCheckpoints(restUrl, jobId, 3)
    await e2e.cluster.killJobManager()
    await e2e.cluster.killTaskManager()

    const files = (await blobsBelow(() => e2e, 'ha/')).filter((name) => name.includes('/completedCheckpoint'))
    expect(files.length).toBeGreaterThan(0)
    for (const name of files) {
      const content = readStoreFile(await e2e.storage.getBlobClient(name).downloadToBuffer())
      expect(content.ok && content.named.some((one) => one.name.includes(`/${jobId}/chk-`))).toBe(true)
    }

    await e2e.returnToPresent()
    // All that is listed answers, and knows no job: the cluster of this one is away, and off the list.
    const config = join(dir, 'flinkops.yaml')
    await writeFile(config, (await readFile(e2e.configFile, 'utf8')).replaceAll(restUrl, silent.url))
    const before = await blobsBelow(() => e2e, 'checkpoints/')
    const args = ['cleanup', '--older-than', '1d', '--max-share', '100%', '--without-soft-delete', '--yes', '--json', '--config', config]
    const done = await e2e.flinkops(args)
    expect(done.code, done.stdout + done.stderr).toBe(0)
    expect(JSON.parse(done.stdout).keep.map((one: { reason: string }) => one.reason)).toContain('high-availability')
    expect(await blobsBelow(() => e2e, 'checkpoints/')).toEqual(before)

    await Promise.all([e2e.cluster.startJobManager(), e2e.cluster.startTaskManager()])
    await waitUntil({
      until: 'the job runs again',
      timeoutMs: 120_000,
      probe: async () => ((await jobState(restUrl, jobId)) === 'RUNNING' ? true : null),
    })
    expect(await restoredFrom(restUrl, jobId)).toContain(`/${jobId}/chk-`)
    await waitForCheckpoints(restUrl, jobId)
  })
})

/** ZooKeeper itself, as Flink brings it along. */
async function startZooKeeper(port: number, dir: string): Promise<Child> {
  const { classpath } = await flinkHome(FLINK_UNDER_TEST)
  return startChild({
    name: 'zookeeper',
    command: 'java',
    args: ['-Xmx128m', '-Dzookeeper.admin.enableServer=false', '-cp', classpath, ZOOKEEPER, String(port), join(dir, 'zookeeper')],
    logFile: join(dir, 'zookeeper.log'),
  })
}
