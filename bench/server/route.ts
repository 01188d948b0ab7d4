import { batch } from './batch.js'
import { deleteBlob, leaseBlob, putBlob, readBlob, undeleteBlob } from './blob-requests.js'
import type { Counters } from './counters.js'
import { listPage } from './listing.js'
import { type Answer, type Request, refused } from './messages.js'
import type { Service } from './service.js'

/** Answers one request to the container or to a blob in it. */
export function route(service: Service, request: Request): Answer {
  const { counters, faults, lots } = service
  const kind = kindOf(request)
  counters[kind]++
  if (lots.draw(faults.busyShare) || lots.isOver(faults.requestsPerSecond)) {
    counters.busy++
    const after = faults.retryAfterSeconds > 0 ? { 'retry-after': String(faults.retryAfterSeconds) } : {}
    return refused(503, 'ServerBusy', after)
  }
  const answer = act(service, request, kind)
  if ((kind !== 'delete' && kind !== 'batch') || !lots.draw(faults.dropShare)) return answer
  counters.dropped++
  return { ...answer, isDropped: true }
}

type Kind = keyof Pick<Counters, 'list' | 'get' | 'head' | 'put' | 'lease' | 'delete' | 'batch' | 'other'>

const BLOB_KINDS: Record<string, Kind> = { GET: 'get', HEAD: 'head', PUT: 'put', DELETE: 'delete' }

function kindOf({ method, name, query }: Request): Kind {
  const comp = query.get('comp')
  if (comp === 'batch') return 'batch'
  if (name === '') return comp === 'list' ? 'list' : 'other'
  if (comp === 'lease') return 'lease'
  return (comp === null ? BLOB_KINDS[method] : undefined) ?? 'other'
}

function act(service: Service, request: Request, kind: Kind): Answer {
  switch (kind) {
    case 'list':
      return list(service, request)
    case 'get':
    case 'head':
      return readBlob(service, request)
    case 'put':
      return putBlob(service, request)
    case 'lease':
      return leaseBlob(service, request)
    case 'delete':
      return deleteBlob(service, request)
    case 'batch':
      return batch(service, request)
    case 'other':
      return other(service, request)
  }
}

function list(service: Service, { query }: Request): Answer {
  const asked = Number(query.get('maxresults') ?? service.faults.pageSize)
  if (!(asked > 0)) return refused(400, 'OutOfRangeQueryParameterValue')
  const { xml, entries } = listPage(service.store, {
    container: service.container,
    prefix: query.get('prefix') ?? '',
    delimiter: query.get('delimiter') ?? '',
    marker: query.get('marker') ?? '',
    startFrom: query.get('startFrom') ?? '',
    maxResults: Math.min(asked, service.faults.pageSize),
    withMetadata: (query.get('include') ?? '').split(',').includes('metadata'),
  })
  service.counters.listed += entries
  return { status: 200, headers: { 'content-type': 'application/xml' }, body: xml }
}

function other(service: Service, request: Request): Answer {
  if (request.name !== '')
    return request.query.get('comp') === 'undelete' ? undeleteBlob(service, request) : refused(400, 'InvalidQueryParameterValue')
  if (request.query.get('restype') !== 'container') return refused(400, 'InvalidQueryParameterValue')
  if (request.method === 'PUT') return refused(409, 'ContainerAlreadyExists')
  const facts = { etag: '"0x8DC0000000000000"', 'last-modified': new Date(0).toUTCString(), 'x-ms-meta-hdi_version': '2013-09-01' }
  return { status: 200, headers: { ...facts, 'x-ms-lease-state': 'available', 'x-ms-lease-status': 'unlocked' } }
}
