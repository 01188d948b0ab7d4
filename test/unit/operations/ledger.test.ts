import { describe, expect, it } from 'vitest'
import { openLedger } from '../../../src/lib/operations/ledger.js'
import { manifest, manifestJob } from '../../support/fake-manifest.js'

const MANIFEST = manifest({ jobs: [manifestJob({ jobId: 'a' }), manifestJob({ jobId: 'b' })] })

function ledger(parts: { save?: () => Promise<void>; copy?: ((id: string, text: string) => Promise<void>) | null } = {}) {
  const saved: unknown[] = []
  const problems: string[] = []
  const save = async (_id: string, value: unknown) => {
    await parts.save?.()
    saved.push(value)
  }
  const opened = openLedger({
    manifest: MANIFEST,
    journal: {
      save,
      load: async () => null,
      ids: async () => [],
      pathOf: (id) => id,
      hold: async () => async () => undefined,
      leaseId: async () => '',
    },
    copy: parts.copy ?? null,
    now: () => 0,
    onCopyFailed: ({ message }) => problems.push(message),
  })
  return { opened, saved, problems }
}

describe('the ledger', () => {
  it('has a step on disk before it returns', async () => {
    const { opened, saved } = ledger()

    await opened.step('a', { state: 'stopped' })

    expect(saved.at(-1)).toEqual(opened.current())
    expect(opened.job('a').state).toBe('stopped')
  })

  it('writes steps that come together one after the other, none of them lost', async () => {
    let writing = 0
    const { opened, saved } = ledger({
      save: async () => {
        writing++
        expect(writing).toBe(1)
        await Promise.resolve()
        writing--
      },
    })

    await Promise.all([opened.step('a', { path: 'p' }), opened.step('b', { path: 'q' }), opened.step('a', { verified: true })])

    expect(saved).toHaveLength(3)
    expect(saved.at(-1)).toMatchObject({
      revision: MANIFEST.revision + 3,
      jobs: [
        { path: 'p', verified: true },
        { path: 'q', verified: false },
      ],
    })
  })

  it('copies what is on disk already, to the letter', async () => {
    const copies: string[] = []
    const { opened, saved } = ledger({ copy: async (_, text) => void copies.push(text) })

    await opened.step('a', { state: 'stopped' })

    expect(copies.map((text) => JSON.parse(text))).toEqual(saved)
  })

  it('writes no field that a manifest does not have, whatever it was handed', async () => {
    const copies: string[] = []
    const { opened, saved } = ledger({ copy: async (_, text) => void copies.push(text) })
    const spec = {
      kind: 'script' as const,
      path: '/x.sql',
      sha256: 'f',
      entryClass: null,
      args: [],
      parallelism: null,
      defines: { A: 'MARKED' },
    }

    await opened.step('a', { spec })

    expect(copies).toEqual([expect.stringContaining('/x.sql')])
    expect(JSON.stringify(saved) + copies.join()).not.toContain('MARKED')
  })

  it('goes on when the copy cannot be left, says so once, and does not try at every step', async () => {
    let tries = 0
    const { opened, saved, problems } = ledger({
      copy: async () => {
        tries++
        throw new Error('no right to write')
      },
    })

    await opened.step('a', { state: 'stopped' })
    await opened.step('b', { state: 'stopped' })

    expect({ tries, problems, steps: saved.length }).toEqual({ tries: 1, problems: ['no right to write'], steps: 2 })
  })

  it('lets no further step pass once one could not be written', async () => {
    let isFull = true
    const { opened, saved } = ledger({
      save: async () => {
        if (isFull) throw new Error('disk full')
      },
    })

    await expect(opened.step('a', { state: 'stopped' })).rejects.toThrow('disk full')
    isFull = false
    await expect(opened.step('b', { state: 'stopped' })).rejects.toThrow('disk full')
    expect(saved).toEqual([])
  })
})
