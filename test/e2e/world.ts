import { expect } from 'vitest'
import { CLICK_COUNTER } from '../../sandbox/click-counter.js'
import { statePath } from '../../sandbox/emulator.js'
import { requestJson } from '../../sandbox/http-json.js'
import * as jobs from '../../sandbox/jobs.js'
import { waitUntil } from '../../sandbox/wait.js'
import type { E2e, RunResult } from '../support/sandbox.js'

/** What every scenario is given: a cluster on which the three jobs run, save for the first scenario, which starts them. */
export type World = () => E2e

/** A command that has to succeed; what it printed. */
export async function stdoutOf(world: World, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await world().flinkops(args)
  expect({ code, stderr }, `flinkops ${args.join(' ')}`).toMatchObject({ code: 0 })
  return stdout
}

/** A command that prints one path or id and nothing else, as `P=$(...)` needs it. */
export async function answerOf(world: World, ...args: string[]): Promise<string> {
  const stdout = await stdoutOf(world, ...args)
  expect(stdout).toMatch(/^\S+\n$/)
  return stdout.trim()
}

/** A command that has to succeed; its JSON. */
export async function jsonOf<T>(world: World, ...args: string[]): Promise<T> {
  return JSON.parse(await stdoutOf(world, ...args, '--json')) as T
}

export interface FailureJson {
  error: { code: string; message: string; suggestions: string[]; exitCode: number }
}

/** A command that has to fail with an exit code; what it says in JSON. */
export async function failureOf(world: World, exitCode: number, ...args: string[]): Promise<FailureJson['error']> {
  const { code, stdout, stderr } = await world().flinkops([...args, '--json'])
  expect({ code, stdout, stderr }, `flinkops ${args.join(' ')}`).toMatchObject({ code: exitCode })
  const { error } = JSON.parse(stdout) as FailureJson
  expect(error.exitCode).toBe(exitCode)
  return error
}

/** Asks the JobManager itself, past flinkops. */
export function rest(world: World, path: string): Promise<unknown> {
  return requestJson(`${world().cluster.restUrl}${path}`)
}

interface OverviewJob {
  jid: string
  name: string
  state: string
}

/** The one running job of a name. */
export async function runningJob(world: World, name: string): Promise<string> {
  const overview = (await rest(world, '/jobs/overview')) as { jobs: OverviewJob[] }
  const running = overview.jobs.filter((job) => job.name === name && job.state === 'RUNNING')
  expect(running, `running jobs of the name ${name}`).toHaveLength(1)
  return running[0]!.jid
}

export function stateOf(world: World, jobId: string): Promise<string> {
  return jobs.jobState(world().cluster.restUrl, jobId)
}

/** The jar of `click_counter`. */
export function clickCounterJar(world: World): string {
  const entry = world().jobs[CLICK_COUNTER.jobName]
  if (entry === undefined || !('jar' in entry)) throw new Error('click_counter was not compiled: a JDK is needed, not only a Java runtime')
  return entry.jar
}

/** What the JobManager says a job was restored from. */
export function restoredFrom(world: World, jobId: string): Promise<string | null> {
  return jobs.restoredFrom(world().cluster.restUrl, jobId)
}

/** The names of all blobs below a prefix. */
export async function blobsBelow(world: World, prefix: string): Promise<string[]> {
  const names = []
  for await (const blob of world().storage.listBlobsFlat({ prefix })) names.push(blob.name)
  return names
}

/** The checkpoints of a job on storage, newest first. */
export async function checkpointsOf(world: World, jobId: string): Promise<string[]> {
  const names = await blobsBelow(world, `checkpoints/${jobId}/`)
  const numbers = names.flatMap((name) => /\/chk-(\d+)\/_metadata$/.exec(name)?.[1] ?? [])
  return numbers
    .map(Number)
    .toSorted((a, b) => b - a)
    .map((number) => statePath(`checkpoints/${jobId}/chk-${number}`))
}

/** TaskManagers go on putting away what a checkpoint that was cut off had written. */
export async function untilStill(world: World, prefix: string): Promise<void> {
  let before = ''
  await waitUntil({
    until: 'Flink has put away what the cancelled job left',
    everyMs: 4000,
    probe: async () => {
      const now = (await blobsBelow(world, prefix)).join()
      const isStill = now === before
      before = now
      return isStill || null
    },
  })
}

/** The trigger id that a command has told on stderr; null before it has. */
export function triggerIdIn(stderr: string): string | null {
  return /trigger id ([0-9a-f]{32})/.exec(stderr)?.[1] ?? null
}

/** Runs a command and acts once, as soon as it has told its trigger id. */
export async function onceTriggered(
  world: World,
  args: readonly string[],
  act: (abort: AbortController) => void,
): Promise<RunResult & { triggerId: string }> {
  const abort = new AbortController()
  let hasActed = false
  const result = await world().flinkops(args, {
    signal: abort.signal,
    onOutput: ({ stderr }) => {
      if (hasActed || triggerIdIn(stderr) === null) return
      hasActed = true
      act(abort)
    },
  })
  return { ...result, triggerId: triggerIdIn(result.stderr) ?? '' }
}
