import { randomUUID } from 'node:crypto'
import { FlinkopsError } from '../errors.js'
import type { ContainerTrial, Right, Trial } from '../ports-probe.js'
import { listBlobs } from './list.js'
import { isGone } from './read.js'
import { type ListTarget, request } from './target.js'

const LEASE_SECONDS = 15
const DEADLINE_MS = 20_000
const CONTENT = 'Written by flinkops doctor to try its rights; may be deleted.'

/** Tries list, write, read, lease and delete on a blob of our own. Throws only when interrupted, or on a bug. */
export async function probeContainer(target: ListTarget, signal: AbortSignal): Promise<ContainerTrial> {
  const list = await attempt(signal, () => firstPage(target, signal))
  if (list.state === 'absent') return untried(false, 'the container is not there')
  if (list.state === 'unknown') return untried(true, list.reason)
  const probe = new Probe(target, signal)
  const write = settled(await attempt(signal, () => probe.write()))
  const read = settled(await attempt(signal, () => probe.read()))
  const lease = settled(await attempt(signal, () => probe.lease()))
  const erase = settled(await attempt(signal, () => probe.delete()))
  return {
    exists: true,
    rights: { list, write, read, lease, delete: erase },
    isVersioned: probe.isVersioned,
    isDeletionPermanent: probe.isDeletionPermanent,
    leftBehind: write.state === 'allowed' && erase.state !== 'allowed' ? probe.name : null,
  }
}

/** A service asks for the right before it looks for the blob: "no such blob" proves the right as well. */
class Probe {
  readonly name = `_flinkops/doctor/${randomUUID()}`
  isVersioned: boolean | null = null
  isDeletionPermanent: boolean | null = null
  readonly #target: ListTarget
  readonly #signal: AbortSignal

  constructor(target: ListTarget, signal: AbortSignal) {
    this.#target = target
    this.#signal = signal
  }

  write(): Promise<void> {
    return this.#try('write', true, async (abortSignal) => {
      const answer = await this.#blob().upload(CONTENT, Buffer.byteLength(CONTENT), { abortSignal })
      this.isVersioned = answer.versionId !== undefined
    })
  }

  read(): Promise<void> {
    return this.#try('read', false, async (abortSignal) => {
      await this.#blob().downloadToBuffer(0, undefined, { abortSignal })
    })
  }

  lease(): Promise<void> {
    return this.#try('lease', true, async (abortSignal) => {
      const lease = this.#blob().getBlobLeaseClient(randomUUID())
      await lease.acquireLease(LEASE_SECONDS, { abortSignal })
      await lease.releaseLease({ abortSignal })
    })
  }

  delete(): Promise<void> {
    return this.#try('delete', true, async (abortSignal) => {
      const answer = await this.#blob().delete({ abortSignal })
      const header = answer._response.headers.get('x-ms-delete-type-permanent')
      this.isDeletionPermanent = header === undefined ? null : header.toLowerCase() === 'true'
    })
  }

  #blob() {
    return this.#target.client.getBlockBlobClient(this.name)
  }

  async #try(verb: Right, isWriting: boolean, run: (abortSignal: AbortSignal) => Promise<void>): Promise<void> {
    const options = { action: `${verb} ${this.name}`, signal: this.#signal, deadlineMs: DEADLINE_MS, isWriting }
    await request(this.#target, options, async (abortSignal) => {
      try {
        await run(abortSignal)
      } catch (error) {
        if (!isGone(error)) throw error
      }
    })
  }
}

async function firstPage(target: ListTarget, signal: AbortSignal): Promise<void> {
  for await (const _ of listBlobs(target, { prefix: '_flinkops/doctor/', signal, pageSize: 1 })) return
}

async function attempt(signal: AbortSignal, run: () => Promise<void>): Promise<Trial | { state: 'absent' }> {
  try {
    await run()
    return { state: 'allowed' }
  } catch (error) {
    if (signal.aborted || !(error instanceof FlinkopsError)) throw error
    if (error.code === 'NOT_AUTHORISED') return { state: 'denied', reason: error.message, advice: error.suggestions }
    return error.code === 'CONTAINER_NOT_FOUND' ? { state: 'absent' } : { state: 'unknown', reason: error.message }
  }
}

function settled(trial: Trial | { state: 'absent' }): Trial {
  return trial.state === 'absent' ? { state: 'unknown', reason: 'the container is not there' } : trial
}

function untried(exists: boolean, reason: string): ContainerTrial {
  const trial: Trial = { state: 'unknown', reason }
  const rights = { list: trial, read: trial, write: trial, lease: trial, delete: trial }
  return { exists, rights, isVersioned: null, isDeletionPermanent: null, leftBehind: null }
}
