import type { Blob, ContainerReader } from '../../src/lib/ports.js'
import type { CopyKeeper } from '../../src/lib/ports-copies.js'
import type { ContainerEraser, StorageEraser } from '../../src/lib/ports-erase.js'
import type { CleanupLock } from '../../src/lib/ports-lock.js'
import type { RunRecorder, UndeleteOutcome, Undeleter } from '../../src/lib/ports-record.js'
import type { ContentHeaders } from '../../src/lib/taken.js'

interface Stored {
  bytes: string
  sizeBytes: number
  etag: string
  lastModifiedMs: number
  metadata: Record<string, string>
  headers: ContentHeaders
}

/** One container in memory, with all that a run asks of it. Every write has a new ETag and a later date. */
export class MemoryAccount implements StorageEraser, CleanupLock, RunRecorder, CopyKeeper, Undeleter {
  readonly blobs = new Map<string, Stored>()
  keepsDeleted = false
  /** Reads of records come back with a byte too many. */
  garbles = false
  /** Aborts when the lock is lost. */
  lost: AbortSignal = new AbortController().signal
  beforeDelete: (name: string) => void = () => undefined
  readonly #place: { account: string; container: string }
  readonly #deleted = new Map<string, Stored>()
  #writes = 0

  constructor(place: { account: string; container: string }) {
    this.#place = place
  }

  put(name: string, bytes: string, more: Partial<Stored> = {}): Stored {
    const at = ++this.#writes
    const headers = { blobContentType: 'application/octet-stream' }
    const stored = {
      bytes,
      sizeBytes: bytes.length,
      etag: `0x${at}`,
      lastModifiedMs: at * 1000,
      metadata: { owner: 'flink' },
      headers,
      ...more,
    }
    this.blobs.set(name, stored)
    return stored
  }

  /** Without what runs recorded. */
  names(): string[] {
    return [...this.blobs.keys()].filter((name) => !name.startsWith('_flinkops/'))
  }

  records(): string[] {
    return [...this.blobs.keys()].flatMap((name) => /^_flinkops\/runs\/[^/]+\/(.+)$/.exec(name)?.[1] ?? [])
  }

  async eraser(account: string, container: string): Promise<ContainerEraser> {
    return {
      account,
      container,
      perRequest: 256,
      delete: async ({ blobs }) =>
        blobs.map(({ name, etag }) => {
          this.beforeDelete(name)
          const there = this.blobs.get(name)
          if (there === undefined) return { state: 'gone' }
          if (there.etag !== etag) return { state: 'changed' }
          this.#remove(name)
          return { state: 'deleted', permanent: !this.keepsDeleted }
        }),
    }
  }

  #remove(name: string): void {
    const there = this.blobs.get(name)
    if (there !== undefined && this.keepsDeleted) this.#deleted.set(name, there)
    this.blobs.delete(name)
  }

  async acquire() {
    return { lost: this.lost, release: async () => undefined }
  }

  async record({ json, ...place }: Parameters<RunRecorder['record']>[0]): Promise<void> {
    this.put(nameOf(place), Buffer.from(json).toString('latin1'))
  }

  async recorded(place: Parameters<RunRecorder['recorded']>[0]): Promise<Uint8Array | null> {
    const there = this.blobs.get(nameOf(place))
    return there === undefined ? null : Buffer.from(this.garbles ? `${there.bytes}!` : there.bytes, 'latin1')
  }

  async recordFiles(): Promise<{ runId: string; file: string }[]> {
    return [...this.blobs.keys()].flatMap((name) => {
      const [, runId, file] = /^_flinkops\/runs\/([^/]+)\/(.+)$/.exec(name) ?? []
      return runId === undefined || file === undefined ? [] : [{ runId, file }]
    })
  }

  async forget(place: Parameters<CopyKeeper['forget']>[0]): Promise<void> {
    this.blobs.delete(nameOf(place))
  }

  async original({ name, etag }: Parameters<CopyKeeper['original']>[0]): ReturnType<CopyKeeper['original']> {
    const there = this.blobs.get(name)
    if (there === undefined) return { state: 'gone' }
    if (etag !== undefined && etag !== there.etag) return { state: 'changed' }
    const { bytes, sizeBytes: _, ...facts } = there
    return { state: 'read', original: { name, createdMs: null, ...facts }, bytes: Buffer.from(bytes, 'latin1') }
  }

  async putBack({ original, bytes }: Parameters<CopyKeeper['putBack']>[0]): ReturnType<CopyKeeper['putBack']> {
    const { name, metadata, headers } = original
    if (this.blobs.has(name)) return null
    const { etag, lastModifiedMs } = this.put(name, Buffer.from(bytes).toString('latin1'), { metadata, headers })
    return { etag, lastModifiedMs }
  }

  async undelete({ name, etag }: { name: string; etag: string }): Promise<UndeleteOutcome> {
    const there = this.blobs.get(name)
    if (there !== undefined) return { state: 'there', etag: there.etag }
    if (!this.keepsDeleted) return { state: 'notOffered' }
    const kept = this.#deleted.get(name)
    if (kept === undefined) return { state: 'lost' }
    if (kept.etag !== etag) return { state: 'other' }
    this.blobs.set(name, kept)
    this.#deleted.delete(name)
    return { state: 'restored', etag, lastModifiedMs: kept.lastModifiedMs, wasModifiedMs: kept.lastModifiedMs }
  }

  /** Without copies. */
  reader(): ContainerReader {
    const blobOf = (name: string): Blob | null => {
      const there = this.blobs.get(name)
      if (there === undefined) return null
      const { sizeBytes, etag, lastModifiedMs } = there
      return { name, sizeBytes, etag, lastModifiedMs, isDirectory: false, isUploading: false }
    }
    const page = (prefix = '') => ({
      blobs: [...this.blobs.keys()].filter((name) => name.startsWith(prefix)).flatMap((name) => blobOf(name) ?? []),
      serverTimeMs: 0,
    })
    return {
      ...this.#place,
      async *list({ prefix }) {
        yield page(prefix)
      },
      async *level() {
        yield { ...page(), directories: [] }
      },
      read: async ({ name }) => {
        const there = this.blobs.get(name)
        if (there === undefined) return { state: 'gone' }
        return { state: 'read', bytes: Buffer.from(there.bytes, 'latin1'), etag: there.etag, lastModifiedMs: there.lastModifiedMs }
      },
      stat: async ({ name }) => blobOf(name),
      exists: async () => true,
      protection: async () => ({ softDeleteDays: this.keepsDeleted ? 14 : 0 }),
    }
  }
}

function nameOf({ runId, file }: { runId: string; file: string }): string {
  return `_flinkops/runs/${runId}/${file}`
}
