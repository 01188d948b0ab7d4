import { readFile, stat } from 'node:fs/promises'
import { DOCUMENT_BYTES, tooLarge } from '../bounds.js'
import { notFoundError, refusedError, usageError } from '../errors.js'
import type { Blob, StorageReader } from '../ports.js'
import type { ContentReader } from '../ports-content.js'
import type { BlobInventory } from '../ports-inventory.js'
import { type Location, parseLocation } from '../state/location.js'
import { localFile, type PartedFile, storedFile } from './bytes.js'
import { checkCoverage } from './coverage.js'
import { type InventoryManifest, parseManifest } from './manifest.js'
import { blobOf, type Row } from './row.js'

export interface OpenInventory {
  /** Of the `<rule>-manifest.json`: a local file, its files beside it, or where the service put it. */
  source: string
  /** Containers that it must list as a whole. */
  containers: readonly { account: string; container: string }[]
  storage: StorageReader & ContentReader
  nowMs: number
  signal: AbortSignal
}

/** Opens a run of Azure Blob Inventory, or says in one sentence why it cannot stand in for a listing. */
export async function openInventory(input: OpenInventory): Promise<BlobInventory> {
  const { source, storage, signal } = input
  const parsed = parseLocation(source)
  const place = parsed.ok ? parsed.location : null
  if (!parsed.ok && /^[a-z][a-z0-9+.-]*:\/\//i.test(source)) throw usageError(`--inventory ${source}: ${parsed.problem}.`)
  const manifest = parseManifest(source, await readManifest(source, place, storage, signal))
  checkCoverage({ source, manifest, containers: input.containers, nowMs: input.nowMs })
  const files = manifest.files.map((file) =>
    place === null
      ? localFile(source, file, signal)
      : storedFile({
          storage,
          location: { ...place, container: manifest.destination, name: file.blob },
          sizeBytes: file.sizeBytes,
          signal,
        }),
  )
  const { startedAtMs, completedAtMs } = manifest
  return { source, startedAtMs, completedAtMs, blobs: ({ container, signal: own }) => blobsOf(manifest, files, container, own) }
}

async function readManifest(source: string, place: Location | null, storage: StorageReader, signal: AbortSignal): Promise<string> {
  if (place === null) {
    return readLocal(source)
  }
  const reader = await storage.container(place.account, place.container)
  const content = await reader.read({ name: place.name, signal })
  if (content.state === 'tooLarge') throw usageError(`${source} is no manifest of a blob inventory: ${content.problem}.`)
  if (content.state !== 'read') throw notFoundError('INVENTORY_NOT_FOUND', `There is no inventory manifest at ${source}.`)
  return Buffer.from(content.bytes).toString('utf8')
}

async function readLocal(source: string): Promise<string> {
  const found = await stat(source).catch(() => null)
  if (found === null) throw notFoundError('INVENTORY_NOT_FOUND', `There is no inventory manifest at ${source}.`)
  if (found.size > DOCUMENT_BYTES)
    throw usageError(`${source} is no manifest of a blob inventory: ${tooLarge(found.size, DOCUMENT_BYTES)}.`)
  return readFile(source, 'utf8').catch(() => {
    throw notFoundError('INVENTORY_NOT_FOUND', `There is no inventory manifest at ${source}.`)
  })
}

async function* blobsOf(
  manifest: InventoryManifest,
  files: readonly PartedFile[],
  container: string,
  signal: AbortSignal,
): AsyncGenerator<Blob[]> {
  let objects = 0
  for (const file of files) {
    for await (const rows of rowsOf(manifest, file, signal)) {
      objects += rows.length
      const blobs = orRefuse(file, () => rows.map(blobOf))
      yield blobs.flatMap((blob) => (blob === null || blob.container !== container ? [] : [blob]))
    }
  }
  if (objects !== manifest.objects)
    throw refusedError('INVENTORY_FILE', `The inventory files hold ${objects} rows, and their manifest says ${manifest.objects}.`)
}

async function* rowsOf({ format }: InventoryManifest, file: PartedFile, signal: AbortSignal): AsyncGenerator<Row[]> {
  try {
    if (format === 'csv') yield* (await import('./csv.js')).csvRows(file)
    else yield* (await import('./parquet.js')).parquetRows(file, signal)
  } catch (error) {
    signal.throwIfAborted()
    throw unusable(file, error)
  }
}

function orRefuse<T>(file: PartedFile, read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw unusable(file, error)
  }
}

/** What a reader of the format says names the row or the byte. */
function unusable(file: PartedFile, error: unknown): unknown {
  if (!(error instanceof Error) || 'exitCode' in error || error.name === 'AbortError') return error
  return refusedError('INVENTORY_FILE', `The inventory file ${file.name} cannot be used: ${error.message.replace(/\.$/, '')}.`)
}
