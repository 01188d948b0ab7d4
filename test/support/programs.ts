import type { Program } from '../../src/lib/operations/program.js'
import type { StartedJob, StartJournal } from '../../src/lib/ports-started.js'

/** A script's program; `null` = a job whose name nobody knows. */
export function program(name: string | null, parts: Partial<Program> = {}): Program {
  return {
    title: name ?? 'program',
    names: name === null ? [] : [name],
    ownDirectories: [],
    restoresFrom: null,
    memory: {
      kind: 'script',
      path: '/jobs/shop.sql',
      sha256: 'a'.repeat(64),
      entryClass: null,
      args: [],
      parallelism: null,
      defines: {},
      sealed: [],
      defineFile: null,
    },
    source: { kind: 'script', statements: [{ text: 'INSERT INTO a SELECT 1', line: 1, startsJob: true }] },
    ...parts,
  }
}

/** The same as a jar. */
export function jarProgram(name: string | null): Program {
  const jar = { path: '/jobs/enrich.jar', entryClass: 'com.acme.Enrich', args: ['--env', 'prod'], parallelism: 4 }
  const memory = { kind: 'jar' as const, sha256: 'b'.repeat(64), defines: null, sealed: [], defineFile: null, ...jar }
  return program(name, { memory, source: { kind: 'jar', ...jar } })
}

/** Started jobs in memory. */
export function startsInMemory(...jobs: StartedJob[]): StartJournal & { jobs: StartedJob[] } {
  return {
    jobs,
    rememberStart: async (job) => {
      jobs.push(job)
    },
    startedJobs: async () => jobs,
  }
}
