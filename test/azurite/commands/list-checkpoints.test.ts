import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { ACCOUNT_HOST, openContainer } from '../../../sandbox/emulator.js'
import { loadTree, parseListing } from '../../../sandbox/tree.js'
import { azuriteEndpoint } from '../../support/azurite.js'
import { treeRoutes } from '../../support/fake-cluster.js'
import { deadUrl, startFakeJobManager } from '../../support/fake-jobmanager.js'
import { startCli } from '../../support/run-cli.js'

const OWN_TREE = join(import.meta.dirname, '../../../sandbox/recorded-tree')
const SHARED_TREES = join(import.meta.dirname, '../../../../shared/fixtures/trees')

interface Truth {
  container: string
  /** Names of all `_metadata` blobs. */
  metadata: string[]
  missing: string[]
  referencedButEmpty: string[]
  unreadable: string[]
  /** By `_metadata`: what it refers to, by kind of handle. */
  byMetadata: Record<string, Record<string, string[]>>
}

interface Overview {
  jobs: { jid: string; name: string; state: string }[]
}

const trees = existsSync(SHARED_TREES)
  ? readdirSync(SHARED_TREES, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(SHARED_TREES, entry.name))
  : []
if (trees.length === 0) console.info('skipped: no recorded trees at ../shared/fixtures/trees')

const read = (tree: string, file: string) => readFileSync(join(tree, file), 'utf8')

/** Every `chk-N` directory of the first listing, with the completeness that the recording implies. */
function implied(tree: string): Map<string, string> {
  const truth = JSON.parse(read(tree, 'truth.json')) as Truth
  const overview = JSON.parse(read(tree, 'rest/jobs-overview.json')) as Overview
  const names = parseListing(read(tree, 'listing.jsonl')).map((blob) => blob.name)
  const later = new Set(parseListing(read(tree, 'listing-2.jsonl')).map((blob) => blob.name))
  const isRunning = (jobId: string) => overview.jobs.some((job) => job.jid === jobId && job.state === 'RUNNING')
  const directories = new Set(names.flatMap((name) => /^.*?[0-9a-f]{32}\/chk-\d+(?=\/|$)/.exec(name)?.[0] ?? []))
  const newest = (jobTree: string) =>
    Math.max(0, ...truth.metadata.filter((name) => name.startsWith(`${jobTree}/chk-`)).map((name) => Number(/chk-(\d+)/.exec(name)?.[1])))
  return new Map(
    [...directories].flatMap((directory): [string, string][] => {
      const metadata = `${directory}/_metadata`
      const [, jobTree = '', id = ''] = /^(.*)\/chk-(\d+)$/.exec(directory) ?? []
      if (truth.metadata.includes(metadata)) return [[directory, withMetadata(truth, metadata)]]
      const isStillThere = [...later].some((name) => name === directory || name.startsWith(`${directory}/`))
      const isUnderWay = isRunning(basename(jobTree)) && Number(id) > newest(jobTree) && isStillThere
      if (isUnderWay) return [[directory, 'writing']]
      // Nothing but its marker: what the driver leaves of a checkpoint that Flink has deleted.
      return names.some((name) => name.startsWith(`${directory}/`)) ? [[directory, 'incomplete']] : []
    }),
  )
}

function withMetadata(truth: Truth, metadata: string): string {
  if (truth.unreadable.includes(metadata)) return 'unreadable'
  const needed = Object.values(truth.byMetadata[metadata] ?? {}).flat()
  if (needed.some((name) => truth.missing.includes(name))) return 'broken'
  return needed.some((name) => truth.referencedButEmpty.includes(name)) ? 'incomplete' : 'complete'
}

interface Listed {
  path: string
  jobId: string
  jobName: string | null
  completeness: string
  live: boolean | null
}

/** Loads the tree into the container that its paths name, lists it, and takes it away again. */
async function listTree(tree: string, jobManager: string) {
  const loaded = await loadTree(tree, azuriteEndpoint())
  const context = { roots: { checkpoints: [`wasbs://${loaded.container}@${ACCOUNT_HOST}/checkpoints`] }, exclusive: false }
  const cli = await startCli({ endpoint: azuriteEndpoint(), container: loaded.container, jobManagers: [jobManager], context })
  try {
    const result = await cli.run(['list-checkpoints', '--json'])
    const { snapshots, warnings } = JSON.parse(result.stdout) as { snapshots: Listed[]; warnings: string[] }
    const prefix = cli.path('')
    return { ...result, warnings, snapshots: snapshots.map((one) => ({ ...one, name: one.path.replace(prefix, '') })) }
  } finally {
    await cli.close()
    await loaded.client.delete()
  }
}

const byName = (pairs: Iterable<[string, string]>) => Object.fromEntries([...pairs].toSorted(([a], [b]) => (a < b ? -1 : 1)))

describe('list-checkpoints on what a real Flink left', () => {
  it.each(trees.map((tree) => [basename(tree), tree]))('gives the completeness that the recording implies: %s', async (_, tree) => {
    const jobManager = await startFakeJobManager(treeRoutes(tree))
    const { snapshots, warnings, code } = await listTree(tree, jobManager.url)
    await jobManager.stop()

    const { jobs } = JSON.parse(read(tree, 'rest/jobs-overview.json')) as Overview
    expect(byName(snapshots.map((one) => [one.name, one.completeness]))).toEqual(byName(implied(tree)))
    for (const one of snapshots) {
      const job = jobs.find(({ jid }) => jid === one.jobId)
      // The tree was loaded just now: written to after the recorded end, which therefore proves nothing.
      expect([one.jobName, one.live]).toEqual(job === undefined ? [null, null] : [job.name, job.state === 'RUNNING' ? true : null])
    }
    expect(warnings).toEqual([])
    expect(code).toBe(0)
  })

  it.each([
    ['the tree of this repository', OWN_TREE] as const,
    ...trees.filter((tree) => basename(tree).startsWith('08-crash-c')).map((tree) => [basename(tree), tree] as const),
  ])('still lists storage when no JobManager answers, and says that nobody knows what is live: %s', async (_, tree) => {
    const url = await deadUrl()
    const { snapshots, warnings, stderr, code } = await listTree(tree, url)

    const truth = JSON.parse(read(tree, 'truth.json')) as Truth
    const withTheirMetadata = truth.metadata.filter((name) => name.includes('/chk-'))
    const listed = new Map(snapshots.map((one) => [one.name, one.completeness]))
    for (const name of withTheirMetadata)
      expect(listed.get(name.replace('/_metadata', ''))).toBe(withMetadata({ ...noExceptions, ...truth }, name))
    expect(snapshots.map((one) => one.live)).toEqual(snapshots.map(() => null))
    expect(warnings).toEqual([
      expect.stringContaining(`Cannot reach the JobManager at ${url}: connection refused. What is live is not known.`),
    ])
    expect(stderr).toBe('')
    expect(code).toBe(0)
  })

  it.runIf(existsSync(join(SHARED_TREES, '01-incremental-2.3.0')))(
    'tells a person of the warning on stderr, and a pipe gets the rows nevertheless',
    async () => {
      const tree = join(SHARED_TREES, '01-incremental-2.3.0')
      const loaded = await loadTree(tree, azuriteEndpoint())
      const cli = await startCli({ endpoint: azuriteEndpoint(), container: loaded.container, jobManagers: [await deadUrl()] })
      const { stdout, stderr, code } = await cli.run(['list-checkpoints'])
      await cli.close()
      await loaded.client.delete()

      expect(stdout.trimEnd().split('\n')).toHaveLength(implied(tree).size)
      expect(stderr).toMatch(/^Warning: Cannot reach the JobManager at .*\n$/)
      expect(code).toBe(0)
    },
  )
})

const noExceptions = { missing: [], referencedButEmpty: [], unreadable: [] }

describe('list-checkpoints on trees that no recording has', () => {
  const endpoint = () => azuriteEndpoint()
  afterAll(async () => {
    await openContainer(endpoint(), 't-crash-2-3-0').deleteIfExists()
  })

  it('calls a checkpoint whose _metadata is cut short unreadable, one with an empty file incomplete, one without a file broken', async () => {
    const loaded = await loadTree(OWN_TREE, endpoint())
    const truth = JSON.parse(read(OWN_TREE, 'truth.json')) as Truth
    const directory = (id: number) => truth.metadata.find((name) => name.includes(`/chk-${id}/`))?.replace('/_metadata', '') ?? ''
    const own = (id: number) => truth.byMetadata[`${directory(id)}/_metadata`]
    const fileOf = (id: number) =>
      Object.values(own(id) ?? {})
        .flat()
        .find((name) => name.startsWith(`${directory(id)}/`)) ?? ''
    const whole = await loaded.client.getBlobClient(`${directory(22)}/_metadata`).downloadToBuffer()
    await loaded.client.getBlockBlobClient(`${directory(22)}/_metadata`).upload(whole.subarray(0, 100), 100)
    await loaded.client.getBlockBlobClient(fileOf(23)).upload('', 0)
    await loaded.client.deleteBlob(fileOf(24))

    const cli = await startCli({ endpoint: endpoint(), container: loaded.container, jobManagers: [await deadUrl()] })
    const { stdout } = await cli.run(['list-checkpoints'])
    await cli.close()

    const rows = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t'))
    expect(Object.fromEntries(rows.map(([path, , completeness]) => [basename(path ?? ''), completeness]))).toEqual({
      'chk-22': 'unreadable',
      'chk-23': 'incomplete',
      'chk-24': 'broken',
      'chk-25': 'complete',
    })
  })
})
