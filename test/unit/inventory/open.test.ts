import { readFile, rm, writeFile } from 'node:fs/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { ACCOUNT_HOST } from '../../../sandbox/emulator.js'
import { openInventory } from '../../../src/lib/inventory/open.js'
import { FIELDS, type InventoryRow, manifestOf, type WrittenInventory, writeInventory } from '../../support/blob-inventory.js'
import { uuid } from '../../support/builders.js'

const DAY_MS = 86_400_000
const CONTAINER = { account: ACCOUNT_HOST, container: 'flink' }
const MODIFIED = '2026-10-01T10:00:00.000Z'

const row = (name: string, more: Partial<InventoryRow> = {}): InventoryRow => ({
  Name: name,
  'Last-Modified': MODIFIED,
  'Content-Length': 64,
  Etag: '0x8D1',
  Metadata: '',
  ...more,
})

let written: WrittenInventory[] = []

afterEach(async () => {
  for (const { folder } of written) await rm(folder, { recursive: true })
  written = []
})

async function write(...args: Parameters<typeof writeInventory>): Promise<WrittenInventory> {
  const one = await writeInventory(...args)
  written.push(one)
  return one
}

async function read(source: string, container = CONTAINER) {
  const signal = new AbortController().signal
  const storage = { container: () => Promise.reject(new Error('not asked')), readRange: () => Promise.reject(new Error('not asked')) }
  const inventory = await openInventory({ source, containers: [container], storage, nowMs: Date.now(), signal })
  const blobs = []
  for await (const page of inventory.blobs({ ...container, signal })) blobs.push(...page)
  return blobs
}

/** Of a manifest with some parts changed. */
async function complaint(change: Record<string, unknown>, rows = [row('flink/a')]): Promise<{ message: string; exitCode: number }> {
  const { manifest } = await write(rows, { change })
  return read(manifest).then(
    () => ({ message: 'none', exitCode: 0 }),
    (error: { message: string; exitCode: number }) => ({
      message: error.message.replace(/\S*rule-manifest.json/, 'M'),
      exitCode: error.exitCode,
    }),
  )
}

const rule = (change: object, filters: object = {}) => {
  const { ruleDefinition } = manifestOf({ rows: [], format: 'csv', ageMs: 0, sizeBytes: 0 })
  return { ruleDefinition: { ...ruleDefinition, ...change, filters: { ...ruleDefinition.filters, ...filters } } }
}

/** A rule that lists versions, with more columns. */
const versions = (...columns: string[]) => rule({ schemaFields: [...FIELDS, ...columns] }, { includeBlobVersions: true })

describe('a blob inventory', () => {
  it.each(['csv', 'parquet'] as const)('is read from %s files', async (format) => {
    const rows = Array.from({ length: 20 }, (_, at) => row(`flink/cp/"quoted", and ünï/${uuid(at)}`, { 'Content-Length': at * 1e9 }))
    const more = [row('flink/dir', { Metadata: '{"hdi_isfolder":"true"}', 'Content-Length': 0 }), row('other/x'), row('flink2/y')]
    const { manifest } = await write([...rows, ...more], { format })

    const blobs = await read(manifest)

    expect(blobs).toHaveLength(21)
    expect(blobs[19]).toEqual({
      container: 'flink',
      name: `cp/"quoted", and ünï/${uuid(19)}`,
      sizeBytes: 19e9,
      etag: '0x8D1',
      lastModifiedMs: Date.parse(MODIFIED),
      isDirectory: false,
      isUploading: false,
    })
    expect(blobs[20]).toMatchObject({ name: 'dir', isDirectory: true })
  })

  it('refuses a file that was cut off', async () => {
    const rows = [row(`flink/${uuid(1)}`), row(`flink/${uuid(2)}`)]
    const { manifest, file } = await write(rows)
    const text = await readFile(file, 'utf8')
    for (const length of [0, text.length - 1]) {
      await writeFile(file, text.slice(0, length))
      await expect(read(manifest)).rejects.toMatchObject({ code: 'INVENTORY_FILE', exitCode: 6 })
    }
  })

  it.each([0.1, 0.5, 0.6, 0.9])('refuses a file that ends early although its manifest agrees: at %f', async (share) => {
    const rows = [row(`flink/${uuid(1)}`), row(`flink/${uuid(2)}`)]
    const text = await readFile((await write(rows)).file, 'utf8')
    const length = Math.floor(text.length * share)
    const { manifest, file } = await write(rows, { change: { files: [{ blob: 'rule_1000000_0.csv', size: length }] } })
    await writeFile(file, text.slice(0, length))

    await expect(read(manifest)).rejects.toMatchObject({ code: 'INVENTORY_FILE', exitCode: 6 })
  })

  it.each([
    [{ status: 'Pending' }, 6, 'The inventory run of M has the status Pending.'],
    [
      { endpoint: 'https://another.blob.core.windows.net' },
      2,
      `M is an inventory of another.blob.core.windows.net, and flink lies on ${ACCOUNT_HOST}.`,
    ],
    [{ summary: { objectCount: 2 } }, 6, 'The inventory files hold 1 rows, and their manifest says 2.'],
    [{ inventoryStartTime: new Date(Date.now() - 8 * DAY_MS).toISOString() }, 6, 'The inventory run of M began 8 days ago.'],
    [rule({ schemaFields: FIELDS.filter((field) => field !== 'Etag') }), 2, 'The inventory rule of M leaves out ETag.'],
    [rule({}, { includeBlobVersions: true }), 2, 'The inventory rule of M leaves out VersionId, IsCurrentVersion.'],
    [versions('IsCurrentVersion'), 2, 'The inventory rule of M leaves out VersionId.'],
    [versions('VersionId'), 2, 'The inventory rule of M leaves out IsCurrentVersion.'],
    [versions('isCURRENTversion'), 2, 'The inventory rule of M leaves out VersionId.'],
    [
      rule({}, { prefixMatch: ['flink/checkpoints', 'other'] }),
      2,
      'M does not list all of the container flink: its rule lists flink/checkpoints, other.',
    ],
    [rule({}, { prefixMatch: ['flink2'] }), 2, 'M does not list all of the container flink: its rule lists flink2.'],
    [rule({}, { excludePrefix: ['flink/old'] }), 2, 'M does not list all of the container flink: its rule leaves out flink/old.'],
    [rule({}, { creationTime: 3 }), 2, 'The inventory rule of M lists blobs of some days only (creationTime).'],
    [rule({}, { blobTypes: ['pageBlob'] }), 2, 'The inventory rule of M leaves out block blobs, which is what Flink writes.'],
    [rule({ objectType: 'Container' }), 2, 'M is an inventory of Containers, not of blobs.'],
    [rule({ objectType: 'container' }), 2, 'M is an inventory of containers, not of blobs.'],
    [rule({ format: 'orc' }), 2, 'M is no manifest of a blob inventory: the format orc is neither csv nor parquet.'],
    [{ files: 'none' }, 2, 'M is no manifest of a blob inventory: files is missing.'],
  ])('is refused when it cannot stand in for a listing: %j', async (change, exitCode, message) => {
    expect(await complaint(change)).toEqual({ message, exitCode })
  })

  it.each([
    [rule({ objectType: 'Blob', format: 'Csv' })],
    [rule({ objectType: 'BLOB', format: 'CSV' })],
    [rule({ objectType: 'blob', format: 'csv' })],
    [versions('VersionId', 'IsCurrentVersion')],
    [versions('versionid', 'iscurrentversion')],
  ])('is taken however its rule is spelled: %j', async (change) => {
    expect(await complaint(change)).toEqual({ message: 'none', exitCode: 0 })
  })

  it.each([[[]], [['']], [['flink']], [['fl', 'x']], [['flink/']]])('covers the container with the prefixes %j', async (prefixMatch) => {
    expect(await complaint(rule({}, { prefixMatch }))).toEqual({ message: 'none', exitCode: 0 })
  })

  it('knows a row without a date or an ETag for what it is', async () => {
    expect((await complaint({}, [row('flink/a', { Etag: '' })])).message).toMatch(/flink\/a has no size, date or ETag\.$/)
    expect((await complaint({}, [row('flink/a', { 'Last-Modified': 'soon' })])).message).toMatch(/flink\/a has no size, date or ETag\.$/)
  })

  it('says what is not there', async () => {
    await expect(read('/nowhere/rule-manifest.json')).rejects.toMatchObject({ exitCode: 5 })
    await expect(read('s3://bucket/rule-manifest.json')).rejects.toMatchObject({ exitCode: 2 })
  })
})
