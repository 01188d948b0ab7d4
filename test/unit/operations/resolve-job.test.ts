import { describe, expect, it } from 'vitest'
import { hasEnded, resolveJob } from '../../../src/lib/operations/resolve-job.js'
import { overview } from '../../support/fake-ports.js'

const SALES = 'a1b2c3d4e5f60718293a4b5c6d7e8f90'
const ENRICH = 'a1b2ffffffffffffffffffffffffffff'
const OLD = '99990000000000000000000000000000'
const OLDER = '99991111111111111111111111111111'
const JOBS = [
  overview({ jobId: SALES, name: 'sales_pipeline' }),
  overview({ jobId: ENRICH, name: 'enrich' }),
  overview({ jobId: OLD, name: 'sales_pipeline', state: 'CANCELED' }),
  overview({ jobId: OLDER, name: 'gone', state: 'FAILED' }),
]

const refusal = (text: string, jobs = JOBS) => {
  try {
    return resolveJob(text, jobs).jobId
  } catch (error) {
    return error
  }
}

describe('resolveJob', () => {
  it.each([
    ['a whole id', SALES, SALES],
    ['an id in upper case, with spaces around it', `  ${SALES.toUpperCase()} `, SALES],
    ['a unique prefix', 'a1b2c', SALES],
    ['a unique name', 'enrich', ENRICH],
    ['the running one of a name that an ended job has, too', 'sales_pipeline', SALES],
    ['an ended job by its id', OLD, OLD],
    ['an ended job by its prefix', '99991', OLDER],
    ['an ended job by its name, when none of that name runs', 'gone', OLDER],
  ])('finds %s', (_, text, jobId) => {
    expect(resolveJob(text, JOBS).jobId).toBe(jobId)
  })

  it('prefers a name to a prefix that looks like it', () => {
    const named = overview({ jobId: ENRICH, name: 'beef' })
    expect(resolveJob('beef', [overview({ jobId: `beef${'0'.repeat(28)}` }), named]).jobId).toBe(ENRICH)
  })

  it.each([
    ['a1b2', `a1b2 means more than one job: ${SALES} (sales_pipeline, RUNNING), ${ENRICH} (enrich, RUNNING).`],
    ['9999', `9999 means more than one job: ${OLD} (sales_pipeline, CANCELED), ${OLDER} (gone, FAILED).`],
    ['a1b', 'a1b is too short: a prefix of a job id needs at least 4 hex digits.'],
    [`${SALES}0`, `${SALES}0 has 33 digits; a job id has 32 hex digits.`],
    [' ', 'The job is empty: give a job id, a prefix of it, or a job name.'],
  ])('refuses %j as a usage error', (text, message) => {
    expect(refusal(text)).toMatchObject({ code: 'USAGE', exitCode: 2, message })
  })

  it('names what runs when it knows no such job', () => {
    expect(refusal('nope')).toMatchObject({
      code: 'JOB_NOT_FOUND',
      exitCode: 5,
      message: 'No job nope on this cluster.',
      suggestions: ['Running there: sales_pipeline, enrich.', 'List all of them: flinkops list-jobs'],
    })
    expect(refusal('nope', [])).toMatchObject({ suggestions: ['No job is running there.', 'List all of them: flinkops list-jobs'] })
  })
})

describe('hasEnded', () => {
  it('takes only globally terminal states for an end, not SUSPENDED or a word nobody knows', () => {
    const states = ['FINISHED', 'CANCELED', 'FAILED', 'SUSPENDED', 'RESTARTING', 'CANCELLING', 'NEW_WORD']
    expect(states.filter(hasEnded)).toEqual(['FINISHED', 'CANCELED', 'FAILED'])
  })
})
