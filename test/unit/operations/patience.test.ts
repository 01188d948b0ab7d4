import { describe, expect, it } from 'vitest'
import { EXIT, FlinkopsError } from '../../../src/lib/errors.js'
import { patientJobManager, patiently } from '../../../src/lib/operations/patience.js'
import { fakeJobManager } from '../../support/fake-ports.js'

const gone = () => new FlinkopsError('Cannot reach the JobManager.', { code: 'UNREACHABLE', exitCode: EXIT.unreachable })

/** Calls that fail so often before they answer; a second passes with each look at the clock. */
function patience(failures: number, options: { longestMs?: number; error?: () => Error } = {}) {
  const said: string[] = []
  let clockMs = 0
  let calls = 0
  const again = patiently({
    onDown: ({ message }) => said.push(`down: ${message}`),
    onBack: (downMs) => said.push(`back after ${downMs} ms`),
    now: () => (clockMs += 1000),
    pauseMs: 0,
    ...(options.longestMs !== undefined && { longestMs: options.longestMs }),
  })
  const call = async () => {
    calls++
    if (calls <= failures) throw (options.error ?? gone)()
    return 'answer'
  }
  return { again, call, said, calls: () => calls }
}

const { signal } = new AbortController()

describe('patiently', () => {
  it('goes on until somebody answers, and says both once', async () => {
    const { again, call, said } = patience(3)

    expect(await again(call, signal)).toBe('answer')
    expect(said).toEqual(['down: Cannot reach the JobManager.', expect.stringMatching(/^back after \d+000 ms$/)])
  })

  it('says nothing while all is well', async () => {
    const { again, call, said } = patience(0)

    await again(call, signal)
    expect(said).toEqual([])
  })

  it('does not repeat what was answered with a refusal', async () => {
    const refused = () => new FlinkopsError('No.', { code: 'JOBMANAGER_ERROR', exitCode: EXIT.failedOnCluster })
    const { again, call, calls } = patience(1, { error: refused })

    await expect(again(call, signal)).rejects.toThrow('No.')
    expect(calls()).toBe(1)
  })

  it('ends with the signal', async () => {
    const { again, call } = patience(Number.POSITIVE_INFINITY)
    const abort = new AbortController()
    const end = again(call, abort.signal)
    abort.abort()

    await expect(end).rejects.toThrow()
  })

  it('gives up when nobody has answered for too long', async () => {
    const { again, call } = patience(Number.POSITIVE_INFINITY, { longestMs: 5000 })

    await expect(again(call, signal)).rejects.toThrow('Cannot reach the JobManager.')
  })
})

describe('patientJobManager', () => {
  it('waits with every call that a JobManager has', async () => {
    const calls: string[] = []
    const plain = fakeJobManager({})
    const flaky = Object.fromEntries(
      Object.entries(plain).map(([name, value]) => {
        let isDown = true
        const call = async () => {
          calls.push(name)
          if (!isDown) return name
          isDown = false
          throw gone()
        }
        return [name, typeof value === 'string' ? value : call]
      }),
    ) as unknown as typeof plain
    const patient = patientJobManager(flaky, patience(0).again)

    const names = Object.keys(plain).filter((name) => name !== 'url')
    for (const name of names) {
      const call = Reflect.get(patient, name) as (...args: unknown[]) => Promise<string>
      const args = Array.from({ length: call.length - 1 }, () => 'a')
      expect(await call(...args, signal)).toBe(name)
    }
    expect(calls).toHaveLength(2 * names.length)
  })
})
