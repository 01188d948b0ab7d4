import { describe, expect, it } from 'vitest'
import { joinWindow, newWindow, type WindowJob, withGone } from '../../../src/lib/state/window.js'
import { manifest, manifestJob } from '../../support/fake-manifest.js'

const { configuration } = manifestJob()

function onCluster(jobId: string, name: string): WindowJob {
  return { jobId, name, spec: null, configuration }
}

function join(jobs: ReturnType<typeof manifestJob>[], running: WindowJob[]) {
  const { manifest: joined, superseded } = joinWindow(manifest({ jobs }), running, 0)
  return { jobs: joined.jobs.map(({ jobId, name, state, path }) => ({ jobId, name, state, path })), superseded }
}

describe('joinWindow', () => {
  it('plans the jobs of a new window in the order given', () => {
    const window = newWindow({ id: 'w', context: null, jobManager: 'http://jm', flinkVersion: '2.3.0' }, 0)

    const { manifest: joined } = joinWindow(window, [onCluster('a', 'sales'), onCluster('b', 'orders')], 0)

    expect(joined.jobs.map((job) => [job.jobId, job.state])).toEqual([
      ['a', 'planned'],
      ['b', 'planned'],
    ])
    expect(joined.revision).toBe(1)
  })

  it('leaves alone what is down already, and adds what runs besides', () => {
    const down = manifestJob({ jobId: 'a', name: 'sales', state: 'stopped', path: 'p' })

    expect(join([down], [onCluster('b', 'orders')]).jobs).toEqual([
      { jobId: 'a', name: 'sales', state: 'stopped', path: 'p' },
      { jobId: 'b', name: 'orders', state: 'planned', path: null },
    ])
  })

  it('plans once more what could not be stopped', () => {
    const failed = manifestJob({ jobId: 'a', state: 'failed', error: 'no slot' })

    expect(join([failed], [onCluster('a', 'sales_pipeline')]).jobs).toMatchObject([{ jobId: 'a', state: 'planned' }])
  })

  it('takes up a stop that is under way', () => {
    const stopping = manifestJob({ jobId: 'a', state: 'stopping', triggerId: 't' })

    expect(join([stopping], [onCluster('a', 'sales_pipeline')]).jobs).toMatchObject([{ jobId: 'a', state: 'stopping' }])
  })

  it('puts the run that was brought back in the place of the one that was stopped', () => {
    const back = manifestJob({ jobId: 'a', state: 'running', path: 'p', resumedAs: 'c' })
    const other = manifestJob({ jobId: 'b', name: 'orders', state: 'stopped', path: 'q' })

    const { jobs, superseded } = join([back, other], [onCluster('c', 'sales_pipeline')])

    expect(jobs.map((job) => [job.jobId, job.state])).toEqual([
      ['c', 'planned'],
      ['b', 'stopped'],
    ])
    expect(superseded).toEqual([])
  })

  it('names the entry that gives way to a run from elsewhere: its path must not be lost without a word', () => {
    const down = manifestJob({ jobId: 'a', state: 'stopped', path: 'p' })

    const { jobs, superseded } = join([down], [onCluster('x', 'sales_pipeline')])

    expect(jobs).toMatchObject([{ jobId: 'x', state: 'planned', path: null }])
    expect(superseded).toEqual([down])
  })
})

it('calls a job failed that was to be stopped and has ended by itself, and no other', () => {
  const jobs = (['planned', 'stopping', 'stopped'] as const).map((state) => manifestJob({ jobId: state, state }))
  const gone = withGone(manifest({ jobs: [...jobs, manifestJob({ jobId: 'alive', state: 'planned' })] }), new Set(['alive']))
  const error = 'it ended before it was asked to stop, so no savepoint of it was taken'
  expect(gone.jobs.map((job) => [job.jobId, job.state])).toEqual([
    ['planned', 'failed'],
    ['stopping', 'stopping'],
    ['stopped', 'stopped'],
    ['alive', 'planned'],
  ])
  expect(gone.jobs[0]?.error).toBe(error)
})
