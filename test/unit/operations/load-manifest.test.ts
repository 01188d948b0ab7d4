import { describe, expect, it } from 'vitest'
import { handedIn, lastManifest, readCopy } from '../../../src/lib/operations/load-manifest.js'
import type { MaintenanceJournal } from '../../../src/lib/ports-maintenance.js'
import { manifest, manifestJob } from '../../support/fake-manifest.js'
import { ACCOUNT, CONTAINER, fakeStorage, uri } from '../../support/fake-ports.js'

function journal(held: Record<string, unknown>): MaintenanceJournal {
  return {
    save: async () => undefined,
    load: async (id) => held[id] ?? null,
    ids: async () => Object.keys(held),
    pathOf: (id) => `/state/${id}.json`,
    hold: async () => async () => undefined,
    leaseId: async () => '',
  }
}

const WHERE = { context: 'prod', jobManager: 'http://jm' }
const OPEN = manifest({ id: 'open', jobs: [manifestJob({ state: 'stopped' })] })

describe('lastManifest', () => {
  it('is the window that is open here', async () => {
    expect(await lastManifest(journal({ open: OPEN, other: manifest({ id: 'other', context: 'test' }) }), WHERE)).toEqual(OPEN)
  })

  it('is none where there is none', async () => {
    expect(await lastManifest(journal({}), WHERE)).toBeNull()
  })

  it('is an error while one cannot be read: it may be the one', async () => {
    await expect(lastManifest(journal({ open: OPEN, torn: { id: 'torn' } }), WHERE)).rejects.toMatchObject({
      code: 'MANIFEST_UNREADABLE',
      message: expect.stringContaining('/state/torn.json'),
    })
  })
})

describe('a manifest that is handed in', () => {
  it('counts as one from elsewhere, and never where this machine has one of that window', async () => {
    const newer = { ...OPEN, revision: OPEN.revision + 1 }
    const handed = { manifest: { ...OPEN, isForeign: true }, isOutdone: false }

    expect(await handedIn(JSON.stringify(OPEN), 'file', journal({}))).toEqual(handed)
    expect(await handedIn(JSON.stringify({ ...OPEN, isForeign: false }), 'file', journal({}))).toEqual(handed)
    expect(await handedIn(JSON.stringify(OPEN), 'file', journal({ open: newer }))).toEqual({ manifest: newer, isOutdone: false })
    expect(await handedIn(JSON.stringify(newer), 'file', journal({ open: OPEN }))).toEqual({ manifest: OPEN, isOutdone: true })
  })

  it('does not take the place of one of this machine that cannot be read', async () => {
    await expect(handedIn(JSON.stringify(OPEN), 'file', journal({ open: { id: 'open' } }))).rejects.toMatchObject({
      code: 'MANIFEST_UNREADABLE',
      message: expect.stringContaining('/state/open.json'),
    })
  })

  it.each(['', '{"jo', '{}', 'null'])('is refused when it is none: %j', async (text) => {
    await expect(handedIn(text, 'notes.txt', journal({}))).rejects.toMatchObject({ code: 'MANIFEST_UNREADABLE' })
  })

  it('may be the copy beside the savepoints', async () => {
    const name = '_flinkops/maintenance/open.json'
    const storage = fakeStorage({ [name]: { bytes: Buffer.from('a text') } })
    const { signal } = new AbortController()
    const at = (blob: string) => readCopy({ account: ACCOUNT, container: CONTAINER, name: blob }, uri(blob), storage, signal)

    expect(await at(name)).toBe('a text')
    await expect(at('other.json')).rejects.toMatchObject({
      code: 'MANIFEST_NOT_FOUND',
      message: `There is no manifest at ${uri('other.json')}.`,
    })
  })
})
