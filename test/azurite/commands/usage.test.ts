import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ContainerClient } from '@azure/storage-blob'
import { afterEach, describe, expect, it } from 'vitest'
import { ACCOUNT_HOST } from '../../../sandbox/emulator.js'
import { loadTree } from '../../../sandbox/tree.js'
import { azuriteEndpoint, freshContainer } from '../../support/azurite.js'
import { jobId, uuid } from '../../support/builders.js'
import { cluster, treeRoutes } from '../../support/fake-cluster.js'
import { type FakeJobManager, startFakeJobManager } from '../../support/fake-jobmanager.js'
import { type Cli, startCli } from '../../support/run-cli.js'
import { storeCheckpoint, storeFile, upload } from '../../support/stored-snapshot.js'

const OWN_TREE = join(import.meta.dirname, '../../../sandbox/recorded-tree')
const SHARED_TREES = join(import.meta.dirname, '../../../../shared/fixtures/trees')
const JOB = jobId(5)

interface UsageJson {
  lineages: {
    lineage: string
    exclusive: Amount
    shared: Amount
    orphaned: Amount
    growthBytes: number | null
    writesPerMonth: number | null
  }[]
  temporary: Amount
  other: Amount
  directoryMarkers: number
  total: Amount
  costPerMonth: number
  growth: { bytes: number } | null
  prices: { source: string; currency: string }
}
type Amount = { blobs: number; bytes: number }

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

async function started(container: string, jobManager: FakeJobManager): Promise<Cli> {
  const context = { roots: { checkpoints: [`wasbs://${container}@${ACCOUNT_HOST}/checkpoints`] }, exclusive: true }
  const cli = await startCli({ endpoint: azuriteEndpoint(), container, jobManagers: [jobManager.url], context })
  closing.push(() => jobManager.stop(), cli.close)
  return cli
}

/** A running job with three checkpoints that share files, an orphan, a temporary file and a stranger. */
async function site(): Promise<{ cli: Cli; client: ContainerClient; path: (name: string) => string }> {
  const { client, container } = await freshContainer()
  for (const id of [1, 2, 3]) await storeCheckpoint(client, { jobId: JOB, checkpointId: id, shared: [uuid(id), uuid(id + 1)] })
  await storeFile(client, `checkpoints/${JOB}/shared/${uuid(99)}`)
  await storeFile(client, `_$azuretmpfolder$/${uuid(1)}`)
  await upload(client, 'readme.txt', Buffer.from('hello'))
  const path = (name: string) => `wasbs://${container}@${ACCOUNT_HOST}/${name}`
  const routes = cluster({ jobs: [{ jobId: JOB, name: 'sales_pipeline', completed: [path(`checkpoints/${JOB}/chk-3`)] }] })
  return { cli: await started(container, await startFakeJobManager(routes)), client, path }
}

async function rawSum(client: ContainerClient): Promise<Amount> {
  const sum = { blobs: 0, bytes: 0 }
  for await (const { properties } of client.listBlobsFlat()) {
    sum.blobs++
    sum.bytes += properties.contentLength ?? 0
  }
  return sum
}

describe('usage', () => {
  it.each([
    ['the tree of this repository', OWN_TREE],
    ...['01-incremental-2.3.0', '15-shared-root-2.3.0']
      .map((name) => [name, join(SHARED_TREES, name)])
      .filter(([, path = '']) => existsSync(path)),
  ])('adds up to the raw listing, to the byte: %s', async (_, tree = '') => {
    const loaded = await loadTree(tree, azuriteEndpoint())
    closing.push(() => loaded.client.delete())
    const routes = existsSync(join(tree, 'rest')) ? treeRoutes(tree) : cluster({ jobs: [] })
    const cli = await started(loaded.container, await startFakeJobManager(routes))

    const { stdout, code } = await cli.run(['usage', '--json'])

    const usage: UsageJson = JSON.parse(stdout)
    const parts = [...usage.lineages.flatMap((row) => [row.exclusive, row.shared, row.orphaned]), usage.temporary, usage.other]
    const raw = await rawSum(loaded.client)
    expect(usage.total).toEqual(raw)
    expect(parts.reduce((sum, one) => sum + one.bytes, 0)).toBe(raw.bytes)
    expect(parts.reduce((sum, one) => sum + one.blobs, usage.directoryMarkers)).toBe(raw.blobs)
    expect(code).toBe(0)
  })

  it('counts shared files once, tells classes apart, and remembers what it saw', async () => {
    const { cli, client } = await site()
    const first: UsageJson = JSON.parse((await cli.run(['usage', '--json'])).stdout)
    await upload(client, `checkpoints/${JOB}/shared/${uuid(98)}`, Buffer.alloc(1000))
    const second: UsageJson = JSON.parse((await cli.run(['usage', '--json'])).stdout)
    const one: UsageJson = JSON.parse((await cli.run(['usage', 'sales_pipeline', '--json'])).stdout)

    expect(first).toMatchObject({
      lineages: [{ lineage: 'sales_pipeline', shared: { blobs: 4, bytes: 4 * 64 }, orphaned: { blobs: 1, bytes: 64 }, growthBytes: null }],
      temporary: { blobs: 1, bytes: 64 },
      other: { blobs: 1, bytes: 5 },
      growth: null,
      prices: { source: 'built in' },
    })
    expect(first.lineages[0]?.exclusive.blobs).toBe(6)
    expect(first.lineages[0]?.writesPerMonth).toBeGreaterThan(0)
    expect(second).toMatchObject({ growth: { bytes: 1000 }, lineages: [{ orphaned: { blobs: 2, bytes: 1064 }, growthBytes: 1000 }] })
    expect(one).toMatchObject({ lineages: [{ lineage: 'sales_pipeline' }], temporary: null, growth: { bytes: 0 } })
  })

  it('gives a pipe rows of plain numbers, and Prometheus its own format', async () => {
    const { cli } = await site()
    const piped = await cli.run(['usage'])
    const metrics = await cli.run(['usage', '-o', 'prometheus'])

    expect(piped.stdout.split('\n').map((line) => line.split('\t')[0])).toEqual(['sales_pipeline', '(temporary)', '(other)', 'total', ''])
    expect(piped.stderr).toBe('')
    expect(metrics.stdout).toMatch(
      /^# HELP flinkops_state_bytes .*\n# TYPE flinkops_state_bytes gauge\nflinkops_state_bytes\{lineage="sales_pipeline",class="exclusive"\} \d+\n/,
    )
    expect(metrics.stdout.endsWith('\n')).toBe(true)
    expect(metrics.stdout.endsWith('\n\n')).toBe(false)
    expect([piped.code, metrics.code]).toEqual([0, 0])
  })

  it('goes by the price table beside flinkops.yaml', async () => {
    const { cli } = await site()
    const price = { region: 'westeurope', redundancy: 'ZRS', tier: 'hot', gibMonth: 1024 ** 3, write10k: 0 }
    await writeFile(
      join(cli.dir, 'flinkops-prices.yaml'),
      JSON.stringify({ asOf: '2026-11-01', currency: 'EUR', account: price, prices: [price] }),
    )
    const usage: UsageJson = JSON.parse((await cli.run(['usage', '--json'])).stdout)
    expect(usage.prices).toMatchObject({ source: join(cli.dir, 'flinkops-prices.yaml'), currency: 'EUR' })
    expect(usage.costPerMonth).toBeCloseTo(usage.total.bytes, 3)
  })

  it.each([
    ['a job that nobody knows', ['usage', 'nonsense'], 5],
    ['a price table that is not there', ['usage', '--prices', 'nowhere.yaml'], 2],
    ['an output that does not exist', ['usage', '-o', 'xml'], 2],
  ])('refuses %s', async (_, args, exitCode) => {
    const { cli } = await site()
    const { code, stdout, stderr } = await cli.run(args)
    expect({ code, stdout }).toEqual({ code: exitCode, stdout: '' })
    expect(stderr).toMatch(/^Error: /)
  })

  it('keeps no look when it could not look', async () => {
    const { cli } = await site()
    const { code } = await cli.run(['usage'], { env: { AZURE_STORAGE_KEY: Buffer.from('wrong').toString('base64') } })
    expect(code).toBe(4)
    await expect(readFile(join(cli.dir, 'state/flinkops/usage.jsonl'))).rejects.toMatchObject({ code: 'ENOENT' })
  })
})
