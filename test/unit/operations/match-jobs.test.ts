import { describe, expect, it } from 'vitest'
import { matchJobs } from '../../../src/lib/operations/match-jobs.js'
import { knowJobs } from '../../../src/lib/state/jobs.js'

const FIRST = 'a1b2c3d4e5f60718293a4b5c6d7e8f90'
const SECOND = 'a1b2ffffffffffffffffffffffffffff'
const UNNAMED = '99990000000000000000000000000000'
const named = (jobId: string, name: string) => ({ jobId, source: 'journal' as const, where: 'the journal', name })
const JOBS = knowJobs({
  evidence: [named(FIRST, 'sales'), named(SECOND, 'sales')],
  jobIds: [UNNAMED],
  exclusive: false,
  allClustersAnswered: true,
})

describe('matchJobs', () => {
  it('takes a name for every run of that job', () => {
    expect(matchJobs('sales', JOBS)).toEqual(new Set([FIRST, SECOND]))
  })

  it.each([[UNNAMED], ['9999'], [' 9999 '], [UNNAMED.toUpperCase()]])('takes %j for the one job of that id', (text) => {
    expect(matchJobs(text, JOBS)).toEqual(new Set([UNNAMED]))
  })

  it('refuses a prefix of more than one', () => {
    expect(() => matchJobs('a1b2', JOBS)).toThrow(
      expect.objectContaining({ exitCode: 2, message: `a1b2 means more than one job: ${FIRST}, ${SECOND}.` }),
    )
  })

  it.each([
    ['nope', 'No job nope is known by name, and it is no job id.'],
    ['abc', 'No job abc is known by name, and it is no job id.'],
    ['dead', 'No job dead is known to the cluster, the history or storage.'],
  ])('names what is known when it is not %s', (text, message) => {
    expect(() => matchJobs(text, JOBS)).toThrow(
      expect.objectContaining({ code: 'JOB_NOT_FOUND', exitCode: 5, message, suggestions: ['Known names: sales.'] }),
    )
  })

  it('says so when no name is known at all', () => {
    expect(() => matchJobs('nope', new Map())).toThrow(
      expect.objectContaining({ suggestions: ['No job name is known here; give a job id.'] }),
    )
  })
})
