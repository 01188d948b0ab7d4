/** The storage half alone, for machines without Java: a recorded state tree in the emulator, and a JobManager that only answers. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ContainerClient } from '@azure/storage-blob'
import { stringify } from 'yaml'
import { type Azurite, startAzurite } from '../azurite.js'
import { ACCOUNT_HOST, openContainer, statePath } from '../emulator.js'
import { freePort } from '../ports.js'
import { loadTree } from '../tree.js'
import { blobsBelow, plant } from './blobs.js'
import { startIdleJobManager } from './idle-job-manager.js'
import { DAYS_AGO } from './past.js'
import { expect, filesIn, shows, stage, Tour } from './tour.js'

const TREE = join(import.meta.dirname, '..', 'recorded-tree')
const JOB = '74e0346ca1fe276c9f4577ef8bbd06dd'
const OLD = ['chk-22', 'chk-23', 'chk-24']
const LAST = 'chk-25'
const CLEANUP = ['cleanup', '--older-than', '24h']

interface Truth {
  container: string
  referenced: string[]
  byMetadata: Record<string, Record<string, string[]>>
}

interface Stage {
  tour: Tour
  storage: ContainerClient
  truth: Truth
  /** Files that the last checkpoint needs, as Flink's own reader found them. */
  needed: string[]
  held: string
  startJobManager: () => Promise<() => void>
}

/** Walks through what needs no cluster; the number of steps that were observed to work. */
export async function storageTour(dir: string): Promise<number> {
  const truth = JSON.parse(await readFile(join(TREE, 'truth.json'), 'utf8')) as Truth
  const azurite = await agedAzurite(join(dir, 'blobs'))
  try {
    const set = await prepare(dir, azurite, truth)
    await lookWithoutCluster(set)
    const stopJobManager = await set.startJobManager()
    try {
      await cleanUp(set)
    } finally {
      stopJobManager()
    }
    return set.tour.steps
  } finally {
    await azurite.stop()
  }
}

async function agedAzurite(dir: string): Promise<Azurite> {
  const past = await startAzurite({ dir, dateOffsetMs: -DAYS_AGO * 86_400_000 })
  const { blobs } = await loadTree(TREE, past.endpoint).finally(() => past.stop())
  stage(`Loaded ${blobs} blobs of a job that crashed ${DAYS_AGO} days ago, as Flink 2.3.0 left them.`)
  return startAzurite({ dir })
}

async function prepare(dir: string, { endpoint }: Azurite, truth: Truth): Promise<Stage> {
  const storage = openContainer(endpoint, truth.container)
  const port = await freePort()
  const configFile = join(dir, 'flinkops.yaml')
  const context = {
    jobManagers: [`http://127.0.0.1:${port}`],
    roots: { checkpoints: [statePath('checkpoints', truth.container)], savepoints: [statePath('savepoints', truth.container)] },
    exclusive: true,
    storage: { [ACCOUNT_HOST]: { endpoint } },
  }
  await writeFile(configFile, stringify({ currentContext: 'recorded', contexts: { recorded: context } }, { lineWidth: 0 }))
  return {
    tour: new Tour({ configFile, homeDir: join(dir, 'home') }),
    storage,
    truth,
    needed: neededBy(truth, LAST),
    held: await plant(storage, `checkpoints/${JOB}/shared`, 16 * 1024),
    startJobManager: async () => {
      const { url, stop } = await startIdleJobManager(port)
      console.log()
      stage(`A JobManager that knows no job now answers at ${url}.`)
      return stop
    },
  }
}

async function lookWithoutCluster({ tour, storage, needed }: Stage): Promise<void> {
  const before = await blobsBelow(storage, '')
  await tour.step({
    title: 'Which checkpoints lie in storage? The JobManager is down, so what is live is not known.',
    args: ['list-checkpoints'],
    observe: async (screen) => {
      for (const name of [...OLD, LAST]) expect(shows(screen, `/${name} `, 'complete', `${DAYS_AGO}d`), `${name} is not shown as complete`)
      return 'all four are complete, as the recording says'
    },
  })
  await inspectLast(tour, needed)
  await tour.step({
    title: 'Clean up? Not while nobody can say which jobs run.',
    args: [...CLEANUP, '--without-soft-delete', '--yes'],
    exit: 6,
    observe: async () => {
      expect((await blobsBelow(storage, '')).size === before.size, 'a blob is gone')
      return `all ${before.size} blobs are still there`
    },
  })
}

async function cleanUp(set: Stage): Promise<void> {
  const { tour, storage, truth, needed, held } = set
  const before = await blobsBelow(storage, '')
  await tour.step({
    title: 'What could be cleaned up?',
    args: [...CLEANUP, '--without-soft-delete', '--dry-run'],
    observe: async () => {
      expect((await blobsBelow(storage, '')).size === before.size, 'a blob is gone')
      return `a dry run: all ${before.size} blobs are still there`
    },
  })
  await tour.step({
    title: 'Delete it for good.',
    args: [...CLEANUP, '--without-soft-delete', '--yes'],
    observe: async () => {
      const now = await blobsBelow(storage, '')
      const lost = [...needed, `checkpoints/${JOB}/${LAST}/_metadata`, held].find((name) => now.get(name) !== before.get(name))
      expect(lost === undefined, `${lost} is gone`)
      const survivor = truth.referenced.find((name) => !needed.includes(name) && now.has(name))
      expect(survivor === undefined, `${survivor} is still there, and only expired checkpoints needed it`)
      return `${before.size - now.size} blobs are gone; each of the ${needed.length} files that ${LAST} needs is there`
    },
  })
  await inspectLast(tour, needed)
  await tour.step({
    title: 'What is left?',
    args: ['list-checkpoints'],
    observe: async (screen) => {
      expect(shows(screen, `/${LAST} `, 'complete'), `${LAST} is not shown as complete`)
      expect(!OLD.some((name) => screen.includes(`/${name} `)), 'an expired checkpoint is still shown')
      return 'the last restore point alone'
    },
  })
}

async function inspectLast(tour: Tour, needed: string[]): Promise<void> {
  await tour.step({
    title: 'What does the newest checkpoint hold?',
    args: ['inspect', `${JOB}/${LAST}`],
    observe: async (screen) => {
      expect(filesIn(screen) === needed.length, `Flink's own reader found ${needed.length} files`)
      return `Flink's own reader found the same ${needed.length} files`
    },
  })
}

function neededBy({ byMetadata }: Truth, checkpoint: string): string[] {
  const handles = byMetadata[`checkpoints/${JOB}/${checkpoint}/_metadata`] ?? {}
  return [...new Set(Object.values(handles).flat())]
}
