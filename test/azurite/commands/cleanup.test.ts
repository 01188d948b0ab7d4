import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ContainerClient } from '@azure/storage-blob'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Azurite, startAzurite } from '../../../sandbox/azurite.js'
import { ACCOUNT_HOST, openContainer } from '../../../sandbox/emulator.js'
import { loadTree } from '../../../sandbox/tree.js'
import { createStorage } from '../../../src/lib/azure/storage.js'
import { Secret } from '../../../src/lib/secret.js'
import { EMULATOR_KEY } from '../../support/azurite.js'
import { cluster } from '../../support/fake-cluster.js'
import { deadUrl, type FakeJobManager, startFakeJobManager } from '../../support/fake-jobmanager.js'
import { type Cli, runInTerminal, screenLines, startCli } from '../../support/run-cli.js'

const TREE = join(import.meta.dirname, '../../../sandbox/recorded-tree')
const DAY_MS = 86_400_000
const JOB = '74e0346ca1fe276c9f4577ef8bbd06dd'
const LAST = `checkpoints/${JOB}/chk-25`
const QUESTION = 'Delete this? Type delete to go on: '
const NO_TROUBLE = { alreadyGone: 0, changed: 0, spared: 0, failed: [], uncertain: 0, problem: null, needed: [] }
const ASKED = ['cleanup', '--older-than', '24h', '--without-soft-delete']

interface Truth {
  container: string
  byMetadata: Record<string, Record<string, string[]>>
}

interface Cleanup {
  runId: string | null
  outcome: string
  scanned: { blobs: number; bytes: number; snapshots: number }
  delete: { path: string; sizeBytes: number; lastModified: string; etag: string; reason: string }[]
  keep: { path: string; reason: string; detail: string }[]
  held: { prefix: string; blobs: number; bytes: number; reason: string }[]
  guards: { name: string; status: string; message: string; override: string | null }[]
  totals: { blobs: number; bytes: number }
  result: { deletedBlobs: number; deletedBytes: number; alreadyGone: number; changed: number; failed: unknown[] } | null
  warnings: string[]
}

let dir: string
let azurite: Azurite
let jobManager: FakeJobManager
let storage: ContainerClient
let truth: Truth
let cli: Cli

/** The tree, 40 days old: written under a clock that is set back, then served under the true one. */
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'flinkops-aged-'))
  truth = JSON.parse(await readFile(join(TREE, 'truth.json'), 'utf8'))
  const past = await startAzurite({ dir, dateOffsetMs: -40 * DAY_MS })
  await loadTree(TREE, past.endpoint)
  await past.stop()
  azurite = await startAzurite({ dir })
  storage = openContainer(azurite.endpoint, truth.container)
  jobManager = await startFakeJobManager(cluster({ jobs: [] }))
  cli = await startCli({ endpoint: azurite.endpoint, container: truth.container, jobManagers: [jobManager.url] })
})

afterAll(async () => {
  await cli.close()
  await jobManager.stop()
  await azurite.stop()
  await rm(dir, { recursive: true, force: true, maxRetries: 3 })
})

async function blobNames(): Promise<string[]> {
  const names: string[] = []
  for await (const blob of storage.listBlobsFlat()) names.push(blob.name)
  return names
}

async function runJson(args: string[]): Promise<{ plan: Cleanup; code: number; stderr: string }> {
  const { stdout, stderr, code } = await cli.run([...args, '--json'])
  return { plan: JSON.parse(stdout), code, stderr }
}

const neededByLast = () => [`${LAST}/_metadata`, ...Object.values(truth.byMetadata[`${LAST}/_metadata`] ?? {}).flat()]
const nameOf = (path: string) => path.replace(`wasbs://${truth.container}@${ACCOUNT_HOST}/`, '')

describe.sequential('cleanup on a tree that nobody writes to any more', () => {
  it('plans under --dry-run in the agreed shape, and deletes nothing', async () => {
    const before = await blobNames()
    const { plan, code, stderr } = await runJson([...ASKED, '--dry-run'])

    expect(plan).toEqual({
      runId: null,
      outcome: 'planned',
      scanned: { blobs: 136, bytes: expect.any(Number), snapshots: 4 },
      delete: expect.any(Array),
      keep: [{ path: cli.path(LAST), reason: 'last-of-lineage', detail: expect.any(String) }],
      held: expect.any(Array),
      guards: expect.any(Array),
      totals: { blobs: plan.delete.length, bytes: plan.delete.reduce((sum, one) => sum + one.sizeBytes, 0) },
      result: null,
      warnings: [],
    })
    for (const one of plan.delete) {
      expect(one).toEqual({
        path: expect.stringMatching(`^wasbs://${truth.container}@${ACCOUNT_HOST}/`),
        sizeBytes: expect.any(Number),
        lastModified: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
        etag: expect.stringMatching(/./),
        reason: expect.stringMatching(/^(expired-checkpoint|expired-savepoint|incomplete|orphan|marker)$/),
      })
      expect(Date.now() - Date.parse(one.lastModified)).toBeGreaterThan(39 * DAY_MS)
    }
    for (const one of plan.held)
      expect(one).toEqual({
        prefix: expect.stringMatching(/^wasbs:/),
        blobs: expect.any(Number),
        bytes: expect.any(Number),
        reason: expect.any(String),
      })
    for (const one of plan.guards) {
      expect(Object.keys(one)).toEqual(expect.arrayContaining(['name', 'status', 'message', 'override']))
      expect(['ok', 'warn']).toContain(one.status)
    }
    expect(stderr).toBe('')
    expect(code).toBe(0)
    expect(await blobNames()).toEqual(before)
  })

  it('plans to delete the three older checkpoints and the orphans, and nothing that the last one needs', async () => {
    const { plan } = await runJson([...ASKED, '--dry-run'])
    const planned = plan.delete.map((one) => nameOf(one.path))

    for (const id of [22, 23, 24]) expect(planned).toContain(`checkpoints/${JOB}/chk-${id}/_metadata`)
    expect(plan.delete.filter((one) => one.reason === 'orphan').length).toBeGreaterThan(0)
    expect(planned.filter((name) => neededByLast().includes(name))).toEqual([])
  })

  it('refuses without soft delete and names the override', async () => {
    const { plan, code } = await runJson(['cleanup', '--older-than', '24h', '--yes'])

    expect(plan.outcome).toBe('refused')
    expect(plan.guards).toContainEqual(
      expect.objectContaining({ name: 'soft-delete', status: 'refuse', override: '--without-soft-delete' }),
    )
    expect(code).toBe(6)
  })

  it('shows the plan and deletes nothing when there is nobody to ask', async () => {
    const before = await blobNames()
    const { stdout, code } = await cli.run(ASKED)

    expect(stdout).toMatch(/^Scanned 136 blobs, .*, 4 snapshots\.\n\nDelete \d+ blobs, frees .*\n/)
    expect(stdout).toMatch(/\n\nNothing was deleted: there is nobody to ask\. Confirm with --yes\.\n$/)
    expect(code).toBe(6)
    expect(await blobNames()).toEqual(before)
  })

  it('refuses when a JobManager does not answer', async () => {
    const { plan, code } = await runJson([...ASKED, '--yes', '--jobmanager', await deadUrl()])

    expect(plan.outcome).toBe('refused')
    expect(plan.guards).toContainEqual(expect.objectContaining({ name: 'cluster', status: 'refuse', override: null }))
    expect(code).toBe(6)
  })

  it('holds the tree of a job that runs, until its cluster without high availability begins anew', async () => {
    jobManager.script(cluster({ jobs: [{ jobId: JOB, name: 'sales_pipeline', completed: [cli.path(LAST)] }] }))
    const { plan } = await runJson([...ASKED, '--dry-run'])
    jobManager.script(cluster({ jobs: [] }))
    const { plan: anew } = await runJson([...ASKED, '--dry-run'])

    expect(plan.delete.map((one) => nameOf(one.path)).filter((name) => name.includes('/chk-'))).toEqual([])
    expect(plan.keep.map((one) => one.reason)).toEqual(expect.arrayContaining(['job-running']))
    expect(anew.keep.map((one) => one.reason)).not.toContain('job-unknown')
  })

  it('holds the tree of a job that this machine saw running on a cluster that is not asked any more', async () => {
    const running = await startFakeJobManager(cluster({ jobs: [{ jobId: JOB, name: 'sales_pipeline', completed: [cli.path(LAST)] }] }))
    const machine = await startCli({ endpoint: azurite.endpoint, container: truth.container, jobManagers: [jobManager.url] })
    await machine.run([...ASKED, '--dry-run', '--jobmanager', running.url])
    await running.stop()
    const shown = await machine.run([...ASKED, '--dry-run'])
    const { stdout } = await machine.run([...ASKED, '--dry-run', '--json'])
    await machine.close()

    const plan = JSON.parse(stdout) as Cleanup
    expect(plan.delete.map((one) => nameOf(one.path)).filter((name) => name.includes(JOB))).toEqual([])
    expect(plan.keep.map((one) => one.reason)).toEqual(['job-unknown', 'job-unknown', 'job-unknown', 'job-unknown'])
    expect(shown.stdout.replaceAll(/\s+/g, ' ')).toContain(`${running.url} had it RUNNING and nobody saw it end`)
  })

  it('holds the tree of a job that nobody proves ended', async () => {
    const open = await startCli({
      endpoint: azurite.endpoint,
      container: truth.container,
      jobManagers: [jobManager.url],
      context: { exclusive: false },
    })
    const { stdout } = await open.run([...ASKED, '--dry-run', '--json'])
    await open.close()

    const plan = JSON.parse(stdout) as Cleanup
    expect(plan.delete.map((one) => nameOf(one.path)).filter((name) => name.includes(JOB))).toEqual([])
    expect(plan.keep.map((one) => one.reason)).toEqual(['job-unknown', 'job-unknown', 'job-unknown', 'job-unknown'])
  })

  it('stops with 10 when another run holds the lock, names it, and deletes nothing', async () => {
    const credential = { kind: 'key', key: new Secret(EMULATOR_KEY) } as const
    const locks = createStorage({ accessFor: (account) => ({ account, endpoint: azurite.endpoint, credential, source: 'test' }) })
    const { signal } = new AbortController()
    const lock = await locks.acquire({ account: ACCOUNT_HOST, container: truth.container, runId: 'run-of-another', signal })
    const before = await blobNames()

    const person = await cli.run([...ASKED, '--yes'])
    const script = await cli.run([...ASKED, '--yes', '--json'])
    await lock.release()

    expect(person.stderr).toMatch(/^Error: .*run-of-another/)
    expect(person.code).toBe(10)
    expect(JSON.parse(script.stdout)).toEqual({
      error: { code: 'LOCKED', message: expect.stringContaining('run-of-another'), suggestions: expect.any(Array), exitCode: 10 },
    })
    expect(script.code).toBe(10)
    expect(await blobNames()).toEqual(before)
  })

  it('shows the plan on a terminal, asks, and takes no other answer than delete for a yes', async () => {
    const before = await blobNames()
    const { text, code } = await runInTerminal(cli, ASKED, { columns: 100, answer: { to: QUESTION, type: 'yes\n' } })

    const lines = screenLines(text)
    expect(lines[0]).toMatch(/^Scanned 13\d blobs/)
    expect(lines).toContainEqual(expect.stringMatching(/expired checkpoints \(3 snapshots, job sales_pipeline\)$/))
    expect(lines).toContainEqual(
      expect.stringMatching(/1 {2} +[\d.]+ \S+ {2}last restore points \(job sales_pipeline\); to free: --also-last/),
    )
    expect(text).toContain(QUESTION)
    expect(lines).toContain('Nothing was deleted.')
    expect(code).toBe(6)
    expect(await blobNames()).toEqual(before)
  })

  it('deletes under --yes what it planned, and journals plan and progress', async () => {
    const { plan: planned } = await runJson([...ASKED, '--dry-run'])
    const { plan: done, code } = await runJson([...ASKED, '--yes'])

    expect(done.outcome).toBe('done')
    expect(done.delete.map((one) => one.path)).toEqual(planned.delete.map((one) => one.path))
    expect(done.result).toEqual({ deletedBlobs: done.totals.blobs, deletedBytes: done.totals.bytes, ...NO_TROUBLE })
    expect(code).toBe(0)
    const left = await blobNames()
    expect(done.delete.map((one) => nameOf(one.path)).filter((name) => left.includes(name))).toEqual([])
    expect(neededByLast().filter((name) => !left.includes(name))).toEqual([])

    const runs = join(cli.dir, 'state/flinkops/runs')
    expect(await readdir(runs)).toContain(done.runId)
    expect(JSON.stringify(JSON.parse(await readFile(join(runs, done.runId ?? '', 'plan.json'), 'utf8')))).toContain('chk-22/_metadata')
    const progress = (await readFile(join(runs, done.runId ?? '', 'progress.jsonl'), 'utf8')).trimEnd().split('\n')
    expect(progress).toHaveLength(done.totals.blobs)
    expect(progress.map((line) => JSON.parse(line).outcome)).toEqual(progress.map(() => 'deleted'))
  })

  it('leaves a last checkpoint that is complete', async () => {
    const { stdout } = await cli.run(['list-checkpoints'])

    expect(stdout).toMatch(new RegExp(`^${cli.path(LAST)}\tsales_pipeline\tcomplete\t`))
    expect(stdout.trimEnd().split('\n')).toHaveLength(1)
  })

  it('deletes nothing the second time', async () => {
    const before = await blobNames()
    const { plan, code } = await runJson([...ASKED, '--yes'])

    expect(plan.delete).toEqual([])
    expect(plan).toMatchObject({ outcome: 'done', runId: null, totals: { blobs: 0, bytes: 0 } })
    expect(plan.result).toEqual({ deletedBlobs: 0, deletedBytes: 0, ...NO_TROUBLE })
    expect(code).toBe(0)
    expect(await blobNames()).toEqual(before)
  })
})
