import type { BlobServiceClient } from '@azure/storage-blob'
import type { AccessFor, AccountAccess } from '../access.js'
import type { StorageReader } from '../ports.js'
import type { ContentReader } from '../ports-content.js'
import type { StorageEraser } from '../ports-erase.js'
import type { LevelReader } from '../ports-inventory.js'
import type { CleanupLock, WindowLock } from '../ports-lock.js'
import type { ManifestCopies } from '../ports-maintenance.js'
import type { StorageProbe } from '../ports-probe.js'
import type { RunRecorder, Undeleter } from '../ports-record.js'
import type { SeenAppender } from '../ports-seen.js'
import type { DeletedCounter } from '../ports-usage.js'
import { canonicalAccount } from '../state/location.js'
import { type TokenSource, tokenSource } from './credentials.js'
import { sumDeleted } from './deleted.js'
import { containerEraser } from './eraser.js'
import { MAX_PAGE_SIZE } from './list.js'
import { listLevel } from './list-level.js'
import { acquireLock } from './lock.js'
import { probeContainer } from './probe.js'
import { readRange } from './range.js'
import { containerReader } from './reader.js'
import { appendSeen, readRecord, writeManifestCopy, writeRecord } from './record.js'
import { type Sender, senderOf } from './sender.js'
import { pipelineOptions, type Retry, serviceClient } from './service-client.js'
import type { ListTarget } from './target.js'
import { targetAccess } from './target-access.js'
import { undeleteBlob } from './undelete.js'

const READING_TRIES = 5
/** One repeat, for a closed keep-alive connection; who deletes decides how to slow down when the account is busy. */
const WRITING_TRIES = 2

export interface StorageOptions {
  accessFor: AccessFor
  /** Blobs a page; the service allows no more than the default. */
  pageSize?: number
  retryDelayInMs?: number
}

export type Storage = StorageReader &
  ContentReader &
  LevelReader &
  StorageEraser &
  CleanupLock &
  WindowLock &
  RunRecorder &
  SeenAppender &
  ManifestCopies &
  Undeleter &
  DeletedCounter &
  StorageProbe

/** Blob Storage by account and container. Clients are built on first use, one each; nothing is loaded before. */
export function createStorage(options: StorageOptions): Storage {
  const { accessFor, pageSize = MAX_PAGE_SIZE, retryDelayInMs = 500 } = options
  const tokens = tokenSource()
  const clients = new Map<string, Promise<Clients>>()

  function clientsOf(account: string, container: string, maxTries: number): Promise<Clients> {
    const key = `${account}/${container}/${maxTries}`
    const known = clients.get(key) ?? buildClients(accessFor(account, container), container, { maxTries, retryDelayInMs }, tokens)
    clients.set(key, known)
    return known
  }

  async function target(accountHost: string, container: string, maxTries: number): Promise<ListTarget & { service: BlobServiceClient }> {
    const account = canonicalAccount(accountHost)
    const { service, sender } = await clientsOf(account, container, maxTries)
    const access = targetAccess(accessFor(account, container))
    return { account, container, client: service.getContainerClient(container), sender, service, access }
  }

  return {
    container: async (account, container) => {
      const reading = await target(account, container, READING_TRIES)
      return containerReader(reading, reading.service, pageSize)
    },
    eraser: async (account, container) => containerEraser(await target(account, container, WRITING_TRIES)),
    record: async ({ account, container, ...record }) => writeRecord(await target(account, container, READING_TRIES), record),
    recorded: async ({ account, container, ...place }) => readRecord(await target(account, container, READING_TRIES), place),
    appendSeen: async ({ account, container, ...seen }) => appendSeen(await target(account, container, WRITING_TRIES), seen),
    copyManifest: async ({ account, container, ...copy }) => writeManifestCopy(await target(account, container, READING_TRIES), copy),
    undelete: async ({ account, container, ...blob }) => undeleteBlob(await target(account, container, READING_TRIES), blob),
    async *level({ account, container, prefix, signal }) {
      yield* listLevel(await target(account, container, READING_TRIES), { prefix, signal, pageSize })
    },
    readRange: async ({ account, container, ...part }) => readRange(await target(account, container, READING_TRIES), part),
    softDeleted: async ({ account, container, signal }) => {
      const reading = await target(account, container, READING_TRIES)
      const { softDeleteDays } = await containerReader(reading, reading.service, pageSize).protection({ signal })
      return softDeleteDays ? sumDeleted(reading, signal) : null
    },
    probe: async ({ account, container, signal }) => probeContainer(await target(account, container, WRITING_TRIES), signal),
    acquire: async ({ account, container, ...lock }) => acquireLock(await target(account, container, READING_TRIES), lock),
    acquireWindow: async ({ account, container, command, ...lock }) =>
      acquireLock(await target(account, container, READING_TRIES), { ...lock, kind: 'maintenance', runId: command }),
  }
}

interface Clients {
  service: BlobServiceClient
  sender: Sender
}

async function buildClients(access: AccountAccess, container: string, retry: Retry, tokens: TokenSource): Promise<Clients> {
  const service = await serviceClient(access, retry, tokens)
  return { service, sender: await senderOf(service, container, pipelineOptions(retry)) }
}
