import { appendFile, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createStartJournal } from '../../../src/lib/journal/start-journal.js'
import type { StartedJob } from '../../../src/lib/ports-started.js'

let base: string
let directory: string
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'flinkops-starts-'))
  directory = join(base, 'flinkops')
})
afterEach(() => rm(base, { recursive: true, force: true }))

const script: StartedJob = {
  jobId: 'a'.repeat(32),
  name: 'sales',
  kind: 'script',
  path: '/jobs/sales.sql',
  sha256: 'f'.repeat(64),
  entryClass: null,
  args: [],
  parallelism: null,
  defines: { HOST: 'db1' },
  sealed: [{ name: 'DB_PASS', hash: 'scrypt:00:11' }],
  defineFile: '/etc/sales.env',
  restoredFrom: null,
  startedAtMs: 2,
}
const jar: StartedJob = {
  ...script,
  jobId: 'b'.repeat(32),
  kind: 'jar',
  name: null,
  args: null,
  parallelism: 4,
  defines: null,
  sealed: [{ name: '2 arguments (--env)', hash: 'scrypt:00:22' }],
  defineFile: null,
  startedAtMs: 1,
}

describe('jobs that were started', () => {
  it('are remembered whole, the latest last, for their owner alone', async () => {
    const journal = createStartJournal({ directory })
    await journal.rememberStart(script)
    await journal.rememberStart(jar)
    expect(await createStartJournal({ directory }).startedJobs()).toEqual([jar, script])
    expect((await stat(join(directory, 'started.jsonl'))).mode & 0o777).toBe(0o600)
  })

  it('are known by what was written last of the same job id', async () => {
    const journal = createStartJournal({ directory })
    await journal.rememberStart(jar)
    await journal.rememberStart({ ...jar, name: 'enrich', startedAtMs: 3 })
    expect(await journal.startedJobs()).toEqual([{ ...jar, name: 'enrich', startedAtMs: 3 }])
  })

  it('are none where there is no journal; rubbish and torn lines are passed over', async () => {
    const journal = createStartJournal({ directory })
    expect(await journal.startedJobs()).toEqual([])
    await mkdir(directory)
    await writeFile(
      join(directory, 'started.jsonl'),
      'null\n{"kind":"script"}\n{"kind":"other","jobId":"x","path":"p","sha256":"s","startedAtMs":1}\n',
    )
    await journal.rememberStart(script)
    await appendFile(join(directory, 'started.jsonl'), '{"jobId":"to')
    expect(await journal.startedJobs()).toEqual([script])
  })

  it('lose arguments that are no texts, rather than to start a job with others', async () => {
    await mkdir(directory)
    const line = { ...jar, args: ['--n', 5], defines: { A: 1 } }
    await writeFile(join(directory, 'started.jsonl'), `${JSON.stringify(line)}\n`)
    expect(await createStartJournal({ directory }).startedJobs()).toMatchObject([{ args: null, defines: null }])
  })

  it('are read back from lines of older versions, with the values that those hold', async () => {
    await mkdir(directory)
    const { sealed: _sealed, defineFile: _file, ...old } = script
    await writeFile(join(directory, 'started.jsonl'), `${JSON.stringify(old)}\n`)
    expect(await createStartJournal({ directory }).startedJobs()).toEqual([{ ...old, sealed: [], defineFile: null }])
  })

  it('keep the name of a value of which the trace is torn, so that it is still asked for', async () => {
    await mkdir(directory)
    const line = { ...script, sealed: [{ name: 'DB_PASS', hash: 7 }, { hash: 'x' }, 'y'] }
    await writeFile(join(directory, 'started.jsonl'), `${JSON.stringify(line)}\n`)
    expect(await createStartJournal({ directory }).startedJobs()).toMatchObject([{ sealed: [{ name: 'DB_PASS', hash: '' }] }])
  })

  it('are written with the fields that they have, and no others', async () => {
    const [sealed] = script.sealed.map((one) => Object.assign({ value: 'MARKED' }, one))
    const wide = Object.assign({ password: 'MARKED' }, script, { sealed: [sealed] })
    await createStartJournal({ directory }).rememberStart(wide)
    expect(await readFile(join(directory, 'started.jsonl'), 'utf8')).not.toContain('MARKED')
  })

  it('do not fail when they cannot be written, but tell', async () => {
    await writeFile(directory, '')
    const problems: string[] = []
    await createStartJournal({ directory, onProblem: (problem) => problems.push(problem.message) }).rememberStart(script)
    await createStartJournal({ directory }).rememberStart(script)
    expect(problems).toEqual([expect.stringContaining('cannot be written')])
  })
})
