import type { Restorables } from '../operations/find-restorable.js'
import type { ListedSnapshot } from '../operations/list-snapshots.js'
import { duration, plural } from './format.js'

const SHOWN_AT_MOST = 10

/** Which snapshot was chosen, and why that one. */
export function chosenLine(found: Restorables, newest: ListedSnapshot, title: string): string {
  const what = newest.checkpointId === null ? 'savepoint' : `checkpoint ${newest.checkpointId}`
  const whose = newest.jobId === null ? 'a job that nobody remembers' : `job ${newest.jobId}`
  const why = found.restorable === 1 ? 'the only restorable snapshot' : `the newest of ${found.restorable} restorable snapshots`
  return `${newest.path} is ${why} of ${title}: ${what} of ${whose}, ${duration(newest.ageMs)} old`
}

/** The newer ones that were not taken, each with its reason. */
export function passedOverLines({ passedOver }: Restorables): string[] {
  const lines = passedOver.slice(0, SHOWN_AT_MOST).map((one) => `Passed over ${one.path} (${duration(one.ageMs)} old): ${one.reason}`)
  const more = passedOver.length - SHOWN_AT_MOST
  return more > 0 ? [...lines, `Passed over ${more} more`] : lines
}

/** What is missing when there is nothing to restore from, and what to do next. */
export function nothingRestorable(found: Restorables, title: string, isBefore: boolean): { message: string; suggestions: string[] } {
  const when = isBefore ? ' from before that time' : ''
  const over = found.passedOver.map((one) => `${one.path} is ${one.reason}`)
  const reasons = over.length === 0 ? '' : `: ${over.slice(0, 3).join('; ')}${over.length > 3 ? `; and ${over.length - 3} more` : ''}`
  const unnamed =
    found.unnamed === 0
      ? []
      : [`${plural(found.unnamed, 'complete snapshot')} in storage belong to jobs whose name nobody remembers; name one by its path.`]
  return {
    message: `No restorable snapshot of ${title}${when} lies in storage${reasons}.`,
    suggestions: [...unnamed, 'See what is there: flinkops list-checkpoints, flinkops list-savepoints'],
  }
}
