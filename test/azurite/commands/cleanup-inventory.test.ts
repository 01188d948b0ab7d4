import { readFile, rm } from 'node:fs/promises'
import { basename } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ACCOUNT_HOST } from '../../../sandbox/emulator.js'
import { freshContainer } from '../../support/azurite.js'
import { type InventoryRow, rowsOf, type WrittenInventory, writeInventory } from '../../support/blob-inventory.js'
import type { Verdict } from '../../support/blob-proxy.js'
import { uuid } from '../../support/builders.js'
import { type CleanupJson, LAST, NEEDED, type Site, sorted, startSite, TREE } from '../../support/cleanup-site.js'
import { cluster } from '../../support/fake-cluster.js'
import { storeCheckpoint, storeFile, upload } from '../../support/stored-snapshot.js'

const DAY_MS = 86_400_000
const ENDED = TREE.replace('checkpoints/', '')
const ORPHANS = [71, 72, 73].map((number) => `${TREE}/shared/${uuid(number)}`)

let site: Site
let rows: InventoryRow[]
let written: WrittenInventory[] = []

beforeEach(async () => {
  site = await startSite({ ageMs: (name) => (name.endsWith(uuid(99)) ? 0 : 40 * DAY_MS) })
  rows = await rowsOf(site.client, Date.now() - 40 * DAY_MS)
})

afterEach(() => site.close())

afterAll(async () => {
  for (const { folder } of written) await rm(folder, { recursive: true })
  written = []
})

async function cleanup(...args: string[]) {
  const inventory = await writeInventory(rows)
  written.push(inventory)
  const ended = await site.cleanup('--inventory', inventory.manifest, ...args)
  return { ...ended, names: ended.json.delete?.map(({ path }) => path.replace(/^wasbs:\/\/[^/]+\//, '')) ?? [] }
}

const guard = (json: Awaited<ReturnType<typeof cleanup>>['json']) => json.guards.find(({ name }) => name === 'inventory')

describe('a clean-up from an inventory', () => {
  it('plans what a listing would, but for the markers of directories, and lists no big directory as a whole', async () => {
    const listed = await site.cleanup('--dry-run')
    const asked = site.proxy.requests.length
    const { json, code } = await cleanup('--dry-run')

    expect(code).toBe(0)
    expect(planned(json)).toEqual(planned(listed.json).filter((line) => !line.startsWith('marker')))
    expect(json.delete.length).toBeGreaterThan(10)
    expect(guard(json)).toMatchObject({ status: 'ok', message: expect.stringMatching(/1 h old; 0 of them are gone or changed/) })
    const flat = site.proxy.requests.slice(asked).filter(({ kind, query }) => kind === 'list' && !query.has('delimiter'))
    expect(new Set(flat.map(({ query }) => query.get('prefix')))).toEqual(
      new Set([`${TREE}/chk-`, `${TREE}/shared/`, '_flinkops/maintenance/', '_flinkops/runs/']),
    )
  })

  it('read where the service put it, deletes that and nothing that the last restore point needs', async () => {
    const { json, code } = await site.cleanup('--inventory', await storeInventory(), '--yes')

    expect(code).toBe(0)
    expect(json.result).toMatchObject({ deletedBlobs: json.delete.length, changed: 0, alreadyGone: 0, failed: [] })
    expect((await site.names()).filter((name) => !/(chk-\d+|shared|[0-9a-f]{32})$/.test(name) || /[0-9a-f-]{36}$/.test(name))).toEqual(
      sorted(NEEDED),
    )
  })

  it('spares what a snapshot written after the inventory needs, of old files and of new', async () => {
    // The tree is written to, so that only a word ends its job.
    site.jobManager.script(cluster({ jobs: [{ jobId: ENDED, name: 'sales', state: 'CANCELED', startedAtMs: Date.now() }] }))
    await storeCheckpoint(site.client, { jobId: ENDED, checkpointId: 6, shared: [uuid(99)] })
    await adopt(71)
    const { json, names } = await cleanup('--yes')

    expect(names).toContain(ORPHANS[1])
    expect(names).not.toContain(ORPHANS[0])
    expect(json.guards.filter(({ status }) => status === 'refuse')).toEqual([])
    expect(await site.names()).toEqual(expect.arrayContaining([ORPHANS[0], `${TREE}/shared/${uuid(99)}`, `${TREE}/chk-7/_metadata`]))
  })

  it('leaves out what has gone or was written anew since', async () => {
    await site.client.getBlobClient(ORPHANS[0]!).delete()
    await storeFile(site.client, ORPHANS[1]!)
    const { json, names } = await cleanup('--dry-run')

    expect(names).toContain(ORPHANS[2])
    expect(names).not.toContain(ORPHANS[0])
    expect(names).not.toContain(ORPHANS[1])
    expect(guard(json)?.message).toMatch(/2 of them are gone or changed/)
    expect(json.totals.blobs).toBe(names.length)
  })

  it('refuses when a snapshot that stays has lost a file since', async () => {
    await site.client.getBlobClient(`${TREE}/shared/${uuid(5)}`).delete()
    const { json, code } = await cleanup('--yes')

    expect(code).toBe(6)
    expect(json.error?.code).toBe('INVENTORY_FILE_LOST')
    expect(await site.names()).toEqual(expect.arrayContaining([LAST, ...ORPHANS]))
  })

  it('looks again right before the first delete', async () => {
    let isDone = false
    site.proxy.decide(async ({ kind }): Promise<Verdict> => {
      if (kind === 'lease' && !isDone) {
        isDone = true
        await adopt(72)
      }
      return 'pass'
    })
    const { json, names } = await cleanup('--yes')

    expect(names).toContain(ORPHANS[1])
    expect(json.result).toMatchObject({ spared: 1, changed: 0 })
    expect(await site.names()).toContain(ORPHANS[1])
  })
})

/** What would go and why, in no order. */
function planned({ delete: deletes }: CleanupJson): string[] {
  return sorted(deletes.map(({ reason, path, sizeBytes }) => `${reason} ${path} ${sizeBytes}`))
}

/** In Parquet, in a container of its own; answers the manifest's URL. */
async function storeInventory(): Promise<string> {
  const { client, container } = await freshContainer()
  const inventory = await writeInventory(rows, { format: 'parquet', change: { destinationContainer: container } })
  written.push(inventory)
  const folder = '2026/11/26/03-00-00/rule'
  for (const file of [inventory.manifest, inventory.file]) await upload(client, `${folder}/${basename(file)}`, await readFile(file))
  return `https://${ACCOUNT_HOST}/${container}/${folder}/${basename(inventory.manifest)}`
}

/** A checkpoint that needs a file which was an orphan, as it lies there: no byte of the file is written. */
async function adopt(number: number): Promise<void> {
  await storeCheckpoint(site.client, { jobId: ENDED, checkpointId: 7, shared: [uuid(number)], writesShared: false })
}
