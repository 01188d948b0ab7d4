import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createDrillJournal } from '../../../src/lib/journal/drill-journal.js'
import type { DrillJudged } from '../../../src/lib/ports-drill.js'

let directory = ''
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'flinkops-drills-'))
})
afterEach(() => rm(directory, { recursive: true }))

const drill = (jobId: string) => ({
  jobId,
  jobName: 'sales',
  script: '/jobs/sales.sql',
  snapshot: 'wasbs://flink@acct/savepoints/s',
  directory: `wasbs://flink@acct/checkpoints/flinkops-drill/${jobId}`,
  jobManager: 'http://flink-jm:8081',
  startedAtMs: 7,
})

const JUDGED: DrillJudged = {
  ...drill('a'),
  verdict: 'proven',
  reason: null,
  proof: null,
  leftOut: [],
  startedEmpty: [],
  endedAtMs: 9000,
  durationMs: 8993,
}

describe('the journal of restore tests', () => {
  it('knows those that were begun and not cleared, whatever their verdict', async () => {
    const journal = createDrillJournal({ directory })
    expect(await journal.open()).toEqual([])
    await journal.begun(drill('a'))
    await journal.begun(drill('b'))
    await journal.judged(JUDGED)
    await journal.cleared('b', 9)
    expect(await createDrillJournal({ directory }).open()).toEqual([{ ...drill('a'), isGoingOn: true }])
  })

  it('tells one whose process is gone from one that goes on, also elsewhere', async () => {
    const journal = createDrillJournal({ directory })
    await journal.begun(drill('a'))
    const text = await readFile(join(directory, 'drills.jsonl'), 'utf8')
    await appendFile(join(directory, 'drills.jsonl'), text.replaceAll('"a"', '"b"').replace(/"pid":\d+/, '"pid":0'))
    await appendFile(join(directory, 'drills.jsonl'), text.replaceAll('"a"', '"c"').replace(/"host":"[^"]*"/, '"host":"elsewhere"'))
    expect((await journal.open()).map(({ jobId, isGoingOn }) => [jobId, isGoingOn])).toEqual([
      ['a', true],
      ['b', false],
      ['c', true],
    ])
  })

  it('dates each line, and passes over what is none', async () => {
    const journal = createDrillJournal({ directory })
    await journal.judged(JUDGED)
    await appendFile(join(directory, 'drills.jsonl'), '7\n{"event":"begun","jobId":"x"}\n{"event":"beg')
    expect(await journal.open()).toEqual([])
    const [line = ''] = (await readFile(join(directory, 'drills.jsonl'), 'utf8')).split('\n')
    expect(JSON.parse(line)).toMatchObject({ event: 'judged', at: '1970-01-01T00:00:09.000Z', verdict: 'proven', durationMs: 8993 })
  })
})
