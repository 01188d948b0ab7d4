import { randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { type Answer, header, refused } from './messages.js'

interface Lease {
  id: string
  untilMs: number
  durationMs: number
}

/** Leases on blobs, by name. */
export class Leases {
  readonly #leases = new Map<string, Lease>()

  clear(): void {
    this.#leases.clear()
  }

  /** Id of the lease that holds a blob now, or `null`. */
  holderOf(name: string): string | null {
    const lease = this.#leases.get(name)
    return lease !== undefined && lease.untilMs > Date.now() ? lease.id : null
  }

  /** Why a request with these headers may not change the blob; `null` = it may. */
  refusal(name: string, headers: IncomingHttpHeaders): Answer | null {
    const holder = this.holderOf(name)
    const given = header(headers, 'x-ms-lease-id')
    if (holder === null) return given === '' ? null : refused(412, 'LeaseNotPresentWithBlobOperation')
    if (given === '') return refused(412, 'LeaseIdMissing')
    return given === holder ? null : refused(412, 'LeaseIdMismatchWithBlobOperation')
  }

  /** `Lease Blob`: acquire, renew, release, break. */
  act(name: string, headers: IncomingHttpHeaders): Answer {
    const id = header(headers, 'x-ms-lease-id')
    const holder = this.holderOf(name)
    switch (header(headers, 'x-ms-lease-action')) {
      case 'acquire': {
        const proposed = header(headers, 'x-ms-proposed-lease-id') || randomUUID()
        if (holder !== null && holder !== proposed) return refused(409, 'LeaseAlreadyPresent')
        const seconds = Number(header(headers, 'x-ms-lease-duration'))
        return this.#hold(name, { id: proposed, durationMs: seconds < 0 ? Number.POSITIVE_INFINITY : seconds * 1000 }, 201)
      }
      case 'renew': {
        const lease = this.#leases.get(name)
        return lease?.id === id ? this.#hold(name, lease, 200) : refused(409, 'LeaseIdMismatchWithLeaseOperation')
      }
      case 'release':
        if (this.#leases.get(name)?.id !== id) return refused(409, 'LeaseIdMismatchWithLeaseOperation')
        this.#leases.delete(name)
        return { status: 200 }
      case 'break':
        this.#leases.delete(name)
        return { status: 202, headers: { 'x-ms-lease-time': '0' } }
      default:
        return refused(400, 'InvalidHeaderValue')
    }
  }

  #hold(name: string, { id, durationMs }: Omit<Lease, 'untilMs'>, status: number): Answer {
    this.#leases.set(name, { id, durationMs, untilMs: Date.now() + durationMs })
    return { status, headers: { 'x-ms-lease-id': id } }
  }
}
