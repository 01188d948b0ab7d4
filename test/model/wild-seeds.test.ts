import { describe, expect, it } from 'vitest'
import { runHistory } from './history.js'

/** Histories of the wilder world that broke once, each with what was wrong. */
const SEEDS: [number, string][] = [
  [241, 'a job that had made nothing but the directory of its next checkpoint was ended by silence'],
  [1817, 'the same between plan and re-check'],
  [236, 'an id of application mode was ended by the history although its next run wrote within five minutes'],
  [682, 'of a job that nobody saw for a while, checkpoints counted that go with a cancel'],
  [1411, 'the same of a copied one'],
  [982, 'a checkpoint counted that a living job had claimed'],
  [1276, 'the same on another cluster'],
  [306, 'files went of a pinned savepoint that could not be read, since --dead gave it up as well'],
  [639, 'the model did not know a checkpoint that restores, though its job failed right after writing its _metadata'],
  [1090, 'the model blamed for a run that had written nothing, of an id whose end was told within the same look'],
  [915, 'the model blamed for a copy that somebody had put into a container that nobody named'],
  [934, 'the model blamed for a restore of which nobody told: another server answered for its cluster'],
]

describe('in the wilder world', () => {
  it.each(SEEDS)('history %i holds: %s', async (seed) => {
    const { violation } = await runHistory(seed, { truth: true })
    expect(violation).toBeNull()
  })
})
