import { describe, expect, it } from 'vitest'
import { type Batch, batchText, runBatch } from './batch.js'
import { runHistory } from './history.js'

const HISTORIES = 1000

/** The first broken history, word by word, and how to see it again. */
async function replayText(batch: Batch): Promise<string> {
  const [first] = batch.violations
  if (first === undefined) return ''
  const { trace } = await runHistory(first.seed, { withTrace: true })
  const again = `npm run soak -- --seed ${first.seed} --histories 1 --trace`
  return `${batchText(batch)}\n\n${trace.slice(-80).join('\n')}\n${first.message}\nagain: ${again}`
}

describe('the model of Flink', () => {
  it('loses nothing by itself: whatever breaks under a clean-up, the clean-up broke', async () => {
    const batch = await runBatch({ firstSeed: 1, histories: HISTORIES, withoutCleanUp: true })
    expect(batch.violations).toEqual([])
  })

  it('loses nothing by itself in its wilder world either', async () => {
    const batch = await runBatch({ firstSeed: 1, histories: HISTORIES / 2, withoutCleanUp: true, truth: true })
    expect(batch.violations).toEqual([])
  })

  it('tells the same history for the same seed', async () => {
    for (const truth of [false, true]) {
      const [one, other] = [await runHistory(42, { withTrace: true, truth }), await runHistory(42, { withTrace: true, truth })]
      expect(other).toEqual(one)
    }
  })

  it(`clean-up deletes nothing that a restorable snapshot or a job needs, in ${HISTORIES} histories`, async () => {
    const batch = await runBatch({ firstSeed: 1, histories: HISTORIES })
    console.log(batchText(batch))
    if (batch.violations.length > 0) expect.fail(await replayText(batch))
    // A model in which nothing happens proves nothing.
    expect(batch.tally.executed).toBeGreaterThan(HISTORIES / 2)
    expect(batch.tally.expired).toBeGreaterThan(HISTORIES / 2)
    expect(batch.tally.aborted).toBeGreaterThan(HISTORIES / 20)
    expect(batch.tally.deletedBlobs).toBeGreaterThan(10 * HISTORIES)
  })
})
