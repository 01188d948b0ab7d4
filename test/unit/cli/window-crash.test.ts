import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { uri } from '../../support/fake-ports.js'
import { DEATHS, type Death, manifestOf, type Process, running, startProcess, type World, world } from '../../support/fake-window.js'
import { resumeAll, stopAll } from '../../support/run-window.js'

const NAMES = ['orders', 'customers', 'sales']

afterEach(() => {
  process.exitCode = undefined
})

/** Runs until it ends or is killed, as often as there are deaths, and then to its end. */
async function runThrough(on: World, run: (one: Process) => Promise<object>, deaths: Death[]): Promise<Process> {
  for (const death of deaths) {
    const doomed = startProcess(on, death)
    const outcome = await Promise.race([run(doomed).then(() => 'ended'), doomed.died])
    if (outcome === 'ended' && process.exitCode === 0) return doomed
  }
  const last = startProcess(on)
  await run(last)
  return last
}

async function stepsOf(on: World, run: (one: Process) => Promise<object>): Promise<number> {
  const undisturbed = startProcess(on)
  await run(undisturbed)
  return undisturbed.steps()
}

function expectDown(on: World): void {
  expect(running(on)).toEqual([])
  const { jobs } = manifestOf(on)
  expect(new Set(jobs.map((job) => job.name))).toEqual(new Set(NAMES))
  expect(jobs.filter((job) => job.state !== 'stopped' || !job.verified)).toEqual([])
  // One stop a job: a second trigger id would be a second savepoint.
  expect(on.operations.size).toBe(NAMES.length)
  expect(new Set(jobs.map((job) => job.path)).size).toBe(NAMES.length)
  expect([...on.copies.values()].map((text) => JSON.parse(text))).toEqual([manifestOf(on)])
}

function expectBack(on: World): void {
  const { jobs } = manifestOf(on)
  const up = running(on).map(({ name, restoredFrom }) => ({ name, path: restoredFrom }))
  expect(up.toSorted(byName)).toEqual(jobs.map(({ name, path }) => ({ name, path })).toSorted(byName))
  expect(jobs.every((job) => job.state === 'running')).toBe(true)
  expect(new Set(running(on).map((job) => job.jobId))).toEqual(new Set(jobs.map((job) => job.resumedAs)))
}

function byName(a: { name: string }, b: { name: string }): number {
  return a.name < b.name ? -1 : 1
}

async function stoppedWorld(): Promise<World> {
  const on = world(NAMES)
  await stopAll(startProcess(on))
  return on
}

describe('stop --all, killed at any step', () => {
  it('ends when run again with every job down once, its path in the manifest', async () => {
    const steps = await stepsOf(world(NAMES), stopAll)
    expect(steps).toBeGreaterThan(20)
    for (let step = 0; step < steps; step++) {
      for (const when of DEATHS) {
        const on = world(NAMES)
        await runThrough(on, stopAll, [{ step, when }])
        expectDown(on)
      }
    }
  })

  it('says of a stop that is under way that it goes on with it, and does not ask for another', async () => {
    const steps = await stepsOf(world(NAMES), stopAll)
    const attached: string[] = []
    for (let step = 0; step < steps && attached.length === 0; step++) {
      const again = await runThrough(world(NAMES), stopAll, [{ step, when: 'after' }])
      attached.push(...again.said.filter((line) => line.includes('still going on, attached')))
    }
    expect(attached[0]).toMatch(/^Stopping \w+ \([0-9a-f]{32}\), trigger id [0-9a-f]{32}: still going on, attached$/)
  })
})

describe('resume --all, killed at any step', () => {
  it('ends when run again with every job up once, restored from its own path', async () => {
    const steps = await stepsOf(await stoppedWorld(), resumeAll)
    expect(steps).toBeGreaterThan(20)
    for (let step = 0; step < steps; step++) {
      for (const when of DEATHS) {
        const on = await stoppedWorld()
        await runThrough(on, resumeAll, [{ step, when }])
        expectBack(on)
      }
    }
  })
})

describe('stop --all, killed at any step, and resume --all right after it', () => {
  it('has every job up once; what had gone down comes back from its own savepoint', async () => {
    const steps = await stepsOf(world(NAMES), stopAll)
    for (let step = 0; step < steps; step++) {
      for (const when of ['before', 'after'] as const) {
        const on = world(NAMES)
        const doomed = startProcess(on, { step, when })
        await Promise.race([stopAll(doomed), doomed.died])
        if (on.disk.size === 0) continue
        await resumeAll(startProcess(on))
        expect(running(on).map((job) => job.name)).toHaveLength(NAMES.length)
        expect(new Set(running(on).map((job) => job.name))).toEqual(new Set(NAMES))
        const down = on.jobs.filter((job) => job.state === 'FINISHED').map((job) => job.jobId)
        const paths = [...on.operations.values()].filter((one) => down.includes(one.jobId)).map((one) => uri(one.path))
        expect(new Set(running(on).flatMap((job) => job.restoredFrom ?? []))).toEqual(new Set(paths))
      }
    }
  })
})

describe('killed again and again', () => {
  const deaths = fc.array(fc.record({ step: fc.nat(30), when: fc.constantFrom(...DEATHS) }), { maxLength: 6 })

  it('a window still brings back just what it stopped', async () => {
    await fc.assert(
      fc.asyncProperty(deaths, deaths, async (stopping, resuming) => {
        const on = world(NAMES)
        await runThrough(on, stopAll, stopping)
        expectDown(on)
        await runThrough(on, resumeAll, resuming)
        expectBack(on)
      }),
      {
        numRuns: 100,
        examples: [
          [
            [],
            [
              { step: 17, when: 'late' },
              { step: 6, when: 'after' },
            ],
          ],
        ],
      },
    )
  })
})
