import type { Context } from '../context.js'
import { keyOfCopy, listCopies } from '../operations/copies.js'
import { FROM_ELSEWHERE, loadRun } from '../operations/load-run.js'
import { containersOf } from '../operations/run-record.js'
import type { Scope } from '../scope.js'
import { Confirmed, type LeftOut, narrow } from '../state/confirmed.js'
import { locationKey } from '../state/location.js'
import { plural } from '../views/format.js'
import type { EarlierRun } from './cleanup-run.js'

/**
 * An earlier run, to be finished: of its plan only what the plan of now wants as well may still go. So a plan that lies in the container is
 * as good as one of this machine; what it lists is material. Says how much there is to go, and why the rest stays.
 */
export async function openRun(runId: string, scope: Scope, context: Context, print: (text: string) => void): Promise<EarlierRun> {
  const { runs, signal } = context
  const recorder = await context.storage()
  const load = () => loadRun({ runId, runs, recorder, containers: scope.readers, signal })
  const { record, deleted, isOwn } = await load()
  const { createdAt, madeBy = '' } = record
  const listed = await Promise.all(scope.readers.map((place) => listCopies(recorder, place, signal)))
  // What lies there as a copy still is not deleted for good.
  for (const copy of listed.flatMap(({ copies }) => copies)) deleted.delete(keyOfCopy(copy))
  const rest = new Confirmed(record.waves.flatMap((wave) => wave.filter((one) => !deleted.has(locationKey(one)))))
  const [done, containers] = [deleted.size, containersOf(record)]
  return {
    runId,
    containers,
    record: async () => {
      // Before its plan lies here: else it would be taken for one of this machine.
      if (!isOwn) await runs.progress(runId, [FROM_ELSEWHERE])
      return (await load()).record
    },
    narrow: ({ plan, survey }) => {
      const both = narrow(plan, survey, rest)
      print(`Run ${runId} of ${createdAt}: ${plural(done, 'blob')} done, ${plural(both.plan.deletes.length, 'blob')} to go.`)
      if (!isOwn) print('Its plan comes from the container: this machine did not make it.')
      for (const line of leftLines(both.left)) print(line)
      if (isOwn && madeBy !== '' && both.left.some((one) => one.outcome === 'spared'))
        print(`It was made by: ${madeBy}. What that asked for and the configuration does not has to be asked for again.`)
      print('')
      return both
    },
  }
}

function leftLines(left: LeftOut[]): string[] {
  const count = (outcome: LeftOut['outcome']) => left.filter((one) => one.outcome === outcome).length
  const words: [number, string][] = [
    [count('gone'), 'of its plan are gone already.'],
    [count('changed'), 'of its plan are another version now: left alone.'],
    [count('spared'), 'of its plan stay: the plan of now does not want them.'],
  ]
  return words.flatMap(([blobs, what]) => (blobs === 0 ? [] : [`${plural(blobs, 'blob')} ${what}`]))
}
