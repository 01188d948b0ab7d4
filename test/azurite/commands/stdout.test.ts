import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ACCOUNT_HOST } from '../../../sandbox/emulator.js'
import { type FreshContainer, freshContainer } from '../../support/azurite.js'
import { cluster, completedOperation, ENRICH, SALES } from '../../support/fake-cluster.js'
import { type FakeJobManager, startFakeJobManager } from '../../support/fake-jobmanager.js'
import { type Cli, COLOUR, runInTerminal, screenLines, startCli } from '../../support/run-cli.js'
import { storeCheckpoint, storeSavepoint } from '../../support/stored-snapshot.js'

const RUN_JS = resolve(import.meta.dirname, '../../../bin/run.js')
const SAVEPOINT = 'savepoints/savepoint-a1b2c3-000000000001'
const SHARED = '33333333-3333-4333-8333-333333333333'

let fresh: FreshContainer
let jobManager: FakeJobManager
let cli: Cli
let savepointPath: string
let checkpointPath: string
/** A minute ago: a running job tells its cluster's clock, and that must be right. */
const STARTED_AT_MS = Date.now() - 60_000
const isoAfter = (ms: number) => new Date(STARTED_AT_MS + ms).toISOString()

beforeAll(async () => {
  fresh = await freshContainer()
  await storeSavepoint(fresh.client, SAVEPOINT)
  const checkpoint = await storeCheckpoint(fresh.client, { jobId: SALES, checkpointId: 7, shared: [SHARED] })
  savepointPath = `wasbs://${fresh.container}@${ACCOUNT_HOST}/${SAVEPOINT}`
  checkpointPath = `wasbs://${fresh.container}@${ACCOUNT_HOST}/${checkpoint}`
  const jobs = [
    { jobId: SALES, name: 'sales_pipeline', startedAtMs: STARTED_AT_MS, durationMs: 60_000, completed: [checkpointPath] },
    { jobId: ENRICH, name: 'orders_enrich', state: 'CANCELED', startedAtMs: Date.UTC(2026, 10, 20) },
  ]
  jobManager = await startFakeJobManager({
    ...cluster({ jobs, configuration: { 'execution.checkpointing.savepoint-dir': savepointPath.replace(/\/savepoint-.*/, '') } }),
    ...completedOperation(SALES, savepointPath),
  })
  cli = await startCli({ endpoint: fresh.endpoint, container: fresh.container, jobManagers: [jobManager.url], ownProcess: true })
})

afterAll(async () => {
  await cli.close()
  await jobManager.stop()
})

describe('what a pipe gets', () => {
  it('is the path alone from savepoint, so that a shell can hold it', async () => {
    const script = `P=$('${process.execPath}' '${RUN_JS}' savepoint sales_pipeline); printf '<%s>' "$P"`
    const { stdout, stderr } = await promisify(execFile)('sh', ['-c', script], {
      cwd: cli.dir,
      env: { ...process.env, ...cli.env, NODE_ENV: 'production' },
    })

    expect(stdout).toBe(`<${savepointPath}>`)
    expect(stderr).toMatch(
      new RegExp(
        `^Taking a savepoint of sales_pipeline \\(${SALES}\\), trigger id [0-9a-f]{32}\nCompleted in \\d+s: .* in 1 file, all there\n$`,
      ),
    )
  })

  it('is the path alone from stop, too', async () => {
    const { stdout, stderr, code } = await cli.run(['stop', 'sales_pipeline', '--yes'])

    expect(stdout).toBe(`${savepointPath}\n`)
    expect(stderr).toMatch(/^Stopping sales_pipeline \(.*\), trigger id [0-9a-f]{32}\nCompleted in .*\n$/)
    expect(code).toBe(0)
  })

  it('is the trigger id alone from savepoint --detach', async () => {
    const { stdout, stderr, code } = await cli.run(['savepoint', 'sales_pipeline', '--detach'])

    expect(stdout).toMatch(/^[0-9a-f]{32}\n$/)
    expect(stderr).toContain(`flinkops savepoint --attach ${stdout.trim()}`)
    expect(code).toBe(0)
  })

  it('is TSV without header from list-jobs', async () => {
    const { stdout, stderr, code } = await cli.run(['list-jobs'])

    expect(stdout).toBe(
      [`${SALES}\tsales_pipeline\tRUNNING\t60000\t${isoAfter(500)}\t1\t0`, `${ENRICH}\torders_enrich\tCANCELED\t60000\t\t0\t0`, ''].join(
        '\n',
      ),
    )
    expect(stderr).toBe('')
    expect(code).toBe(0)
  })

  it('is TSV without header from list-checkpoints and list-savepoints, paths in full and times in ISO', async () => {
    const checkpoints = await cli.run(['list-checkpoints'])
    const savepoints = await cli.run(['list-savepoints'])

    expect(checkpoints.stdout).toMatch(
      new RegExp(`^${checkpointPath}\tsales_pipeline\tcomplete\t\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z\t64\t64\ttrue\n$`),
    )
    expect(savepoints.stdout).toMatch(new RegExp(`^${savepointPath}\tsales_pipeline\tcomplete\t\\S+Z\t64\t0\ttrue\n$`))
    expect([checkpoints.stderr, savepoints.stderr]).toEqual(['', ''])
    expect([checkpoints.code, savepoints.code]).toEqual([0, 0])
  })

  it('is one id a line under -o id', async () => {
    const jobs = await cli.run(['list-jobs', '-o', 'id'])
    const savepoints = await cli.run(['list-savepoints', '--output', 'id'])

    expect(jobs.stdout).toBe(`${SALES}\n${ENRICH}\n`)
    expect(savepoints.stdout).toBe(`${savepointPath}\n`)
  })

  it('is the table when -o table asks for it, without colours', async () => {
    const { stdout } = await cli.run(['list-jobs', '-o', 'table'])

    expect(stdout.split('\n')[0]).toMatch(/^JOB +NAME +STATE +UP +LAST CHECKPOINT +DONE +FAILED$/)
    expect(stdout).toContain('a1b2c3d4  sales_pipeline  RUNNING')
    expect(stdout).not.toMatch(COLOUR)
  })

  it('is silence from an empty list', async () => {
    const { stdout, code } = await cli.run(['list-checkpoints', 'orders_enrich'])

    expect(stdout).toBe('')
    expect(code).toBe(0)
  })
})

describe('--quiet', () => {
  it('says nothing on stderr when all is well', async () => {
    const { stdout, stderr, code } = await cli.run(['savepoint', 'sales_pipeline', '--quiet'])

    expect(stdout).toBe(`${savepointPath}\n`)
    expect(stderr).toBe('')
    expect(code).toBe(0)
  })

  it('still says what went wrong', async () => {
    const { stderr, code } = await cli.run(['savepoint', 'no_such_job', '-q'])

    expect(stderr).toContain('Error: No job no_such_job on this cluster.')
    expect(code).toBe(5)
  })
})

describe('--json', () => {
  it.each([
    [['list-jobs'], ['jobs', 'warnings']],
    [['list-checkpoints'], ['snapshots', 'truncated', 'warnings']],
    [['list-savepoints'], ['snapshots', 'truncated', 'warnings']],
    [
      ['savepoint', 'sales_pipeline'],
      ['jobId', 'jobName', 'triggerId', 'path', 'format', 'sizeBytes', 'durationMs', 'verified', 'references', 'warnings'],
    ],
    [
      ['stop', 'sales_pipeline', '-y'],
      ['jobId', 'jobName', 'triggerId', 'path', 'format', 'sizeBytes', 'durationMs', 'verified', 'references', 'warnings'],
    ],
    [
      ['inspect', SAVEPOINT.replace('savepoints/', '')],
      ['path', 'kind', 'formatVersion', 'checkpointId', 'operators', 'references', 'totals', 'warnings'],
    ],
    [
      ['cleanup', '--dry-run', '--without-soft-delete'],
      ['runId', 'outcome', 'scanned', 'delete', 'keep', 'held', 'guards', 'totals', 'result', 'warnings'],
    ],
    [['config'], ['settings', 'warnings']],
  ])('prints one document and nothing else: flinkops %s', async (args, keys) => {
    const { stdout, stderr, code } = await cli.run([...args, '--json'])

    expect(stderr).toBe('')
    expect(Object.keys(JSON.parse(stdout))).toEqual(expect.arrayContaining(keys))
    expect(code).toBe(0)
  })

  it('is what -o json prints, too', async () => {
    const [long, short] = [await cli.run(['list-jobs', '--json']), await cli.run(['list-jobs', '-o', 'json'])]

    expect(JSON.parse(short.stdout)).toEqual(JSON.parse(long.stdout))
    expect([long.stderr, short.stderr]).toEqual(['', ''])
  })

  it('names the fields of a job and of a snapshot as agreed', async () => {
    const { jobs } = JSON.parse((await cli.run(['list-jobs', '--json'])).stdout)
    const { snapshots } = JSON.parse((await cli.run(['list-checkpoints', '--json'])).stdout)

    expect(jobs[0]).toEqual({
      jobId: SALES,
      name: 'sales_pipeline',
      state: 'RUNNING',
      startedAt: isoAfter(0),
      durationMs: 60_000,
      lastCheckpointAt: isoAfter(500),
      lastCheckpointPath: checkpointPath,
      completedCheckpoints: 1,
      failedCheckpoints: 0,
    })
    expect(snapshots).toEqual([
      {
        path: checkpointPath,
        kind: 'checkpoint',
        jobId: SALES,
        jobName: 'sales_pipeline',
        checkpointId: 7,
        completeness: 'complete',
        problem: null,
        completedAt: expect.stringMatching(/Z$/),
        ageMs: expect.any(Number),
        exclusiveBytes: 64,
        sharedBytes: 64,
        missing: 0,
        live: true,
        pinned: false,
      },
    ])
  })
})

describe('a terminal', () => {
  it('shows a table with a header and colours', async () => {
    const { text, code } = await runInTerminal(cli, ['list-jobs'], { columns: 120 })

    expect(text).toMatch(COLOUR)
    expect(screenLines(text)[0]).toMatch(/^JOB +NAME +STATE +UP +LAST CHECKPOINT +DONE +FAILED$/)
    expect(screenLines(text)[1]).toMatch(/^a1b2c3d4 {2}sales_pipeline {2}RUNNING +1m +.* ago +1 +0$/)
    expect(code).toBe(0)
  })

  it.each([
    ['NO_COLOR', { NO_COLOR: '1' }, []],
    ['TERM=dumb', { TERM: 'dumb' }, []],
    ['--no-color', {}, ['--no-color']],
  ])('shows no colours under %s', async (_, env, more) => {
    const { text } = await runInTerminal(cli, ['list-jobs', ...more], { columns: 120, env })

    expect(text).toContain('sales_pipeline')
    expect(text).not.toMatch(COLOUR)
  })

  it.each([
    [['list-jobs'], 0],
    [['list-checkpoints'], 0],
    [['list-savepoints'], 0],
    [['inspect', SAVEPOINT.replace('savepoints/', '')], 0],
    [['inspect', `${SALES}/chk-7`, '--files'], 0],
    [['verify', `${SALES}/chk-7`, '--deep'], 11],
    [['usage'], 0],
    [['cleanup', '--older-than', '1s', '--dry-run'], 6],
    [['config'], 0],
  ])('of 60 columns gets no line that is longer, but for a path that is longer by itself: flinkops %s', async (args, exitCode) => {
    const { text, code } = await runInTerminal(cli, args, { columns: 60 })
    expect(code).toBe(exitCode)

    const lines = screenLines(text)
    expect(lines.length).toBeGreaterThan(1)
    // A path stands on a line of its own, whole: it is there to be copied.
    expect(lines.filter((line) => line.length > 60 && /\S\s+\S/.test(line))).toEqual([])
  })

  it('shows a savepoint that is under way on one line, and then how it ended', async () => {
    const { text, code } = await runInTerminal(cli, ['savepoint', 'sales_pipeline'], { columns: 120 })

    expect(screenLines(text).filter((line) => line !== '')).toEqual([
      expect.stringMatching(/^Taking a savepoint of sales_pipeline/),
      expect.stringMatching(/^Completed in \d+s/),
      savepointPath,
    ])
    expect(code).toBe(0)
  })
})
