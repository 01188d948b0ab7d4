import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { programFor } from '../../../src/lib/cli/way-back.js'
import type { Context } from '../../../src/lib/context.js'
import { refusedError } from '../../../src/lib/errors.js'
import type { Manifest, ManifestSpec } from '../../../src/lib/state/manifest.js'
import { uri } from '../../support/builders.js'
import { manifestJob } from '../../support/fake-manifest.js'
import { idOf, manifestOf, startProcess, type World, world } from '../../support/fake-window.js'
import { program } from '../../support/programs.js'
import { resumeAll, stopAll } from '../../support/run-window.js'

const SCRIPT = "SET 'pipeline.name' = 'sales';\nINSERT INTO t SELECT 1;\n"
const sha256Of = (text: string) => createHash('sha256').update(text).digest('hex')

describe('what starts a job of a window', () => {
  let dir: string
  let script: string
  let notices: string[]
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'flinkops-'))
    script = join(dir, 'sales.sql')
    await writeFile(script, SCRIPT)
    notices = []
  })
  afterEach(() => rm(dir, { recursive: true }))

  interface Given {
    name?: string
    path?: string | null
    spec?: Partial<ManifestSpec> | null
    jobs?: object
    isForeign?: boolean
  }

  function ask({
    name = 'sales',
    path = uri('savepoints/savepoint-a1b2c3-000000000001'),
    spec = null,
    jobs = {},
    isForeign = true,
  }: Given) {
    const config = {
      jobs: { value: jobs },
      roots: { checkpoints: { value: [] }, savepoints: { value: [uri('savepoints')] }, changelog: { value: [] } },
    }
    const context = {
      config,
      withCluster: async () => config,
      starts: { startedJobs: async () => [] },
      signal: new AbortController().signal,
    }
    const whole: ManifestSpec | null =
      spec === null
        ? null
        : { kind: 'script', path: script, sha256: sha256Of(SCRIPT), entryClass: null, args: null, parallelism: null, ...spec }
    const job = manifestJob({ name, path, spec: whole, state: 'stopped' })
    return programFor(job, isForeign, { context: context as unknown as Context, onNotice: (text) => notices.push(text) })
  }

  it('is the script that a manifest from elsewhere names, when it is there with the digest that it says', async () => {
    expect((await ask({ spec: {} })).memory).toMatchObject({ path: script, sha256: sha256Of(SCRIPT) })
  })

  it('is what stands under jobs:, also when it is not what it was: this machine says so', async () => {
    expect((await ask({ spec: { sha256: '0'.repeat(64) }, jobs: { sales: { kind: 'script', script } } })).memory.path).toBe(script)
    expect(notices).toEqual([expect.stringContaining('is not what it was when sales was stopped')])
  })

  it('is nothing with another digest, and both are told: exit 6', async () => {
    await expect(ask({ spec: { sha256: '0'.repeat(64) } })).rejects.toMatchObject({
      code: 'PROGRAM_NOT_TRUSTED',
      exitCode: 6,
      message: `The manifest starts sales by ${script} with the SHA-256 000000000000; the file of that name here has ${sha256Of(SCRIPT).slice(0, 12)}.`,
      suggestions: [expect.stringContaining('jobs: in flinkops.yaml')],
    })
  })

  it.each([true, false])('is never a file that the job is called by, whoever made the manifest (elsewhere: %s)', async (isForeign) => {
    await expect(ask({ name: script, isForeign })).rejects.toMatchObject({ code: 'PROGRAM_NOT_FOUND', exitCode: 5 })
  })

  it.each(['constructor', '__proto__', 'toString'])('is nothing for a job called %s', async (name) => {
    await expect(ask({ name })).rejects.toMatchObject({ code: 'PROGRAM_NOT_FOUND' })
  })

  it('is nothing where the file is not on this machine, or is no file', async () => {
    for (const path of [join(dir, 'other.sql'), dir, uri('jobs/sales.sql')])
      await expect(ask({ spec: { path } })).rejects.toMatchObject({ code: 'PROGRAM_NOT_FOUND', message: expect.stringContaining(path) })
  })

  it.each([
    uri('other/savepoint-1'),
    uri('savepoints-of-others/savepoint-1'),
    uri('savepoints/../other/savepoint-1'),
    'wasbs://flink@stranger.blob.core.windows.net/savepoints/savepoint-1',
    'file:///tmp/savepoint-1',
    'savepoints/savepoint-1',
  ])('is nothing where a manifest from elsewhere brings it back from below no root: %s', async (path) => {
    await expect(ask({ path, spec: {} })).rejects.toMatchObject({ code: 'PATH_OUTSIDE_ROOTS', exitCode: 6 })
    expect((await ask({ path, spec: {}, isForeign: false })).memory.path).toBe(script)
  })
})

describe('a window that was made elsewhere', () => {
  const NAMES = ['orders', 'sales']
  let on: World
  beforeEach(async () => {
    on = world(NAMES)
    await stopAll(startProcess(on))
  })
  afterEach(() => {
    process.exitCode = undefined
  })

  const taken = async (): Promise<Manifest> => ({ ...manifestOf(on), isForeign: true })
  /** A process that takes the jobs of these names for its own. */
  function machine(trusted: string[] = NAMES) {
    const one = startProcess(on)
    one.programOf = async (job, isForeign) => {
      expect(isForeign).toBe(true)
      if (!trusted.includes(job.name)) throw refusedError('PROGRAM_NOT_TRUSTED', `No file for ${job.name}.`, 'Name it.')
      return program(job.name)
    }
    return one
  }
  const isUp = (name: string) => on.jobs.some((job) => job.name === name && job.state === 'RUNNING')

  it('starts nothing where there is nobody to ask: exit 6, with what it would start', async () => {
    const one = machine()
    one.screen.confirm = async () => null
    await expect(resumeAll(one, { window: taken })).rejects.toMatchObject({
      code: 'DECLINED',
      exitCode: 6,
      suggestions: [expect.stringContaining('--yes')],
    })
    expect(one.said.join('\n')).toMatch(/not made on this machine.*\n {2}orders: script \/jobs\/shop\.sql, sha256 aaaaaaaaaaaa\n/)
    expect(NAMES.some(isUp)).toBe(false)
  })

  it.each([
    [true, true],
    [false, false],
  ])('starts what a person says yes to (%s)', async (answer, expected) => {
    const one = machine()
    one.screen.confirm = async () => answer
    const ending = resumeAll(one, { window: taken })
    if (expected) await ending
    else await expect(ending).rejects.toMatchObject({ code: 'DECLINED', exitCode: 6 })
    expect(NAMES.map(isUp)).toEqual([expected, expected])
  })

  it('shows it under --dry-run, and asks nobody', async () => {
    const one = machine()
    one.screen.confirm = async () => expect.fail('it asked')
    const { outcome } = await resumeAll(one, { window: taken, isDryRun: true })
    expect(outcome).toBe('planned')
    expect(one.said.join('\n')).toContain('sales: script /jobs/shop.sql')
    expect(NAMES.some(isUp)).toBe(false)
  })

  it('leaves out the job whose program is not trusted, brings back the other, and says so: exit 3', async () => {
    const one = machine(['sales'])
    const { jobs } = await resumeAll(one, { window: taken, isConfirmed: true })
    expect(NAMES.map(isUp)).toEqual([false, true])
    expect(jobs.find((job) => job.name === 'orders')).toMatchObject({ state: 'stopped', error: 'No file for orders. Name it.' })
    expect(process.exitCode).toBe(3)
  })

  it('is refused as a whole where nothing of it is trusted: exit 6, and nothing of it is written down', async () => {
    on.disk.clear()
    on.jobs.push({ jobId: idOf(9), name: 'other', state: 'RUNNING', restoredFrom: null })
    const window = async (): Promise<Manifest> => ({
      ...(JSON.parse([...on.copies.values()].at(-1) ?? 'null') as Manifest),
      isForeign: true,
    })
    await expect(resumeAll(machine([]), { window, isConfirmed: true })).rejects.toMatchObject({ code: 'PROGRAM_NOT_TRUSTED', exitCode: 6 })
    expect(on.disk.size).toBe(0)
  })

  it('stays one from elsewhere when it goes on later: it is looked at and asked about again', async () => {
    await resumeAll(machine(['sales']), { window: taken, isConfirmed: true })
    expect(manifestOf(on).isForeign).toBe(true)
    const one = machine()
    one.screen.confirm = async () => null
    await expect(resumeAll(one)).rejects.toMatchObject({ code: 'DECLINED' })
    expect(isUp('orders')).toBe(false)
  })

  it('of this machine is brought back without a question', async () => {
    const one = startProcess(on)
    one.screen.confirm = async () => expect.fail('it asked')
    await resumeAll(one)
    expect(NAMES.map(isUp)).toEqual([true, true])
  })
})
