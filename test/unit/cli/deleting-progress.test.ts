import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { tellDeleting } from '../../../src/lib/cli/deleting-progress.js'
import { Progress } from '../../../src/lib/cli/progress.js'
import { person, pipe } from '../../support/fake-streams.js'

const CLEAR = '\r\u001B[2K'
let written = ''

beforeEach(() => {
  written = ''
  vi.stubEnv('TERM', 'xterm')
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    written += String(text)
    return true
  })
})

afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
})

/** A thousand a second for ten seconds, then a hundred. */
function run(progress: Progress): void {
  let nowMs = 0
  const told = tellDeleting({ progress, plannedBlobs: 12_000, nowMs: () => nowMs })
  const settle = (atMs: number, settledBlobs: number) => {
    nowMs = atMs
    told.onProgress({ settledBlobs, deletedBlobs: settledBlobs })
  }
  settle(0, 0)
  settle(100, 100)
  settle(10_000, 10_000)
  for (let second = 1; second <= 11; second++) settle(10_000 + second * 1000, 10_000 + second * 100)
  told.done()
}

it('shows a person how far it is, at the rate of the last ten seconds, and leaves nothing behind', () => {
  run(new Progress(person(80), false))

  expect(written).toContain('Deleting: 10,000 of 12,000 blobs, 1,000/s, 2s left')
  expect(written).toContain('Deleting: 11,100 of 12,000 blobs, 100/s, 9s left')
  // Ten changes a second are too many to read.
  expect(written).not.toContain('Deleting: 100 of')
  expect(written.endsWith(CLEAR)).toBe(true)
})

it('tells a log that it starts and how it went', () => {
  run(new Progress(pipe(), false))

  expect(written).toBe('Deleting 12,000 blobs.\nWent through 11,100 blobs in 21s, 529/s.\n')
})

it('tells nothing when there was nothing, and nothing at all when it is to be silent', () => {
  tellDeleting({ progress: new Progress(pipe(), false), plannedBlobs: 0, nowMs: () => 0 }).done()
  run(new Progress(pipe(), true))

  expect(written).toBe('')
})
