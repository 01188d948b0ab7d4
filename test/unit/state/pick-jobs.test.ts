import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { matchesPattern, pickJobs } from '../../../src/lib/state/pick-jobs.js'

describe('matchesPattern', () => {
  it.each([
    ['sales_pipeline', 'sales_pipeline', true],
    ['sales_pipeline', 'sales', false],
    ['sales_pipeline', 'sales*', true],
    ['sales_pipeline', '*pipe*', true],
    ['sales_pipeline', '*', true],
    ['a.b', 'a?b', false],
    ['axb', 'a.b', false],
    ['insert-into_db.[t](x)', 'insert-into_db.[t](*)', true],
    ['two\nlines', 'two*', true],
  ])('%j is meant by %j: %j', (name, pattern, expected) => {
    expect(matchesPattern(name, pattern)).toBe(expected)
  })

  it('means every name by itself, whatever is in it', () => {
    fc.assert(
      fc.property(
        fc.string().filter((name) => !name.includes('*')),
        (name) => matchesPattern(name, name),
      ),
    )
  })
})

describe('pickJobs', () => {
  const id = 'AB'.repeat(16)
  const jobs = ['sales', 'sales_eu', 'orders'].map((name, at) => ({ name, jobId: at === 2 ? id.toLowerCase() : String(at) }))
  const pick = (only: string[], except: string[] = []) => {
    const { jobs: picked, unmatched } = pickJobs(jobs, { only, except })
    return { names: picked.map((job) => job.name), unmatched }
  }

  it('means all of them without patterns', () => {
    expect(pick([])).toEqual({ names: ['sales', 'sales_eu', 'orders'], unmatched: [] })
  })

  it('takes names by pattern, and a whole job id', () => {
    expect(pick(['sales*'])).toEqual({ names: ['sales', 'sales_eu'], unmatched: [] })
    expect(pick([id])).toEqual({ names: ['orders'], unmatched: [] })
  })

  it('takes away what is excepted, also of what is named', () => {
    expect(pick(['sales*'], ['sales_eu'])).toEqual({ names: ['sales'], unmatched: [] })
  })

  it('tells patterns that mean nothing, on either side', () => {
    expect(pick(['salse'], ['oders'])).toEqual({ names: [], unmatched: ['salse', 'oders'] })
  })
})
