import { noCounts } from './counters.js'
import { type Faults, NO_FAULTS } from './faults.js'
import type { Answer } from './messages.js'
import type { Service } from './service.js'

/**
 * What a bench asks of the server itself, below `/-/`: `GET counters`, `GET truth` (blobs that are left, and those that are gone by what
 * they were), `POST reset` (all is there again), `POST faults` with some of `Faults` as JSON.
 */
export function control(service: Service, method: string, verb: string, body: Buffer): Answer {
  switch (`${method} ${verb}`) {
    case 'GET counters':
      return json(service.counters)
    case 'GET truth':
      return json({ blobs: service.store.size, gone: service.store.gone() })
    case 'POST reset':
      service.store.reset()
      service.leases.clear()
      service.counters = noCounts()
      service.faults = { ...NO_FAULTS }
      return json({})
    case 'POST faults':
      service.faults = { ...service.faults, ...faultsOf(JSON.parse(body.toString('utf8'))) }
      return json(service.faults)
    default:
      return { status: 404 }
  }
}

function faultsOf(given: unknown): Partial<Faults> {
  if (typeof given !== 'object' || given === null) throw new Error('faults are an object')
  for (const name of Object.keys(given)) if (!(name in NO_FAULTS)) throw new Error(`there is no fault ${name}`)
  return given
}

function json(value: object): Answer {
  return { status: 200, headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(value)) }
}
