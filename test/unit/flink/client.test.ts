import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { EXIT } from '../../../src/lib/errors.js'
import { createJobManager } from '../../../src/lib/flink/client.js'
import { crash, HANDLER, JOB, json, type Loopback, never, refuse, type Seen, serve, TRIGGER } from './loopback.js'

let server: Loopback
afterEach(() => server.close())

type Routes = Record<string, (response: Parameters<typeof json>[0], seen: Seen) => void>

/** Answers by `METHOD /path`; anything else as Flink's router does. */
async function jobManager(routes: Routes) {
  server = await serve((seen, response) => {
    const route = routes[`${seen.method} ${seen.path}`]
    if (route) route(response, seen)
    else refuse(response, 404, seen.method === 'GET' ? `Unable to load requested file ${seen.path}.` : `Not found: ${seen.path}`)
  })
  return createJobManager({ url: server.url, patienceMs: 3000 })
}

const sent = (path: string) => server.seen.filter((seen) => seen.path === path).map(({ body }) => JSON.parse(body))
const overview = (version: string) => ({
  'GET /v1/overview': (response: Parameters<typeof json>[0]) => json(response, 200, { 'flink-version': version }),
})
const unknownJob = `org.apache.flink.runtime.rest.NotFoundException: Job ${JOB} not found\n\tat x.Y.z(Y.java:1)`
const notFoundStack = `org.apache.flink.runtime.messages.FlinkJobNotFoundException: Could not find Flink job (${JOB})\n\tat x.Y.z(Y.java:1)`

describe('a job that is not known here', () => {
  it('is null, from 404 and from the 500 of /status', async () => {
    const client = await jobManager({
      [`GET /v1/jobs/${JOB}`]: (response) => refuse(response, 404, unknownJob),
      [`GET /v1/jobs/${JOB}/status`]: (response) => crash(response, notFoundStack),
      [`GET /v1/jobs/${JOB}/checkpoints`]: (response) => refuse(response, 404, unknownJob),
      [`GET /v1/jobs/${JOB}/checkpoints/config`]: (response) =>
        refuse(response, 404, `${HANDLER}Checkpointing was not enabled for job ${JOB}.`),
      [`GET /v1/jobs/${JOB}/exceptions`]: (response) => refuse(response, 404, unknownJob),
    })
    expect(await client.job(JOB, never())).toBeNull()
    expect(await client.jobState(JOB, never())).toBeNull()
    expect(await client.checkpoints(JOB, never())).toBeNull()
    expect(await client.checkpointConfig(JOB, never())).toBeNull()
    expect(await client.failureCause(JOB, never())).toBeNull()
  })

  it('is not confused with a wrong prefix', async () => {
    const client = await jobManager({})
    for (const call of [client.job, client.jobState, client.checkpoints]) {
      await expect(call(JOB, never())).rejects.toMatchObject({ code: 'UNREACHABLE', exitCode: EXIT.unreachable })
    }
    await expect(client.operation(JOB, TRIGGER, never())).rejects.toMatchObject({ code: 'UNREACHABLE' })
  })

  it('is looked up in the overview on 1.15, which has no /status', async () => {
    const job = { jid: JOB, name: 'a', state: 'RUNNING', 'start-time': 1 }
    const client = await jobManager({ 'GET /v1/jobs/overview': (response) => json(response, 200, { jobs: [job] }) })
    expect(await client.jobState(JOB.toUpperCase(), never())).toBe('RUNNING')
    expect(await client.jobState('f'.repeat(32), never())).toBeNull()
  })

  it('is another thing than one that still initializes', async () => {
    const stack =
      'java.util.concurrent.CompletionException: x.UnavailableDispatcherOperationException: Unable to get JobMasterGateway for initializing job. The requested operation is not available while the JobManager is initializing.'
    const client = await jobManager({ [`GET /v1/jobs/${JOB}/checkpoints`]: (response) => crash(response, stack) })
    await expect(client.checkpoints(JOB, never())).rejects.toMatchObject({ code: 'JOB_INITIALIZING', exitCode: EXIT.stillRunning })
  })
})

describe('an error of the JobManager', () => {
  it('is its innermost cause, exit 9', async () => {
    const stack =
      'java.util.concurrent.CompletionException: a.b.OuterException: outer one\n\tat x.Y.z(Y.java:1)\nCaused by: a.b.InnerException: the disk is full\n\t... 3 more'
    const client = await jobManager({ 'GET /v1/jobs/overview': (response) => crash(response, stack) })
    await expect(client.jobs(never())).rejects.toMatchObject({
      code: 'JOBMANAGER_ERROR',
      exitCode: EXIT.failedOnCluster,
      message: expect.stringMatching(/: the disk is full$/),
    })
  })

  it('in plain text from the pipeline is told too', async () => {
    const client = await jobManager({
      'GET /v1/overview': (response) => response.writeHead(500, { 'content-type': 'text/plain' }).end('Pipe broke.\nmore'),
    })
    await expect(client.version(never())).rejects.toMatchObject({
      exitCode: EXIT.failedOnCluster,
      message: expect.stringMatching(/Pipe broke\.$/),
    })
  })
})

describe('savepoint and stop', () => {
  it('spell the target directory each in its own way', async () => {
    const accept = (response: Parameters<typeof json>[0]) => json(response, 202, { 'request-id': TRIGGER })
    const client = await jobManager({ [`POST /v1/jobs/${JOB}/savepoints`]: accept, [`POST /v1/jobs/${JOB}/stop`]: accept })
    const request = { jobId: JOB, triggerId: TRIGGER, targetDirectory: 'wasbs://c@a/s', format: 'NATIVE' } as const
    await client.triggerSavepoint(request, never())
    await client.triggerStop({ ...request, drain: true }, never())
    await client.triggerSavepoint({ jobId: JOB, triggerId: TRIGGER, format: 'CANONICAL' }, never())
    expect(sent(`/v1/jobs/${JOB}/savepoints`)).toEqual([
      { 'target-directory': 'wasbs://c@a/s', 'cancel-job': false, formatType: 'NATIVE', triggerId: TRIGGER },
      { 'cancel-job': false, formatType: 'CANONICAL', triggerId: TRIGGER },
    ])
    expect(sent(`/v1/jobs/${JOB}/stop`)).toEqual([
      { targetDirectory: 'wasbs://c@a/s', drain: true, formatType: 'NATIVE', triggerId: TRIGGER },
    ])
  })

  it('whose answer is lost are asked again with the same trigger id', async () => {
    let calls = 0
    const client = await jobManager({
      [`POST /v1/jobs/${JOB}/stop`]: (response) => {
        calls++
        if (calls === 1) response.destroy()
        else json(response, 202, { 'request-id': TRIGGER })
      },
    })
    await client.triggerStop({ jobId: JOB, triggerId: TRIGGER, format: 'CANONICAL', drain: false }, never())
    const triggers = sent(`/v1/jobs/${JOB}/stop`).map(({ triggerId }) => triggerId)
    expect(triggers).toEqual([TRIGGER, TRIGGER])
  })

  it('without any directory say which key is missing', async () => {
    const text = `${HANDLER}Config key [state.savepoints.dir] is not set. Property [target-directory] must be provided.`
    const client = await jobManager({ [`POST /v1/jobs/${JOB}/savepoints`]: (response) => refuse(response, 400, text) })
    const trigger = client.triggerSavepoint({ jobId: JOB, triggerId: TRIGGER, format: 'CANONICAL' }, never())
    await expect(trigger).rejects.toMatchObject({
      exitCode: EXIT.failedOnCluster,
      message: expect.stringContaining('[state.savepoints.dir]'),
      suggestions: [expect.any(String)],
    })
  })

  it('are unknown here when the JobManager has no such trigger id', async () => {
    const text = `${HANDLER}There is no savepoint operation with triggerId=${TRIGGER} for job ${JOB}.`
    const client = await jobManager({ [`GET /v1/jobs/${JOB}/savepoints/${TRIGGER}`]: (response) => refuse(response, 404, text) })
    expect(await client.operation(JOB, TRIGGER, never())).toEqual({ state: 'unknown' })
  })
})

describe('cancel', () => {
  it.each([
    [202, '', null],
    [408, `${HANDLER}Job cancellation timed out.`, null],
    [404, `${HANDLER}Job could not be found.`, 'JOB_NOT_FOUND'],
    [409, `${HANDLER}Job cancellation failed because the job has already reached another terminal state (FINISHED).`, 'JOB_ALREADY_ENDED'],
  ])('%d', async (status, text, code) => {
    const client = await jobManager({
      [`PATCH /v1/jobs/${JOB}?mode=cancel`]: (response) => (text ? refuse(response, status, text) : json(response, status, {})),
    })
    const outcome = client.cancel(JOB, never())
    await (code === null ? expect(outcome).resolves.toBeUndefined() : expect(outcome).rejects.toMatchObject({ code }))
  })
})

describe('jars', () => {
  const jarPath = join(mkdtempSync(join(tmpdir(), 'flinkops-jar-')), 'my job.jar')
  writeFileSync(jarPath, 'PK content')
  const digest = /my_job-[0-9a-f]{64}\.jar/

  it('are uploaded once, named by content', async () => {
    const files: { id: string; name: string }[] = []
    const client = await jobManager({
      'GET /v1/jars': (response) => json(response, 200, { files }),
      'POST /v1/jars/upload': (response, { body }) => {
        const name = digest.exec(body)?.[0] ?? 'none'
        files.push({ id: `uuid_${name}`, name })
        json(response, 200, { filename: `/tmp/flink-web-upload/uuid_${name}`, status: 'success' })
      },
    })
    const first = await client.ensureJar(jarPath, never())
    expect(first).toMatch(/^uuid_my_job-[0-9a-f]{64}\.jar$/)
    expect(await client.ensureJar(jarPath, never())).toBe(first)
    const uploads = server.seen.filter(({ path }) => path === '/v1/jars/upload')
    expect(uploads).toHaveLength(1)
    expect(uploads[0]?.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/)
    expect(uploads[0]?.body).toContain('PK content')
    expect(uploads[0]?.body.match(/content-disposition/gi)).toHaveLength(1)
  })

  it.each([
    ['another name with the digest in it', (own: string) => `evil-${own}`],
    ['the digest and more', (own: string) => own.replace('.jar', '.jar.jar')],
    ['the digest under another stem', (own: string) => own.replace('my_job-', 'other-')],
  ])('are taken by just the name that their upload has, not by %s', async (_, nameOf) => {
    let own = ''
    const client = await jobManager({
      'GET /v1/jars': (response) => json(response, 200, { files: own === '' ? [] : [{ id: 'theirs', name: nameOf(own) }] }),
      'POST /v1/jars/upload': (response, { body }) => {
        own = digest.exec(body)?.[0] ?? 'none'
        json(response, 200, { filename: `/tmp/flink-web-upload/uuid_${own}`, status: 'success' })
      },
    })
    const first = await client.ensureJar(jarPath, never())
    expect(await client.ensureJar(jarPath, never())).toBe(first)
    expect(server.seen.filter(({ path }) => path === '/v1/jars/upload')).toHaveLength(2)
  })

  it('are not taken by an application cluster', async () => {
    const client = await jobManager({})
    await expect(client.ensureJar(jarPath, never())).rejects.toMatchObject({ code: 'JARS_NOT_SUPPORTED', exitCode: EXIT.failedOnCluster })
    await expect(client.ensureJar('/nowhere/x.jar', never())).rejects.toMatchObject({ exitCode: EXIT.notFound })
  })

  const request = {
    jarId: 'u_x.jar',
    jobId: JOB,
    programArgs: ['--a', 'b c'],
    restore: { path: 'wasbs://c@a/s', claimMode: 'NO_CLAIM', allowNonRestoredState: false },
  } as const
  const run = { ...request, programArgs: [...request.programArgs] }

  it.each([
    ['1.18.1', 'restoreMode'],
    ['1.19.3', 'restoreMode'],
    ['1.20.1', 'claimMode'],
    ['2.3.0', 'claimMode'],
  ])('run on %s with %s', async (version, field) => {
    const client = await jobManager({
      ...overview(version),
      'POST /v1/jars/u_x.jar/run': (response) => json(response, 200, { jobid: JOB }),
    })
    expect(await client.runJar({ ...run, entryClass: 'a.B', parallelism: 4 }, never())).toBe(JOB)
    expect(sent('/v1/jars/u_x.jar/run')).toEqual([
      {
        jobId: JOB,
        programArgsList: ['--a', 'b c'],
        entryClass: 'a.B',
        parallelism: 4,
        savepointPath: 'wasbs://c@a/s',
        allowNonRestoredState: false,
        [field]: 'NO_CLAIM',
      },
    ])
  })

  it.each([
    ['DuplicateJobSubmissionException: Job', 'RUNNING', null],
    ['DuplicateApplicationSubmissionException: Application', 'INITIALIZING', null],
    ['DuplicateJobSubmissionException: Job', 'FINISHED', 'JOB_ID_SPENT'],
  ])('%s has already been submitted and is %s', async (text, state, code) => {
    const stack = `${HANDLER}Could not execute application.\n\tat x.Y.z(Y.java:1)\nCaused by: org.apache.flink.runtime.client.${text} has already been submitted.`
    const client = await jobManager({
      ...overview('2.3.0'),
      'POST /v1/jars/u_x.jar/run': (response) => refuse(response, 400, stack),
      [`GET /v1/jobs/${JOB}/status`]: (response) => json(response, 200, { status: state }),
    })
    const outcome = client.runJar(run, never())
    await (code === null
      ? expect(outcome).resolves.toBe(JOB)
      : expect(outcome).rejects.toMatchObject({ code, exitCode: EXIT.failedOnCluster }))
  })

  it('that cannot be restored say why, and what the flag would do', async () => {
    const cause =
      'Failed to rollback to checkpoint/savepoint wasbs://c@a/s. Cannot map checkpoint/savepoint state for operator b71731f1 to the new program.'
    const client = await jobManager({
      ...overview('2.3.0'),
      'POST /v1/jars/u_x.jar/run': (response) =>
        refuse(response, 400, `${HANDLER}Could not execute application.\nCaused by: java.lang.IllegalStateException: ${cause}`),
    })
    await expect(client.runJar(run, never())).rejects.toMatchObject({
      code: 'JOB_NOT_STARTED',
      exitCode: EXIT.failedOnCluster,
      message: `The job did not start: ${cause}`,
      suggestions: expect.arrayContaining([expect.stringContaining('--allow-non-restored-state')]),
    })
  })

  it('are run once, and looked for when the answer is lost', async () => {
    const states: string[] = []
    const client = await jobManager({
      ...overview('2.3.0'),
      'POST /v1/jars/u_x.jar/run': (response) => response.writeHead(504, { 'content-type': 'text/html' }).end('<html>'),
      [`GET /v1/jobs/${JOB}/status`]: (response) =>
        states[0] ? json(response, 200, { status: states[0] }) : crash(response, notFoundStack),
    })
    await expect(client.runJar(run, never())).rejects.toMatchObject({
      code: 'UNREACHABLE',
      suggestions: expect.arrayContaining([expect.stringContaining(JOB)]),
    })
    states.push('RUNNING')
    expect(await client.runJar(run, never())).toBe(JOB)
    expect(sent('/v1/jars/u_x.jar/run')).toHaveLength(2)
  })
})

it('the version is asked for once, and again after a failure', async () => {
  let calls = 0
  const client = await jobManager({
    'GET /v1/overview': (response) => (++calls === 1 ? json(response, 200, {}) : json(response, 200, { 'flink-version': '2.3.0' })),
  })
  await expect(client.version(never())).rejects.toThrow(/not Flink's/)
  expect(await client.version(never())).toBe('2.3.0')
  expect(await client.version(never())).toBe('2.3.0')
  expect(calls).toBe(2)
})
