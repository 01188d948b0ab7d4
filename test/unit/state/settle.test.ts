import { describe, expect, it } from 'vitest'
import { KeyTable } from '../../../src/lib/state/key-table.js'
import { parentOf } from '../../../src/lib/state/layout.js'
import type { Decision } from '../../../src/lib/state/retention.js'
import { settle as settleWith } from '../../../src/lib/state/settle.js'
import { checkpoint, checkpointDirectory, jobId, keyAt, uuid } from '../../support/builders.js'

const A = jobId(0xa)
const keys = new KeyTable()

function decision(id: number, verdict: 'keep' | 'expire', ...needed: string[]): Decision {
  const snapshot = checkpoint(A, id, { references: needed.map((name) => keys.intern(keyAt(name))) })
  return { snapshot, verdict, reasons: [{ reason: verdict === 'keep' ? 'too-young' : 'expired', detail: 'because' }] }
}

const fileOf = (id: number) => `${checkpointDirectory(A, id)}/${uuid(id)}`
const settle = (decisions: Decision[], protection: () => string | null) => settleWith(decisions, keys, protection)
const verdicts = (decisions: Decision[]) => decisions.map((one) => one.verdict)

describe('settle', () => {
  it('leaves decisions alone that touch nothing that stays', () => {
    const decisions = [decision(1, 'expire', fileOf(1)), decision(2, 'keep', fileOf(2))]
    expect(settle(decisions, () => null)).toEqual(decisions)
  })

  it('keeps what is protected, with that reason', () => {
    const [settled] = settle([decision(1, 'expire')], () => 'it lies outside')
    expect(settled).toMatchObject({ verdict: 'keep', reasons: [{ reason: 'protected', detail: 'it lies outside' }] })
  })

  it('keeps a snapshot whose directory holds a file that a kept one needs, over any number of steps', () => {
    const chain = [
      decision(1, 'expire'),
      decision(2, 'expire', fileOf(1)),
      decision(3, 'expire', fileOf(2)),
      decision(4, 'keep', fileOf(3)),
    ]
    const settled = settle(chain, () => null)
    expect(verdicts(settled)).toEqual(['keep', 'keep', 'keep', 'keep'])
    expect(settled[0]?.reasons[0]?.detail).toBe(`${checkpointDirectory(A, 2)} needs files in it`)
  })

  it('does not keep snapshots for one another when all of them go', () => {
    expect(verdicts(settle([decision(1, 'expire', fileOf(2)), decision(2, 'expire', fileOf(1))], () => null))).toEqual(['expire', 'expire'])
  })

  it('keeps a snapshot whose directory a kept one needs as a whole', () => {
    const keeper = decision(2, 'keep')
    keeper.snapshot.directories.push(keyAt(parentOf(fileOf(1))))
    expect(verdicts(settle([decision(1, 'expire'), keeper], () => null))).toEqual(['keep', 'keep'])
  })
})
