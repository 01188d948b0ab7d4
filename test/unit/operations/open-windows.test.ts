import { describe, expect, it } from 'vitest'
import { unreadable } from '../../../src/lib/journal/failure.js'
import { openWindows } from '../../../src/lib/operations/open-windows.js'
import type { MaintenanceJournal } from '../../../src/lib/ports-maintenance.js'
import type { Manifest } from '../../../src/lib/state/manifest.js'
import { keyAt } from '../../support/builders.js'
import { manifest, manifestJob } from '../../support/fake-manifest.js'
import { ACCOUNT, CONTAINER, fakeStorage, uri } from '../../support/fake-ports.js'

const HERE = manifest({ id: 'here', jobs: [manifestJob({ state: 'stopped', path: uri('savepoints/savepoint-aaaaaa-1') })] })
const THERE = manifest({ id: 'there', jobs: [manifestJob({ state: 'stopped', path: uri('savepoints/savepoint-bbbbbb-2') })] })

interface Given {
  machine?: Record<string, Manifest | 'broken'>
  container?: Record<string, unknown>
  ignored?: string[]
}

async function windows({ machine = {}, container = {}, ignored = [] }: Given) {
  const journal: Partial<MaintenanceJournal> = {
    ids: async () => Object.keys(machine),
    load: async (id) => {
      if (machine[id] === 'broken') throw unreadable(`/state/${id}.json`, new SyntaxError('Unexpected end'))
      return machine[id] ?? null
    },
  }
  const blobs = Object.entries(container).map(([name, value]) => [
    `_flinkops/maintenance/${name}`,
    { bytes: Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)) },
  ])
  const reader = await fakeStorage(Object.fromEntries(blobs)).container(ACCOUNT, CONTAINER)
  const { signal } = new AbortController()
  const found = await openWindows({ journal: journal as MaintenanceJournal, readers: [reader], ignored: new Set(ignored), signal })
  return { named: [...found.named.keys()], unreadable: found.unreadable }
}

describe('open maintenance windows', () => {
  it('are those of this machine, and those that other machines left in the container', async () => {
    expect(await windows({ machine: { here: HERE }, container: { 'there.json': THERE } })).toEqual({
      named: [keyAt('savepoints/savepoint-aaaaaa-1'), keyAt('savepoints/savepoint-bbbbbb-2')],
      unreadable: [],
    })
  })

  it('are none any more when this machine knows of their end and their copy does not', async () => {
    const machine = { here: { ...HERE, revision: HERE.revision + 1, isClosed: true } }
    expect(await windows({ machine, container: { 'here.json': HERE } })).toEqual({ named: [], unreadable: [] })
  })

  it.each<[string, unknown]>([
    ['closed, at a revision beyond all others', { ...HERE, isClosed: true, revision: Number.MAX_SAFE_INTEGER }],
    ['closed, at a revision that is no number', JSON.stringify({ ...HERE, isClosed: true }).replace(/"revision":\d+/, '"revision":1e999')],
    ['with other paths', { ...HERE, revision: HERE.revision + 1, jobs: [] }],
    ['torn', '{"id":'],
  ])('are what this machine says of its own, whatever their copy is: %s', async (_, copy) => {
    const own = await windows({ machine: { here: HERE } })
    expect(own.named).toHaveLength(1)
    expect(await windows({ machine: { here: HERE }, container: { 'here.json': copy } })).toEqual(own)
  })

  it('do not begin again by a copy, when this machine closed them', async () => {
    const copy = { ...HERE, revision: HERE.revision + 5 }
    expect(await windows({ machine: { here: { ...HERE, isClosed: true } }, container: { 'here.json': copy } })).toEqual({
      named: [],
      unreadable: [],
    })
  })

  it.each<[string, Given]>([
    ['on this machine, no JSON', { machine: { torn: 'broken' } }],
    ['in the container, no JSON', { container: { 'torn.json': '{"id":' } }],
    ['in the container, of another shape', { container: { 'torn.json': { id: 'torn', jobs: [] } } }],
    ['empty', { container: { 'torn.json': '' } }],
  ])('that cannot be read are told by their id, and given up only by it: %s', async (_, given) => {
    expect(await windows(given)).toEqual({ named: [], unreadable: ['torn'] })
    expect(await windows({ ...given, ignored: ['torn'] })).toEqual({ named: [], unreadable: [] })
  })

  it('are left out when a person gave them up, here and there', async () => {
    expect(await windows({ machine: { here: HERE }, container: { 'here.json': HERE, 'there.json': THERE }, ignored: ['here'] })).toEqual({
      named: [keyAt('savepoints/savepoint-bbbbbb-2')],
      unreadable: [],
    })
  })

  it('are told by manifests alone: a lock beside them is none', async () => {
    expect(await windows({ container: { 'x.lock': '' } })).toEqual({ named: [], unreadable: [] })
  })
})
