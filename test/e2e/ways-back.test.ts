import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { statePath } from '../../sandbox/emulator.js'
import { cancelJob, SALES_PIPELINE, submitScript, waitForCheckpoints } from '../../sandbox/jobs.js'
import { waitUntil } from '../../sandbox/wait.js'
import { type E2e, FEWER_FILES, FLINK_UNDER_TEST, missingForE2e, startE2e } from '../support/sandbox.js'
import { answerOf, blobsBelow, checkpointsOf, restoredFrom, stateOf, untilStill } from './world.js'

interface CleanupJson {
  outcome: string
  delete: { path: string; reason: string }[]
  keep: { path: string; reason: string; detail: string }[]
  guards: { name: string; status: string; message: string }[]
  result: { failed: unknown[] } | null
}

interface DoctorJson {
  findings: { id: string; severity: string; what: string; fix: string; source: string }[]
}

const DAY_MS = 86_400_000
const CLEANUP = ['cleanup', '--yes', '--max-share', '100%', '--without-soft-delete']
/** Nothing but protection keeps what is there. */
const AT_ANY_AGE = ['--older-than', '1s', '--savepoints-older-than', '1s']

/** By their old names, and by those of Flink 1.20; what a version does not know it ignores. */
const restoreSettings = (path: string, mode: string) => ({
  'execution.savepoint.path': path,
  'execution.savepoint-restore-mode': mode,
  'execution.state-recovery.path': path,
  'execution.state-recovery.claim-mode': mode,
})

/** Two runs of a job, one after the other. */
interface Story {
  script: string
  first: string
  /** What the first run left, newest first. */
  left: string[]
  second: string
}

/**
 * Four jobs ran and were cancelled forty days ago. Then one was submitted again without its state, and still runs; one went on with NO_CLAIM,
 * one with CLAIM; of one another job was forked under a name of its own. All of it past flinkops, which sees it for the first time today.
 */
describe.skipIf(missingForE2e() !== null)(`The last way back of every job of Flink ${FLINK_UNDER_TEST}`, () => {
  let e2e: E2e
  let empty: Story
  let noClaim: Story
  let claim: Story
  let fork: Story
  let forkScript = ''
  let done: CleanupJson

  const world = () => e2e
  const restUrl = () => e2e.cluster.restUrl

  const scriptOf = async (name: string): Promise<string> => {
    const file = join(e2e.dir, `${name}.sql`)
    await writeFile(file, (await readFile(SALES_PIPELINE, 'utf8')).replace("'sales_pipeline'", `'${name}'`))
    return file
  }

  const submit = async (script: string, from?: string, mode = 'NO_CLAIM'): Promise<string> => {
    const config = from === undefined ? {} : restoreSettings(from, mode)
    const jobId = await submitScript(e2e.cluster.gatewayUrl, script, config)
    await waitForCheckpoints(restUrl(), jobId, 3)
    expect(await restoredFrom(world, jobId)).toBe(from ?? null)
    return jobId
  }

  const cancel = async (jobId: string): Promise<string[]> => {
    await cancelJob(restUrl(), jobId)
    await untilStill(world, `checkpoints/${jobId}/`)
    return checkpointsOf(world, jobId)
  }

  const ranOnce = async (script: string): Promise<Story> => {
    const first = await submit(script)
    return { script, first, left: await cancel(first), second: '' }
  }

  const cleanUp = async (...args: string[]): Promise<CleanupJson> => {
    const { code, stdout } = await e2e.flinkops([...CLEANUP, ...args, '--json'])
    const cleaned = JSON.parse(stdout) as CleanupJson
    const refusals = cleaned.guards.filter(({ status }) => status === 'refuse')
    expect({ code, refusals }).toEqual({ code: 0, refusals: [] })
    return cleaned
  }

  /** Resumes from the newest that is there of this name, to its first checkpoint, and makes room for the next. */
  const comesBack = async (script: string, from: string): Promise<void> => {
    const jobId = await answerOf(world, 'resume', script, '--from', 'latest')
    expect(await restoredFrom(world, jobId)).toBe(from)
    await cancelJob(restUrl(), jobId)
  }

  const isKept = (path = '', reason: string, detail = '') =>
    expect(done.keep).toContainEqual({ path, reason, detail: expect.stringContaining(detail) })

  beforeAll(async () => {
    e2e = await startE2e({
      blobAgeMs: 40 * DAY_MS,
      extraConfig: {
        'execution.checkpointing.interval': '2s',
        'execution.checkpointing.tolerable-failed-checkpoints': 100,
        'state.checkpoints.num-retained': 2,
        ...FEWER_FILES,
      },
    })
    const scripts = await Promise.all(['no_claim', 'claim', 'fork'].map(scriptOf))
    forkScript = await scriptOf('fork_of_it')
    const stories = await Promise.all([SALES_PIPELINE, ...scripts].map(ranOnce))
    ;[empty, noClaim, claim, fork] = stories as [Story, Story, Story, Story]
    ;[empty.second, noClaim.second, claim.second, fork.second] = await Promise.all([
      submit(SALES_PIPELINE),
      submit(noClaim.script, noClaim.left[0]),
      submit(claim.script, claim.left[0], 'CLAIM'),
      submit(forkScript, fork.left[0]),
    ])
    await waitUntil({
      until: 'Flink has deleted what was claimed',
      probe: async () => ((await checkpointsOf(world, claim.first)).includes(claim.left[0] ?? '') ? null : true),
    })
    await Promise.all([noClaim, claim, fork].map(({ second }) => cancel(second)))
    await e2e.returnToPresent()
    done = await cleanUp('--older-than', '24h', '--savepoints-older-than', '30d')
  })
  afterAll(() => e2e?.stop())

  test('each first run left two checkpoints, and the clean-up deleted', () => {
    expect([empty, noClaim, claim, fork].map(({ left }) => left.length)).toEqual([2, 2, 2, 2])
    expect(done).toMatchObject({ outcome: 'done', result: { failed: [] } })
    expect(done.delete.length).toBeGreaterThan(0)
  })

  test('of a job that was submitted again without its state the last checkpoint is there, and no other', async () => {
    isKept(empty.left[0], 'abandoned-tip', 'nobody saw sales_pipeline go on from it')
    expect(await checkpointsOf(world, empty.first)).toEqual(empty.left.slice(0, 1))
    expect(await stateOf(world, empty.second)).toBe('RUNNING')
  })

  // What was claimed, Flink itself deletes.
  test.each([
    ['NO_CLAIM', () => noClaim],
    ['CLAIM', () => claim],
  ])(
    'a restore with %s lets all go that the earlier run left, and the newest of the later run brings the job back',
    async (_mode, story) => {
      const { script, first, second } = story()
      expect(await checkpointsOf(world, first)).toEqual([])
      const [newest = '', ...older] = await checkpointsOf(world, second)
      isKept(newest, 'last-of-lineage')
      expect(older).toEqual([])
      await comesBack(script, newest)
    },
  )

  test('a fork under another name lets nothing go: both jobs come back, each from its own', async () => {
    isKept(fork.left[0], 'last-of-lineage')
    expect(await checkpointsOf(world, fork.first)).toEqual(fork.left.slice(0, 1))
    const [newest = ''] = await checkpointsOf(world, fork.second)
    isKept(newest, 'last-of-lineage')
    await comesBack(fork.script, fork.left[0] ?? '')
    await comesBack(forkScript, newest)
  })

  describe('the way back of the job that began empty', () => {
    let branch = ''
    let back = ''

    test('doctor says started-empty of that job alone, with the way back to paste', async () => {
      const [tip = ''] = empty.left
      const [finding, ...others] = await startedEmpty()
      expect(others).toEqual([])
      expect(finding).toMatchObject({ severity: 'error', source: `job ${empty.second}`, what: expect.stringContaining(tip) })
      expect(finding?.fix.split('\n').slice(0, 2)).toEqual([
        `flinkops stop ${empty.second}`,
        `flinkops resume sales_pipeline --from ${tip}`,
      ])
    })

    test('stop, and resume from what it had', async () => {
      branch = await answerOf(world, 'stop', empty.second, '--yes')
      back = await answerOf(world, 'resume', 'sales_pipeline', '--from', empty.left[0] ?? '')
      expect(await restoredFrom(world, back)).toBe(empty.left[0])
    })

    test('doctor says it no more', async () => {
      expect(await startedEmpty()).toEqual([])
    })

    test('what it wrote meanwhile stays, whatever its age', async () => {
      done = await cleanUp(...AT_ANY_AGE)
      isKept(branch, 'abandoned-tip', 'nobody saw sales_pipeline go on from it')
      expect(await savepoints()).toEqual([branch])
    })

    test('--abandoned-older-than gives it up, and the job comes back from its own', async () => {
      done = await cleanUp(...AT_ANY_AGE, '--abandoned-older-than', '1s')
      expect(done.delete).toContainEqual(expect.objectContaining({ path: `${branch}/_metadata`, reason: 'expired-savepoint' }))
      expect(await savepoints()).toEqual([])
      expect(await stateOf(world, back)).toBe('RUNNING')
      const [newest = ''] = await cancel(back)
      await comesBack(SALES_PIPELINE, newest)
    })

    const startedEmpty = async () => {
      const { findings } = JSON.parse((await e2e.flinkops(['doctor', '--json'])).stdout) as DoctorJson
      return findings.filter(({ id }) => id === 'started-empty')
    }

    const savepoints = async () => {
      const names = await blobsBelow(world, 'savepoints/')
      return names.filter((name) => name.endsWith('/_metadata')).map((name) => statePath(name.replace('/_metadata', '')))
    }
  })
})
