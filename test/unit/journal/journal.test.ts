import { appendFile, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { journalDirectory } from '../../../src/lib/journal/directory.js'
import { unwritable } from '../../../src/lib/journal/failure.js'
import { createJournal } from '../../../src/lib/journal/journal.js'
import type { JournalOperation, Sighting } from '../../../src/lib/ports.js'
import { CAN_MAKE_DEVICES, makeFullFile } from '../../support/full-file.js'

let base: string
let directory: string

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'flinkops-journal-'))
  directory = join(base, 'state', 'flinkops')
})
afterEach(() => rm(base, { recursive: true, force: true }))

const operation: JournalOperation = {
  kind: 'stop',
  triggerId: 'a'.repeat(32),
  jobId: 'b'.repeat(32),
  jobName: null,
  jobManager: 'http://jm:8081',
  targetDirectory: 'wasbs://c@a.blob.core.windows.net/sp',
  format: 'NATIVE',
  startedAtMs: 1_700_000_000_000,
}

describe('operations', () => {
  it('are there for another process at once, and stay after their end', async () => {
    const journal = createJournal({ directory })
    await journal.operationStarted(operation)
    expect(await createJournal({ directory }).operation(operation.triggerId)).toEqual(operation)
    await journal.operationEnded(operation.triggerId, { state: 'completed', path: 'wasbs://c@a/sp/savepoint-1', atMs: 5 })
    expect(await journal.operation(operation.triggerId)).toEqual(operation)
    expect(await journal.operation('unknown')).toBeNull()
  })

  it('are null where there is no journal', async () => {
    expect(await createJournal({ directory }).operation('x')).toBeNull()
  })

  it('are kept for their owner alone', async () => {
    await createJournal({ directory }).operationStarted(operation)
    expect((await stat(join(directory, 'operations.jsonl'))).mode & 0o777).toBe(0o600)
    expect((await stat(directory)).mode & 0o777).toBe(0o700)
  })

  it('write only the fields that a journal has', async () => {
    await createJournal({ directory }).operationStarted(Object.assign({ password: 'MARKED' }, operation))
    expect(await readFile(join(directory, 'operations.jsonl'), 'utf8')).not.toContain('MARKED')
  })

  it('survive a line that a crash has torn, and go on in a line of their own', async () => {
    const journal = createJournal({ directory })
    await journal.operationStarted(operation)
    await appendFile(join(directory, 'operations.jsonl'), '{"event":"started","trigg')
    expect(await journal.operation(operation.triggerId)).toEqual(operation)
    const second = { ...operation, triggerId: 'c'.repeat(32) }
    await journal.operationStarted(second)
    expect(await journal.operation(second.triggerId)).toEqual(second)
  })

  it.each(['null', '5', '"x"', '[]', '{}', '{"kind":"stop"}', '{"kind":"delete","triggerId":"t"}', '{"kind":"stop","format":"ZIP"}', '{'])(
    'pass over the line %s',
    async (line) => {
      await mkdir(directory, { recursive: true })
      await writeFile(join(directory, 'operations.jsonl'), `${line}\n`)
      expect(await createJournal({ directory }).operation('t')).toBeNull()
    },
  )

  it('lose nothing when many begin at the same time', async () => {
    const journal = createJournal({ directory })
    const ids = Array.from({ length: 50 }, (_, index) => `id-${index}`)
    await Promise.all(ids.map((triggerId) => journal.operationStarted({ ...operation, triggerId })))
    for (const triggerId of ids) expect((await journal.operation(triggerId))?.triggerId).toBe(triggerId)
  })
})

describe('a journal that cannot be written', () => {
  it.each([
    ['a file stands in its way', async () => writeFile(join(base, 'state'), ''), 'ENOTDIR'],
    ['the file is a directory', async () => mkdir(join(directory, 'operations.jsonl'), { recursive: true }), 'EISDIR'],
  ])('stops the operation before it starts: %s', async (_, prepare, reason) => {
    await prepare()
    await expect(createJournal({ directory }).operationStarted(operation)).rejects.toMatchObject({
      code: 'JOURNAL_UNWRITABLE',
      exitCode: 6,
      message: expect.stringContaining(
        `${join(directory, 'operations.jsonl')} cannot be written (${reason}); nothing goes ahead without a record.`,
      ),
    })
  })

  it.each(['EACCES', 'EPERM'])('says that the right to write is missing: %s', (code) => {
    // Root may write everywhere: the error itself, not a directory without the right.
    const { message } = unwritable('/var/lib/flinkops/operations.jsonl', Object.assign(new Error('denied'), { code }))
    expect(message).toContain('/var/lib/flinkops/operations.jsonl cannot be written (permission denied);')
  })

  it('says that the disk is full', async () => {
    await mkdir(directory, { recursive: true })
    const path = join(directory, 'operations.jsonl')
    if (CAN_MAKE_DEVICES) await makeFullFile(path)
    const written = CAN_MAKE_DEVICES
      ? createJournal({ directory }).operationStarted(operation)
      : Promise.reject(unwritable(path, Object.assign(new Error('full'), { code: 'ENOSPC' })))
    await expect(written).rejects.toMatchObject({
      message: `The journal ${join(directory, 'operations.jsonl')} cannot be written (the disk is full); nothing goes ahead without a record.`,
      suggestions: [
        `Make room (df -h ${directory}) and run it again, or choose another place with XDG_STATE_HOME (what was begun is known here only).`,
      ],
    })
  })

  it('does not fail what has happened already, but tells, once', async () => {
    await writeFile(join(base, 'state'), '')
    const problems: string[] = []
    const journal = createJournal({ directory, onProblem: (problem) => problems.push(problem.message) })
    await journal.operationEnded('t', { state: 'failed', cause: 'x', atMs: 1 })
    await journal.operationEnded('u', { state: 'failed', cause: 'x', atMs: 2 })
    await createJournal({ directory }).operationEnded('t', { state: 'failed', cause: 'x', atMs: 1 })
    expect(problems).toEqual([expect.stringContaining('cannot be written')])
  })
})

describe('sightings', () => {
  const seen: Sighting = {
    jobId: 'j1',
    where: 'http://jm:8081',
    name: 'sales',
    state: 'RUNNING',
    startedAtMs: 1,
    isHaOff: true,
    restored: { path: 'wasbs://c@a/sp', checkpointId: 3 },
    savepoint: 'wasbs://c@a/own',
  }

  it('are kept by cluster and job, and written again only when something is new', async () => {
    const journal = createJournal({ directory })
    const other = { ...seen, where: 'http://other:8081', restored: null }
    for (let looks = 0; looks < 3; looks++) await journal.rememberSightings([seen, other])
    await journal.rememberSightings([{ ...seen, state: 'CANCELED' }, other])
    await journal.rememberSightings([])
    expect(await createJournal({ directory }).sightings()).toEqual([seen, other, { ...seen, state: 'CANCELED' }])
  })

  it('hold what is named and nothing else', async () => {
    await createJournal({ directory }).rememberSightings([{ ...seen, configuration: 'secret' } as Sighting])
    expect(await readFile(join(directory, 'sightings.jsonl'), 'utf8')).not.toContain('secret')
  })

  it('leave out what is none, and take what is missing for not known', async () => {
    await mkdir(directory, { recursive: true })
    const lines = ['{"jobId":"j1"}', '7', '{"jobId":"j1","where":"http://jm","state":"RUNNING","isHaOff":"yes","restored":{"path":"p"}}']
    await writeFile(join(directory, 'sightings.jsonl'), `${lines.join('\n')}\n{"jobId":"to`)
    const bare = { name: null, startedAtMs: null, isHaOff: null, restored: { path: 'p', checkpointId: null }, savepoint: null }
    expect(await createJournal({ directory }).sightings()).toEqual([{ jobId: 'j1', where: 'http://jm', state: 'RUNNING', ...bare }])
  })
})

describe('names and restores', () => {
  it('are remembered, the last one counting', async () => {
    const journal = createJournal({ directory })
    await journal.rememberName('j1', 'old')
    await journal.rememberName('j1', 'new')
    await journal.rememberName('j2', 'other')
    await journal.rememberRestore('j2', 'wasbs://c@a/sp')
    expect([...(await journal.names())]).toEqual([
      ['j1', 'new'],
      ['j2', 'other'],
    ])
    expect([...(await journal.restores())]).toEqual([['j2', 'wasbs://c@a/sp']])
  })

  it('are not written again when they are known', async () => {
    const journal = createJournal({ directory })
    for (let i = 0; i < 5; i++) await journal.rememberName('j1', 'same')
    expect((await readFile(join(directory, 'names.jsonl'), 'utf8')).split('\n')).toHaveLength(2)
  })

  it('are empty where there is no journal, and pass over rubbish', async () => {
    expect((await createJournal({ directory }).names()).size).toBe(0)
    await mkdir(directory, { recursive: true })
    await writeFile(join(directory, 'names.jsonl'), '{"jobId":1,"name":"x"}\n{"jobId":"j"}\nnull\n')
    expect((await createJournal({ directory }).names()).size).toBe(0)
  })

  it('say so when the journal cannot be read', async () => {
    await mkdir(join(directory, 'names.jsonl'), { recursive: true })
    await expect(createJournal({ directory }).names()).rejects.toMatchObject({ code: 'JOURNAL_UNREADABLE', exitCode: 6 })
  })
})

describe('journalDirectory', () => {
  it.each([
    [{ XDG_STATE_HOME: '/s', HOME: '/h' }, '/s/flinkops'],
    [{ HOME: '/h' }, '/h/.local/state/flinkops'],
    [{ XDG_STATE_HOME: '', HOME: '/h' }, '/h/.local/state/flinkops'],
  ])('%j', (env, expected) => {
    expect(journalDirectory(env)).toBe(expected)
  })
})
