import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ContainerClient } from '@azure/storage-blob'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { ACCOUNT_HOST } from '../../sandbox/emulator.js'

/** A blob as an inventory lists it. */
export interface InventoryRow {
  /** With its container. */
  Name: string
  'Last-Modified': string
  'Content-Length': number
  Etag: string
  Metadata: string
}

export const FIELDS = ['Name', 'Last-Modified', 'Content-Length', 'Etag', 'Metadata']

export interface WrittenInventory {
  folder: string
  manifest: string
  file: string
}

/** All blobs of a container as rows, in no order. */
export async function rowsOf(client: ContainerClient, modifiedMs: number): Promise<InventoryRow[]> {
  const rows: InventoryRow[] = []
  for await (const { name, properties, metadata } of client.listBlobsFlat({ includeMetadata: true }))
    rows.push({
      Name: `${client.containerName}/${name}`,
      'Last-Modified': new Date(modifiedMs).toISOString(),
      'Content-Length': properties.contentLength ?? 0,
      Etag: properties.etag,
      Metadata: metadata === undefined || Object.keys(metadata).length === 0 ? '' : JSON.stringify(metadata),
    })
  return rows.toReversed()
}

/** Writes a run of a rule into a folder of its own, as the service does into a container. */
export async function writeInventory(
  rows: InventoryRow[],
  { format = 'csv', ageMs = 3_600_000, change = {} }: { format?: 'csv' | 'parquet'; ageMs?: number; change?: Record<string, unknown> } = {},
): Promise<WrittenInventory> {
  const folder = await mkdtemp(join(tmpdir(), 'flinkops-inventory-'))
  const file = join(folder, `rule_1000000_0.${format}`)
  const bytes = format === 'csv' ? Buffer.from(csvOf(rows)) : parquetOf(rows)
  await writeFile(file, bytes)
  const manifest = join(folder, 'rule-manifest.json')
  await writeFile(manifest, JSON.stringify({ ...manifestOf({ rows, format, ageMs, sizeBytes: bytes.length }), ...change }))
  return { folder, manifest, file }
}

export function manifestOf(input: { rows: InventoryRow[]; format: 'csv' | 'parquet'; ageMs: number; sizeBytes: number }) {
  const { rows, format, ageMs, sizeBytes } = input
  const startedAt = Date.now() - ageMs
  return {
    destinationContainer: 'inventory',
    endpoint: `https://${ACCOUNT_HOST}`,
    files: [{ blob: `2026/11/26/03-00-00/rule/rule_1000000_0.${format}`, size: sizeBytes }],
    inventoryStartTime: new Date(startedAt).toISOString(),
    inventoryCompletionTime: new Date(startedAt + 600_000).toISOString(),
    ruleDefinition: {
      filters: { blobTypes: ['blockBlob'], includeBlobVersions: false, includeSnapshots: false, prefixMatch: [] },
      format,
      objectType: 'blob',
      schedule: 'daily',
      schemaFields: FIELDS,
    },
    ruleName: 'rule',
    status: 'Succeeded',
    summary: { objectCount: rows.length, totalObjectSize: rows.reduce((sum, row) => sum + row['Content-Length'], 0) },
    version: '1.0',
  }
}

export function csvOf(rows: InventoryRow[]): string {
  const quoted = (value: unknown) => (/[",\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value))
  return [FIELDS, ...rows.map((row) => Object.values(row))].map((values) => `${values.map(quoted).join(',')}\n`).join('')
}

export function parquetOf(rows: InventoryRow[], rowGroupSize = rows.length > 1000 ? 100_000 : 7): Uint8Array {
  const column = (name: keyof InventoryRow) => rows.map((row) => row[name])
  const text = (name: keyof InventoryRow) => ({ name, data: column(name), type: 'STRING' as const })
  const columnData = [
    text('Name'),
    { name: 'Last-Modified', data: rows.map((row) => new Date(row['Last-Modified'])), type: 'TIMESTAMP' as const },
    { name: 'Content-Length', data: rows.map((row) => BigInt(row['Content-Length'])), type: 'INT64' as const },
    text('Etag'),
    text('Metadata'),
  ]
  return new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize }))
}
