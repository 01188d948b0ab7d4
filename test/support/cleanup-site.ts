import type { ContainerClient } from '@azure/storage-blob'
import { ACCOUNT_HOST } from '../../sandbox/emulator.js'
import { freshContainer } from './azurite.js'
import { type BlobProxy, startBlobProxy } from './blob-proxy.js'
import { jobId, uuid } from './builders.js'
import { cluster, type FakeJob } from './fake-cluster.js'
import { type FakeJobManager, startFakeJobManager } from './fake-jobmanager.js'
import { type Cli, type CliOptions, startCli } from './run-cli.js'
import { storeCheckpoint, storeFile, upload } from './stored-snapshot.js'

const DAY_MS = 86_400_000

/** A container behind a proxy, a JobManager, and a person's machine. */
export interface Site {
  client: ContainerClient
  proxy: BlobProxy
  jobManager: FakeJobManager
  cli: Cli
  /** Blobs of the container, without flinkops' own. */
  names(): Promise<string[]>
  /** Plans and carries out with `--json`. */
  cleanup(...args: string[]): Promise<{ code: number; stdout: string; stderr: string; json: CleanupJson }>
  close(): Promise<void>
}

interface Result {
  deletedBlobs: number
  deletedBytes: number
  alreadyGone: number
  changed: number
  spared: number
  failed: { path: string; code: string }[]
  uncertain: number
  problem: string | null
}

/** What the tests read of the answer. */
export interface CleanupJson {
  runId: string | null
  outcome: string
  delete: { path: string; sizeBytes: number; reason: string }[]
  keep: { path: string; reason: string; detail: string }[]
  held: { prefix: string; blobs: number; bytes: number; reason: string }[]
  guards: { name: string; status: string; message: string; override: string | null }[]
  totals: { blobs: number; bytes: number }
  result: Result | null
  error?: { code: string; message: string; suggestions: string[]; exitCode: number }
}

export interface SiteOptions {
  jobs?: FakeJob[] | ((path: (name: string) => string) => FakeJob[])
  /** Age of each blob; 40 days for all when absent. */
  ageMs?: (name: string) => number
  store?: (client: ContainerClient) => Promise<void>
  context?: CliOptions['context']
}

export const LOCK = '_flinkops/cleanup.lock'
export const CLEANUP = ['cleanup', '--older-than', '24h', '--without-soft-delete']

export async function startSite({ jobs = [], ageMs = () => 40 * DAY_MS, store = storeSales, context }: SiteOptions = {}): Promise<Site> {
  const { client, container, endpoint } = await freshContainer()
  await store(client)
  const nowMs = Date.now()
  const proxy = await startBlobProxy(endpoint, {
    modifiedMs: (name) => (name.startsWith('_flinkops/') ? null : nowMs - ageMs(name)),
  })
  const path = (name: string) => `wasbs://${container}@${ACCOUNT_HOST}/${name}`
  const jobManager = await startFakeJobManager(cluster({ jobs: typeof jobs === 'function' ? jobs(path) : jobs }))
  const cli = await startCli({ endpoint: proxy.endpoint, container, jobManagers: [jobManager.url], ...(context && { context }) })
  return {
    client,
    proxy,
    jobManager,
    cli,
    names: () => namesIn(client),
    cleanup: async (...args) => {
      const ended = await cli.run([...CLEANUP, ...args, '--json'])
      return { ...ended, json: JSON.parse(ended.stdout) }
    },
    close: async () => {
      await Promise.all([cli.close(), jobManager.stop(), proxy.stop()])
      await client.delete()
    },
  }
}

async function namesIn(client: ContainerClient): Promise<string[]> {
  const names: string[] = []
  for await (const { name } of client.listBlobsFlat()) if (!name.startsWith('_flinkops/')) names.push(name)
  return names
}

export const ENDED = jobId(5)
/** A job that some tests start. */
export const LIVE = jobId(10)
export const TREE = `checkpoints/${ENDED}`
export const LAST = `${TREE}/chk-4`

/** The file in the directory of a checkpoint. */
export const ownFile = (checkpointId: number) => uuid(0x100 + checkpointId)

/** What stays of `storeSales`: the last checkpoint with its files, and the directories above them. */
export const NEEDED = [`${LAST}/_metadata`, `${LAST}/${ownFile(4)}`, `${TREE}/shared/${uuid(4)}`, `${TREE}/shared/${uuid(5)}`]
export const STAYING = sorted([...NEEDED, TREE, LAST, `${TREE}/shared`])
/** What goes: three checkpoints of 2 files, 3 shared files, 3 orphans, 2 leftovers of a fifth checkpoint, 4 directories. */
export const GOING_BLOBS = 3 * 2 + 3 + 3 + 2 + 4

/** The tree of a job that ended long ago, as it is found: four retained checkpoints, orphans, what a crash left, directory markers. */
async function storeSales(client: ContainerClient): Promise<void> {
  for (const id of [1, 2, 3, 4])
    await storeCheckpoint(client, { jobId: ENDED, checkpointId: id, shared: [uuid(id), uuid(id + 1)], ownFile: ownFile(id) })
  for (const number of [71, 72, 73]) await storeFile(client, `${TREE}/shared/${uuid(number)}`)
  for (const number of [81, 82]) await storeFile(client, `${TREE}/chk-5/${uuid(number)}`)
  await storeFile(client, `${TREE}/shared/${uuid(4)}`)
  for (const directory of [TREE, `${TREE}/shared`, ...[1, 2, 3, 4, 5].map((id) => `${TREE}/chk-${id}`)])
    await storeMarker(client, directory)
}

/** A directory as Hadoop's driver marks it. */
export async function storeMarker(client: ContainerClient, directory: string): Promise<void> {
  await client.getBlockBlobClient(directory).upload('', 0, { metadata: { hdi_isfolder: 'true' } })
}

/** Puts other bytes under a name, as a writer would. */
export function overwrite(client: ContainerClient, name: string, bytes: Uint8Array): Promise<void> {
  return upload(client, name, bytes)
}

export function sorted(names: string[]): string[] {
  return names.toSorted((a, b) => (a < b ? -1 : 1))
}
