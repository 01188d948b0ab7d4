/** The main job on a real Flink: look, save, stop, resume, clean up, and prove that what is left restores. */
import { join } from 'node:path'
import { statePath } from '../emulator.js'
import { at, requestJson } from '../http-json.js'
import { jobState, restoredFrom, waitForCheckpoints } from '../jobs.js'
import { type Sandbox, startSandbox } from '../sandbox.js'
import { blobsBelow, nameOf, plant } from './blobs.js'
import { DAYS_AGO, layPast, type Past } from './past.js'
import { expect, filesIn, jobIdIn, pathIn, shows, stage, Tour } from './tour.js'

const CLEANUP = ['cleanup', '--older-than', '24h', '--savepoints-older-than', '30d']

/** Walks through all of it; the number of steps that were observed to work. */
export async function flinkTour(dir: string, flink: string | null): Promise<number> {
  const sandbox = await startSandbox({
    flink,
    runDir: join(dir, 'run'),
    configFile: join(dir, 'flinkops.yaml'),
    blobs: { dir: join(dir, 'blobs'), dateOffsetMs: -DAYS_AGO * 86_400_000 },
    say: stage,
  })
  try {
    const past = await layPast(sandbox)
    const tour = new Tour({ configFile: sandbox.configFile, homeDir: join(dir, 'home') })
    await look(tour, sandbox, past)
    const { savepoint, jobId } = await saveStopResume(tour, sandbox, past)
    past.untouchable.push(await plant(sandbox.storage, `checkpoints/${jobId}/shared`, 16 * 1024))
    await cleanUp(tour, sandbox, past)
    await restoreWhatIsLeft(tour, sandbox, past, savepoint)
    return tour.steps
  } finally {
    await sandbox.stop()
  }
}

async function look(tour: Tour, { cluster, storage }: Sandbox, past: Past): Promise<void> {
  await tour.step({
    title: 'What runs on the cluster?',
    args: ['list-jobs'],
    observe: async (screen) => {
      const jobs = at(await requestJson(`${cluster.restUrl}/jobs/overview`), 'jobs') as { jid: string; state: string }[]
      for (const { jid, state } of jobs) expect(shows(screen, jid.slice(0, 8), state), `job ${jid} (${state}) is not in the list`)
      return `the JobManager knows the same ${jobs.length} jobs, in the same states`
    },
  })
  await tour.step({
    title: 'Which checkpoints lie in storage, and are they all there?',
    args: ['list-checkpoints'],
    observe: async (screen) => {
      for (const name of [past.salesCheckpoint, past.enrichCheckpoint]) {
        expect(shows(screen, name.slice(-20), 'complete', `${DAYS_AGO}d`), `${name} is not shown as complete and ${DAYS_AGO} days old`)
      }
      const blobs = [...(await blobsBelow(storage, 'checkpoints/'))].filter(([name, size]) => name.endsWith('/_metadata') && size > 0)
      expect(blobs.length >= 3, 'storage holds fewer than three checkpoints')
      return `storage holds the _metadata of each, two of them ${DAYS_AGO} days old`
    },
  })
}

async function saveStopResume(tour: Tour, sandbox: Sandbox, past: Past): Promise<{ savepoint: string; jobId: string }> {
  const { restUrl } = sandbox.cluster
  const saved = await tour.step({
    title: 'Take a savepoint; the job goes on.',
    args: ['savepoint', 'sales_pipeline'],
    observe: async (screen) => {
      const state = await jobState(restUrl, past.runningJob)
      expect(state === 'RUNNING', `the job is ${state}`)
      return `${await metadataOf(sandbox, pathIn(screen))}, and the job is still RUNNING`
    },
  })
  const stopped = await tour.step({
    title: 'Stop the job with a savepoint. Flink then deletes its checkpoints: this savepoint is the way back.',
    args: ['stop', 'sales_pipeline', '--yes'],
    observe: async (screen) => {
      const state = await jobState(restUrl, past.runningJob)
      expect(state === 'FINISHED', `the job is ${state}`)
      return `${await metadataOf(sandbox, pathIn(screen))}, and the job is FINISHED`
    },
  })
  const resumed = await tour.step({
    title: 'Resume it from there, and have the restore proven.',
    args: ['resume', 'sales_pipeline', '--from', pathIn(stopped)],
    observe: (screen) => restored(sandbox, jobIdIn(screen), pathIn(stopped)),
  })
  await tour.step({
    title: 'Which savepoints lie in storage?',
    args: ['list-savepoints'],
    observe: async (screen) => {
      const paths = [pathIn(saved), pathIn(stopped), past.salesSavepoint]
      for (const path of paths) expect(shows(screen, path.slice(-20), 'complete'), `${path} is not shown as complete`)
      return 'both new ones and the old one are listed as complete'
    },
  })
  await tour.step({
    title: 'What is in a savepoint?',
    args: ['inspect', pathIn(stopped)],
    observe: async (screen) => {
      const files = [...(await blobsBelow(sandbox.storage, `${nameOf(pathIn(stopped))}/`))].filter(([name]) => !name.endsWith('/_metadata'))
      expect(filesIn(screen) === files.length, `storage holds ${files.length} files of it, and inspect says otherwise`)
      return 'its directory holds just as many files'
    },
  })
  return { savepoint: pathIn(saved), jobId: jobIdIn(resumed) }
}

async function cleanUp(tour: Tour, { storage }: Sandbox, past: Past): Promise<void> {
  const needed = async () => [...(await blobsBelow(storage, `${past.enrichCheckpoint}/`)).keys(), ...past.untouchable]
  const [before, stay] = [await blobsBelow(storage, ''), await needed()]
  await tour.step({
    title: 'What could be cleaned up? The emulator has no soft delete, so a guard refuses; nothing is touched.',
    args: [...CLEANUP, '--dry-run'],
    exit: 6,
    observe: async (screen) => {
      expect(screen.includes('--without-soft-delete'), 'the guard does not name its override')
      const old = [...past.garbage, `${past.salesCheckpoint}/_metadata`, `${past.salesSavepoint}/_metadata`]
      const now = await blobsBelow(storage, '')
      expect(
        old.every((name) => before.has(name) && now.has(name)),
        'a blob is gone',
      )
      return 'every old blob is still there'
    },
  })
  await tour.step({
    title: 'Delete it for good.',
    args: [...CLEANUP, '--without-soft-delete', '--yes'],
    observe: async () => {
      const now = await blobsBelow(storage, '')
      const gone = [...past.garbage, ...[...before.keys()].filter((name) => isBelow(name, past.salesCheckpoint, past.salesSavepoint))]
      const survivor = gone.find((name) => now.has(name))
      expect(survivor === undefined, `${survivor} is still there`)
      const lost = stay.find((name) => !now.has(name))
      expect(lost === undefined, `${lost} is gone`)
      return `${gone.length} old files are gone; the last restore point of orders_enrich and all that was held are there`
    },
  })
}

async function restoreWhatIsLeft(tour: Tour, sandbox: Sandbox, past: Past, savepoint: string): Promise<void> {
  const { restUrl } = sandbox.cluster
  const kept = statePath(past.enrichCheckpoint)
  await tour.step({
    title: `The restore point that was kept still works: orders_enrich comes back after ${DAYS_AGO} days.`,
    args: ['resume', 'orders_enrich', '--from', kept],
    observe: (screen) => restored(sandbox, jobIdIn(screen), kept),
  })
  await tour.step({
    title: 'A bad deployment? Stop sales_pipeline once more ...',
    args: ['stop', 'sales_pipeline', '--yes'],
    observe: async (screen) => metadataOf(sandbox, pathIn(screen)),
  })
  await tour.step({
    title: '... and go back to the savepoint from before the clean-up.',
    args: ['resume', 'sales_pipeline', '--from', savepoint],
    observe: (screen) => restored(sandbox, jobIdIn(screen), savepoint),
  })
  await tour.step({
    title: 'Both jobs run.',
    args: ['list-jobs'],
    observe: async () => {
      const jobs = at(await requestJson(`${restUrl}/jobs/overview`), 'jobs') as { name: string; state: string }[]
      const running = jobs.filter((job) => job.state === 'RUNNING').map((job) => job.name)
      expect(running.length === 2 && new Set(running).size === 2, `what runs is: ${running.join(', ')}`)
      return 'the JobManager says so, too'
    },
  })
}

async function metadataOf({ storage }: Sandbox, path: string): Promise<string> {
  const { contentLength = 0 } = await storage.getBlobClient(`${nameOf(path)}/_metadata`).getProperties()
  expect(contentLength > 0, `${path}/_metadata is empty`)
  return `its _metadata lies in storage (${contentLength} bytes)`
}

async function restored({ cluster }: Sandbox, jobId: string, path: string): Promise<string> {
  const from = await restoredFrom(cluster.restUrl, jobId)
  expect(from === path, `the JobManager says that it was restored from ${from}`)
  await waitForCheckpoints(cluster.restUrl, jobId)
  return 'the JobManager names this very path, and the job has completed a checkpoint since'
}

function isBelow(name: string, ...directories: string[]): boolean {
  return directories.some((directory) => name.startsWith(`${directory}/`))
}
