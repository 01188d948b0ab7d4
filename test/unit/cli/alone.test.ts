import { describe, expect, it } from 'vitest'
import { type AloneInput, alone } from '../../../src/lib/cli/alone.js'
import { EXIT, FlinkopsError } from '../../../src/lib/errors.js'
import type { WindowLock } from '../../../src/lib/ports-lock.js'
import { uri } from '../../support/fake-ports.js'
import { startProcess, world } from '../../support/fake-window.js'

type Acquire = WindowLock['acquireWindow']

function problem(code: string, exitCode: FlinkopsError['exitCode']): FlinkopsError {
  return new FlinkopsError('The storage says no.', { code, exitCode })
}

function setUp(acquireWindow: Acquire, parts: Partial<AloneInput> = {}) {
  const notices: string[] = []
  const { context } = startProcess(world([]))
  const released: string[] = []
  context.storage = async () => ({ acquireWindow }) as Partial<WindowLock> as Awaited<ReturnType<typeof context.storage>>
  context.maintenance.hold = async () => async () => void released.push('machine')
  const input: AloneInput = {
    context,
    screen: { notice: (text) => notices.push(text) },
    isDryRun: false,
    command: 'stop --all',
    savepoints: async () => uri('savepoints'),
    ...parts,
  }
  return { input, notices, released }
}

const free: Acquire = async () => ({ lost: new AbortController().signal, release: async () => undefined })

describe('alone at a maintenance window', () => {
  it('holds the lock in the container of the savepoints while it works, and gives back both', async () => {
    const asked: object[] = []
    const { input, released } = setUp(async ({ signal: _, ...options }) => {
      asked.push(options)
      return { lost: new AbortController().signal, release: async () => void released.push('container') }
    })

    expect(await alone(input, async () => [...released])).toEqual([])
    expect(released).toEqual(['container', 'machine'])
    expect(asked).toEqual([
      { account: 'acct.blob.core.windows.net', container: 'flink', command: 'stop --all', leaseId: expect.any(String) },
    ])
  })

  it('is turned away when another machine is at it, and works at nothing', async () => {
    const { input, released } = setUp(() => Promise.reject(problem('LOCKED', EXIT.locked)))
    const work = alone(input, () => Promise.reject(new Error('it worked')))

    await expect(work).rejects.toMatchObject({ code: 'LOCKED', exitCode: 10 })
    expect(released).toEqual(['machine'])
  })

  it.each([EXIT.unreachable, EXIT.notAuthorised, EXIT.notFound])(
    'goes on without the lock, and says so, when storage answers with %d',
    async (code) => {
      const { input, notices } = setUp(() => Promise.reject(problem('STORAGE', code)))

      expect(await alone(input, async () => 'worked')).toBe('worked')
      expect(notices).toEqual(['Other machines are not kept away from this window: The storage says no.'])
    },
  )

  it('ends its work when the lock is lost', async () => {
    const lost = new AbortController()
    const { input } = setUp(async () => ({ lost: lost.signal, release: async () => undefined }))
    const reason = await alone(input, async ({ signal }) => {
      lost.abort(problem('LOCK_LOST', EXIT.locked))
      return signal.reason as unknown
    })

    expect(reason).toMatchObject({ code: 'LOCK_LOST', exitCode: 10 })
  })

  it('takes no lock to look, nor where no savepoints are known', async () => {
    const never: Acquire = () => Promise.reject(new Error('no lock was expected'))
    expect(await alone(setUp(never, { isDryRun: true }).input, async () => 'looked')).toBe('looked')
    expect(await alone(setUp(never, { savepoints: async () => null }).input, async () => 'worked')).toBe('worked')
    expect(await alone(setUp(free).input, async () => 'worked')).toBe('worked')
  })
})
