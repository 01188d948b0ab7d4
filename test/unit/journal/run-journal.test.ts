import { appendFile, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createRunJournal } from '../../../src/lib/journal/run-journal.js'
import { jsonBytes } from '../../../src/lib/large-json.js'

let directory: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'flinkops-runs-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

describe('clean-up runs', () => {
  it('keep the plan whole and the progress in order', async () => {
    const runs = createRunJournal({ directory })
    await runs.planned('run-2', jsonBytes({ delete: ['a'] }))
    await runs.progress('run-2', [{ deleted: 'a' }])
    await runs.progress('run-2', [{ deleted: 'b' }])
    await runs.planned('run-1', jsonBytes({ delete: [] }))
    const later = createRunJournal({ directory })
    expect(await later.plan('run-2')).toEqual({ delete: ['a'] })
    expect(await later.entries('run-2')).toEqual([{ deleted: 'a' }, { deleted: 'b' }])
    expect(await later.runs()).toEqual(['run-1', 'run-2'])
  })

  it('leave no half-written file, and files for their owner alone', async () => {
    await createRunJournal({ directory }).planned('run-1', jsonBytes({}))
    expect(await readdir(join(directory, 'runs', 'run-1'))).toEqual(['plan.json'])
    expect((await stat(join(directory, 'runs', 'run-1', 'plan.json'))).mode & 0o777).toBe(0o600)
  })

  it('are none where nothing was written', async () => {
    const runs = createRunJournal({ directory })
    expect(await runs.plan('run-1')).toBeNull()
    expect(await runs.entries('run-1')).toEqual([])
    expect(await runs.runs()).toEqual([])
  })

  it('do not count a run that was cut off before its plan was whole', async () => {
    await mkdir(join(directory, 'runs', 'run-1'), { recursive: true })
    await writeFile(join(directory, 'runs', 'run-1', 'plan.json.77.tmp'), '{"del')
    expect(await createRunJournal({ directory }).runs()).toEqual([])
  })

  it('tolerate a torn line', async () => {
    const runs = createRunJournal({ directory })
    await runs.progress('run-1', [1])
    await appendFile(join(directory, 'runs', 'run-1', 'progress.jsonl'), '{"deleted":')
    await runs.progress('run-1', [2])
    expect(await runs.entries('run-1')).toEqual([1, 2])
  })

  it('do not begin anew when what they wrote before has vanished', async () => {
    const runs = createRunJournal({ directory })
    await runs.progress('run-1', [1])
    await rm(join(directory, 'runs', 'run-1'), { recursive: true })
    await expect(runs.progress('run-1', [2])).rejects.toMatchObject({ code: 'JOURNAL_UNWRITABLE' })
  })

  it('share syncs between entries given together, and lose none', async () => {
    const runs = createRunJournal({ directory })
    const numbers = Array.from({ length: 2000 }, (_, index) => index)
    await Promise.all(numbers.map((number) => runs.progress('run-1', [number])))
    expect(await runs.entries('run-1')).toEqual(numbers)
  })

  it('say so when a plan is broken or its place cannot be written', async () => {
    const runs = createRunJournal({ directory })
    await mkdir(join(directory, 'runs', 'run-1'), { recursive: true })
    await writeFile(join(directory, 'runs', 'run-1', 'plan.json'), '{')
    await expect(runs.plan('run-1')).rejects.toMatchObject({ code: 'JOURNAL_UNREADABLE' })
    await writeFile(join(directory, 'runs', 'run-2'), '')
    await expect(runs.planned('run-2', jsonBytes({}))).rejects.toMatchObject({ code: 'JOURNAL_UNWRITABLE', exitCode: 6 })
    await expect(runs.progress('run-2', [{}])).rejects.toMatchObject({ code: 'JOURNAL_UNWRITABLE' })
  })

  it('say when a plan cannot be put into its place, and leave no half of it beside', async () => {
    const run = join(directory, 'runs', 'run-3')
    await mkdir(join(run, 'plan.json'), { recursive: true })
    await expect(createRunJournal({ directory }).planned('run-3', jsonBytes({ delete: [] }))).rejects.toMatchObject({
      code: 'JOURNAL_UNWRITABLE',
      message: `The journal ${join(run, 'plan.json')} cannot be written (EISDIR); nothing goes ahead without a record.`,
      exitCode: 6,
      suggestions: [expect.stringContaining(`Give the right to write in ${run} and run it again`)],
    })
    expect(await readdir(run)).toEqual(['plan.json'])
  })

  it.each(['../x', 'a/b', '', '.', '..', 'a b', '-x'])('refuse %j as a run id', async (runId) => {
    const runs = createRunJournal({ directory })
    await expect(runs.planned(runId, jsonBytes({}))).rejects.toMatchObject({ exitCode: 2 })
    await expect(runs.progress(runId, [{}])).rejects.toMatchObject({ exitCode: 2 })
    await expect(runs.plan(runId)).rejects.toMatchObject({ exitCode: 2 })
  })
})
