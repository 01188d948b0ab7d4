import type { ContainerClient } from '@azure/storage-blob'
import { mapConcurrently } from '../../src/lib/operations/concurrently.js'
import { uuid } from './builders.js'
import { storeMarker } from './cleanup-site.js'
import type { FakeJob } from './fake-cluster.js'
import { storeCheckpoint, storeFile, storeSavepoint } from './stored-snapshot.js'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const OWN_FILE = '11111111-1111-4111-8111-111111111111'

/** One generation of a job that was redeployed again and again. */
export interface Generation {
  jobId: string
  name: string
  /** 0 = the one that runs; the others ended before it, one by one. */
  back: number
  ageMs: number
  /** REST knows it no more. */
  isForgotten: boolean
  /** It died with a checkpoint under way. */
  isCrashed: boolean
}

export interface YearOptions {
  names: string[]
  /** How many generations of each name lie there, the running one included. */
  generations: (name: number) => number
  isForgotten: (name: number, back: number) => boolean
  isCrashed?: (name: number, back: number) => boolean
}

/** A year of redeploying: the generation before the running one ended 12 hours ago, each other 25 days before the next. */
export function yearOf({ names, generations, isForgotten, isCrashed = () => false }: YearOptions): Generation[] {
  return names.flatMap((name, at) =>
    Array.from({ length: generations(at) }, (_, back) => ({
      jobId: (at * 16 + back + 16).toString(16).padStart(2, '0').repeat(16),
      name,
      back,
      ageMs: back === 0 ? 60_000 : back === 1 ? 12 * HOUR_MS : (back - 1) * 25 * DAY_MS,
      isForgotten: back > 0 && isForgotten(at, back),
      isCrashed: back > 0 && isCrashed(at, back),
    })),
  )
}

const treeOf = ({ jobId }: Generation) => `checkpoints/${jobId}`
const checkpoint = (one: Generation, id: number) =>
  [`chk-${id}`, `chk-${id}/_metadata`, `chk-${id}/${OWN_FILE}`].map((name) => `${treeOf(one)}/${name}`)
const shared = (one: Generation, numbers: number[]) => numbers.map((number) => `${treeOf(one)}/shared/${uuid(number)}`)

/** Blobs of a tree: two retained checkpoints that share a file, an orphan, directories, and what a crash left. */
export function allOf(one: Generation): string[] {
  const leftover = one.isCrashed ? [`${treeOf(one)}/chk-3`, `${treeOf(one)}/chk-3/${uuid(9)}`] : []
  return [treeOf(one), `${treeOf(one)}/shared`, ...checkpoint(one, 1), ...checkpoint(one, 2), ...shared(one, [1, 2, 3, 8]), ...leftover]
}

/** Of these the last checkpoint with all that it needs. */
export function lastOf(one: Generation): string[] {
  return [treeOf(one), `${treeOf(one)}/shared`, ...checkpoint(one, 2), ...shared(one, [2, 3])]
}

export async function storeYear(client: ContainerClient, year: Generation[], savepoints: string[] = []): Promise<void> {
  await mapConcurrently(year, 16, (one) => storeGeneration(client, one))
  for (const directory of savepoints) await storeSavepoint(client, directory, 1)
}

async function storeGeneration(client: ContainerClient, one: Generation): Promise<void> {
  const { jobId } = one
  for (const checkpointId of [1, 2])
    await storeCheckpoint(client, { jobId, checkpointId, shared: [uuid(checkpointId), uuid(checkpointId + 1)] })
  for (const name of shared(one, [8])) await storeFile(client, name)
  if (one.isCrashed) await storeFile(client, `${treeOf(one)}/chk-3/${uuid(9)}`)
  for (const name of allOf(one)) if (/(checkpoints\/[^/]+|shared|chk-\d)$/.test(name)) await storeMarker(client, name)
}

/** What REST still says, of the ended ones those that it remembers: each was restored from the one before it. */
export function jobsOfYear(year: Generation[], path: (name: string) => string): FakeJob[] {
  return year
    .filter((one) => !one.isForgotten)
    .map((one) => {
      const { jobId, name, back, ageMs, isCrashed } = one
      const before = year.find((other) => other.name === name && other.back === back + 1)
      const restored = before && { restoredFrom: path(`${treeOf(before)}/chk-2`) }
      const running = { completed: [1, 2].map((id) => path(`${treeOf(one)}/chk-${id}`)) }
      // One that ended did so a minute after it started, by this fake: its checkpoints are no younger.
      const startedAtMs = Date.now() - ageMs
      return {
        jobId,
        name,
        startedAtMs,
        state: back === 0 ? 'RUNNING' : isCrashed ? 'FAILED' : 'CANCELED',
        ...restored,
        ...(back === 0 && running),
      }
    })
}

/** Age of a blob by its name; what belongs to no generation has the age given. */
export function ageInYear(year: Generation[], otherMs: (name: string) => number): (name: string) => number {
  const ages = new Map(year.map((one) => [one.jobId, one.ageMs]))
  return (name) => ages.get(name.split('/')[1] ?? '') ?? otherMs(name)
}
