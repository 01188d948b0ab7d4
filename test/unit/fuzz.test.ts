import { expect, it } from 'vitest'
import { type Finding, fuzz } from '../fuzz/fuzz.js'
import { targets } from '../fuzz/targets.js'

// `npm run fuzz` goes on for minutes.
it('whatever of others is changed, it is read or refused: no crash, no hang', async () => {
  const found: Finding[] = []
  // Other tests share the process: what they hold is no matter of an input.
  const tallies = await fuzz({
    targets: targets(),
    seed: 1,
    ms: 4000,
    mostMb: Number.POSITIVE_INFINITY,
    onFinding: (one) => found.push(one),
  })

  expect(found.map(({ target, seed, problem }) => `${target}, seed ${seed}: ${problem}`)).toEqual([])
  for (const [name, { inputs }] of tallies) expect(`${name}: ${inputs > 0}`).toBe(`${name}: true`)
})
