import { describe, expect, it } from 'vitest'
import { namedByWindows } from '../../../src/lib/state/windows.js'
import { checkpointDirectory, jobId, keyAt, savepointDirectory, uri } from '../../support/builders.js'
import { manifest, manifestJob } from '../../support/fake-manifest.js'

const A = jobId(0xa)
const SAVEPOINT = savepointDirectory(A, 1)
const LAST = checkpointDirectory(A, 7)
const job = (parts: Parameters<typeof manifestJob>[0] = {}) => {
  const one = manifestJob({ state: 'stopped', path: uri(SAVEPOINT), ...parts })
  return { ...one, configuration: { ...one.configuration, lastCheckpoint: uri(LAST) } }
}
const keys = (...manifests: Parameters<typeof namedByWindows>[0]) => [...namedByWindows(manifests).keys()]

describe('what open maintenance windows name', () => {
  it('is the savepoint and the last checkpoint of each job, with the window and since when it is open', () => {
    const named = namedByWindows([manifest({ jobs: [job()] })])
    expect([...named]).toEqual(
      [SAVEPOINT, LAST].map((name) => [
        keyAt(name),
        'sales_pipeline may have to come back from it: maintenance window 20261122T120000-abcdef of 2026-11-22T12:00:00.000Z is still open',
      ]),
    )
  })

  it('is in any spelling, and with or without _metadata, the same directory', () => {
    const abfss = uri(`${SAVEPOINT}/_metadata`).replace('wasbs:', 'abfss:').replace('.blob.', '.dfs.')
    expect(keys(manifest({ jobs: [job({ path: abfss })] }))).toEqual([SAVEPOINT, LAST].map(keyAt))
  })

  it('is of a job that could not be stopped its last checkpoint', () => {
    expect(keys(manifest({ jobs: [job({ state: 'failed', path: null })] }))).toEqual([keyAt(LAST)])
  })

  it('is also of a job that is back, while another is not', () => {
    expect(keys(manifest({ jobs: [job({ state: 'running' }), manifestJob({ jobId: jobId(0xb), state: 'stopped' })] }))).toEqual(
      [SAVEPOINT, LAST].map(keyAt),
    )
  })

  it.each([
    ['came to its end', manifest({ jobs: [job({ state: 'running' })] })],
    ['was given up', manifest({ jobs: [job()], isClosed: true })],
  ])('is nothing of a window that %s', (_, closed) => {
    expect(keys(closed)).toEqual([])
  })

  it('is what the newest copy of a manifest says, in whatever order they come', () => {
    const open = manifest({ revision: 5, jobs: [job()] })
    const closed = manifest({ revision: 6, jobs: [job({ state: 'running' })] })
    expect([keys(open, closed), keys(closed, open)]).toEqual([[], []])
    expect(keys(closed, manifest({ revision: 7, jobs: [job()] }))).toHaveLength(2)
  })

  it('leaves out what lies in no Azure container', () => {
    expect(keys(manifest({ jobs: [job({ path: 'file:///tmp/savepoint-1' })] }))).toEqual([keyAt(LAST)])
  })
})
