import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type FreshContainer, freshContainer } from '../../support/azurite.js'
import { cluster, completedOperation, endlessOperation, SALES } from '../../support/fake-cluster.js'
import { type FakeJobManager, startFakeJobManager } from '../../support/fake-jobmanager.js'
import { type Cli, runInTerminal, screenLines, startCli } from '../../support/run-cli.js'
import { storeSavepoint } from '../../support/stored-snapshot.js'

const SAVEPOINT = 'savepoints/savepoint-a1b2c3-000000000001'
const TRIGGER = /trigger id ([0-9a-f]{32})/

let fresh: FreshContainer
let jobManager: FakeJobManager
let cli: Cli

beforeEach(async () => {
  fresh = await freshContainer()
  await storeSavepoint(fresh.client, SAVEPOINT)
  jobManager = await startFakeJobManager({ ...cluster(), ...endlessOperation(SALES) })
  cli = await startCli({ endpoint: fresh.endpoint, container: fresh.container, jobManagers: [jobManager.url] })
})

afterEach(async () => {
  await cli.close()
  await jobManager.stop()
})

/** Presses Ctrl-C once the wait has begun, which is when the operation was asked for. */
function interruptedWhileWaiting(args: string[]) {
  const ctrlC = new AbortController()
  jobManager.script({
    [`GET /v1/jobs/${SALES}/savepoints/*`]: () => {
      setTimeout(() => ctrlC.abort(), 50)
      return { body: { status: { id: 'IN_PROGRESS' }, operation: null } }
    },
  })
  return cli.run(args, { signal: ctrlC.signal })
}

const posts = () => jobManager.asked.filter((one) => one.method === 'POST')
const triggerIdOf = (stderr: string) => TRIGGER.exec(stderr)?.[1] ?? 'no trigger id was said'

describe('Ctrl-C during a wait', () => {
  it.each([
    ['savepoint', ['savepoint', 'sales_pipeline'], 'The savepoint goes on in the cluster.'],
    ['stop', ['stop', 'sales_pipeline', '--yes'], 'The stop with savepoint goes on in the cluster.'],
  ])('ends %s with 130 and names the way to re-attach', async (_, args, words) => {
    const { stdout, stderr, code } = await interruptedWhileWaiting(args)

    expect(stdout).toBe('')
    expect(stderr).toContain(`Error: Interrupted. ${words}\n`)
    expect(stderr).toContain(`flinkops savepoint --attach ${triggerIdOf(stderr)}`)
    expect(code).toBe(130)
    expect(posts()).toHaveLength(1)
  })

  it('is one JSON document under --json, and still 130', async () => {
    const { stdout, stderr, code } = await interruptedWhileWaiting(['savepoint', 'sales_pipeline', '--json'])

    const [{ triggerId }] = (await cli.operations()) as [{ triggerId: string }]
    expect(JSON.parse(stdout)).toEqual({
      error: {
        code: 'INTERRUPTED',
        message: 'Interrupted. The savepoint goes on in the cluster.',
        suggestions: [`Go on waiting for it: flinkops savepoint --attach ${triggerId}`],
        exitCode: 130,
      },
    })
    expect(stderr).toBe('')
    expect(code).toBe(130)
  })

  it('leaves an operation that --attach finds when it is done', async () => {
    const interrupted = await interruptedWhileWaiting(['savepoint', 'sales_pipeline'])
    jobManager.script(completedOperation(SALES, cli.path(SAVEPOINT)))

    const { stdout, code } = await cli.run(['savepoint', '--attach', triggerIdOf(interrupted.stderr)])

    expect(stdout).toBe(`${cli.path(SAVEPOINT)}\n`)
    expect(code).toBe(0)
    expect(posts()).toHaveLength(1)
  })
})

describe('Ctrl-C at a question', () => {
  it('ends with 130 before anything was asked of the cluster', async () => {
    const { text, code } = await runInTerminal(cli, ['stop', 'sales_pipeline'], {
      columns: 100,
      answer: { to: 'Stop sales_pipeline (a1b2c3d4) with a savepoint? [y/N] ', type: '\u0003' },
    })

    expect(screenLines(text)).toContain('Error: Interrupted.')
    expect(text).not.toContain('This is a bug')
    expect(code).toBe(130)
    expect(posts()).toEqual([])
  })

  it('is another thing than no', async () => {
    const { text, code } = await runInTerminal(cli, ['stop', 'sales_pipeline'], { columns: 100, answer: { to: '[y/N] ', type: 'n\n' } })

    expect(screenLines(text)).toContain('Error: Nothing was stopped.')
    expect(code).toBe(6)
    expect(posts()).toEqual([])
  })
})

/** A proxy's own answers to the POST; none of them lets Flink see it. */
describe('a trigger that is refused', () => {
  it.each([
    ['405 of a proxy that passes GET alone (YARN)', { status: 405, type: 'text/html', body: '<html>' }, 7],
    ['404 of an ingress that routes single paths', { status: 404, type: 'text/html', body: '<html>' }, 7],
    ['413 of a proxy', { status: 413, type: 'text/html', body: '<html>' }, 9],
    ['401', { status: 401, type: 'text/html', body: '<html>' }, 4],
    ['a redirect to a login', { status: 302, type: 'text/html', body: '<html>' }, 7],
    ['400 of Flink', { status: 400, body: { errors: ['Request did not match expected format.'] } }, 9],
  ])('%s: nothing was begun, and there is nothing to attach to', async (_, answer, exit) => {
    jobManager.script({ [`POST /v1/jobs/${SALES}/savepoints`]: answer, [`POST /v1/jobs/${SALES}/stop`]: answer })
    for (const args of [
      ['savepoint', 'sales_pipeline'],
      ['stop', 'sales_pipeline', '--yes'],
    ]) {
      const { stdout, stderr, code } = await cli.run(args)

      expect({ stdout, code }).toEqual({ stdout: '', code: exit })
      expect(stderr).not.toContain('--attach')
      expect(stderr).toContain(args[0] === 'stop' ? 'Nothing was stopped.' : 'No savepoint was begun.')
    }
    expect(posts()).toHaveLength(2)
  })
})

describe('a trigger whose answer tells nothing', () => {
  it.each([
    ['500 at a leader change', { status: 500, body: { errors: ['Internal server error.', 'FencingTokenException: not set'] } }],
    ['429', { status: 429, type: 'text/plain', body: 'Too Many Requests' }],
  ])('is asked for again under the same id after %s', async (_, answer) => {
    let posted = 0
    jobManager.script({
      ...completedOperation(SALES, cli.path(SAVEPOINT)),
      [`POST /v1/jobs/${SALES}/savepoints`]: () => (posted++ === 0 ? answer : { status: 202, body: {} }),
    })

    expect(await cli.run(['savepoint', 'sales_pipeline'])).toMatchObject({ stdout: `${cli.path(SAVEPOINT)}\n`, code: 0 })
    expect(new Set(posts().map((one) => JSON.parse(one.body).triggerId)).size).toBe(1)
  })
})

describe('stop of one job', () => {
  it.each([
    ['in a pipe', [], {}],
    ['--no-input', ['--no-input'], {}],
    ['--json', ['--json'], {}],
    ['in CI', [], { CI: 'true' }],
  ])('takes nothing down where nobody can be asked: %s, exit 6', async (_, more, env) => {
    const { stdout, stderr, code } = await cli.run(['stop', 'sales_pipeline', ...more], { env })

    expect(code).toBe(6)
    expect(stdout + stderr).toContain('Nothing was stopped: there is nobody to ask.')
    expect(posts()).toEqual([])
  })

  it('is told of another that is at it: exit 10, asked for once', async () => {
    const first = new AbortController()
    const under = interruptedWhen(first)
    await vi.waitFor(() => expect(posts()).toHaveLength(1), 10_000)

    const second = await cli.run(['stop', 'sales_pipeline', '--yes'])
    first.abort()
    await under

    expect(second).toMatchObject({ stdout: '', code: 10 })
    expect(second.stderr).toContain('Another flinkops')
    expect(posts()).toHaveLength(1)
  })

  function interruptedWhen({ signal }: AbortController) {
    return cli.run(['stop', 'sales_pipeline', '--yes'], { signal })
  }
})

describe('--timeout', () => {
  it('ends the wait with 8 and names the way to re-attach', async () => {
    const { stdout, stderr, code } = await cli.run(['savepoint', 'sales_pipeline', '--timeout', '3s'])

    expect(stdout).toBe('')
    expect(stderr).toContain('Error: Gave up waiting after 3 s (--timeout). The savepoint goes on in the cluster.')
    expect(stderr).toContain(`flinkops savepoint --attach ${triggerIdOf(stderr)}`)
    expect(code).toBe(8)
  })
})

describe('the trigger id', () => {
  it('stands in the journal before the POST is answered', async () => {
    let journalAtPost: Record<string, unknown>[] = []
    jobManager.script({
      ...completedOperation(SALES, cli.path(SAVEPOINT)),
      [`POST /v1/jobs/${SALES}/savepoints`]: async ({ body }) => {
        journalAtPost = await cli.operations()
        return { status: 202, body: { 'request-id': JSON.parse(body).triggerId } }
      },
    })

    const { code } = await cli.run(['savepoint', 'sales_pipeline'])

    const { triggerId } = JSON.parse(posts()[0]?.body ?? '{}')
    expect(triggerId).toMatch(/^[0-9a-f]{32}$/)
    expect(journalAtPost).toEqual([expect.objectContaining({ event: 'started', kind: 'savepoint', triggerId, jobId: SALES })])
    expect(code).toBe(0)
  })

  it('is the same when the answer of the POST was lost and it is sent again', async () => {
    let posted = 0
    jobManager.script({
      ...completedOperation(SALES, cli.path(SAVEPOINT)),
      [`POST /v1/jobs/${SALES}/savepoints`]: ({ body }) => {
        posted++
        return posted === 1 ? 'drop' : { status: 202, body: { 'request-id': JSON.parse(body).triggerId } }
      },
    })

    const { stdout, code } = await cli.run(['savepoint', 'sales_pipeline'])

    const ids = posts().map((one) => JSON.parse(one.body).triggerId)
    expect(ids).toHaveLength(2)
    expect(new Set(ids).size).toBe(1)
    expect(stdout).toBe(`${cli.path(SAVEPOINT)}\n`)
    expect(code).toBe(0)
  })
})

describe('a JobManager that dies in mid-wait', () => {
  it('is waited for up to --timeout, which tells how to re-attach, and --attach finds the result on storage when it comes back without memory', async () => {
    const back = await startFakeJobManager({
      ...cluster(),
      [`GET /v1/jobs/${SALES}/savepoints/*`]: {
        status: 404,
        body: {
          errors: [
            'org.apache.flink.runtime.rest.handler.RestHandlerException: There is no savepoint operation with triggerId=x for job y.',
          ],
        },
      },
    })
    jobManager.script({ [`GET /v1/jobs/${SALES}/savepoints/*`]: () => jobManager.stop().then(() => 'drop' as const) })

    const died = await cli.run(['savepoint', 'sales_pipeline', '--timeout', '6s'])
    await storeSavepoint(fresh.client, SAVEPOINT)
    const attached = await cli.run(['savepoint', '--attach', triggerIdOf(died.stderr), '--jobmanager', back.url])
    await back.stop()

    expect(died.stderr).toContain('Error: Gave up waiting after 6 s (--timeout). Whether the savepoint goes on is not known: Cannot reach')
    expect(died.stderr.match(/waiting on/g)).toHaveLength(1)
    expect(died.stderr).toContain(`flinkops savepoint --attach ${triggerIdOf(died.stderr)}`)
    expect(died.stdout).toBe('')
    expect(died.code).toBe(8)
    expect(attached.stdout).toBe(`${cli.path(SAVEPOINT)}\n`)
    expect(attached.code).toBe(0)
  })
})
