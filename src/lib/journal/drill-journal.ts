import { hostname } from 'node:os'
import type { DrillBegun, DrillJournal, OpenDrill } from '../ports-drill.js'
import { isAlive } from './alive.js'
import { Appender } from './appender.js'
import { field, textOrNull } from './entries.js'
import { readLines } from './files.js'
import { stateFile } from './trust.js'

/** `drills.jsonl` in a directory, append only: `begun`, `judged` and `cleared` of each restore test, each line with its time. */
export function createDrillJournal({ directory }: { directory: string }): DrillJournal {
  const path = stateFile(directory, 'drills.jsonl')
  const file = new Appender(path)
  const write = (event: string, atMs: number, entry: object) => file.append({ event, at: new Date(atMs).toISOString(), ...entry })
  return {
    begun: (drill) => write('begun', drill.startedAtMs, { ...drill, host: hostname(), pid: process.pid }),
    judged: ({ endedAtMs, ...drill }) => write('judged', endedAtMs, drill),
    cleared: (jobId, atMs) => write('cleared', atMs, { jobId }),
    open: async () => {
      const open = new Map<string, OpenDrill>()
      for (const line of await readLines(path)) {
        const jobId = textOrNull(field(line, 'jobId'))
        const begun = field(line, 'event') === 'begun' ? parseBegun(line) : null
        if (begun !== null) open.set(begun.jobId, { ...begun, isGoingOn: isGoingOn(line) })
        else if (jobId !== null && field(line, 'event') === 'cleared') open.delete(jobId)
      }
      return [...open.values()]
    },
  }
}

function parseBegun(line: unknown): DrillBegun | null {
  const text = (key: keyof DrillBegun) => textOrNull(field(line, key))
  const [jobId, jobName, script, snapshot] = [text('jobId'), text('jobName'), text('script'), text('snapshot')]
  const [directory, jobManager, startedAtMs] = [text('directory'), text('jobManager'), field(line, 'startedAtMs')]
  if (jobId === null || directory === null || jobManager === null || typeof startedAtMs !== 'number') return null
  return { jobId, jobName: jobName ?? '', script: script ?? '', snapshot: snapshot ?? '', directory, jobManager, startedAtMs }
}

/** Of a process elsewhere nobody can tell, so it counts as alive. */
function isGoingOn(line: unknown): boolean {
  return field(line, 'host') !== hostname() || isAlive(Number(field(line, 'pid')))
}
