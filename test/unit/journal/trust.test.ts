import { chmod, chown, lstat, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createDrillJournal } from '../../../src/lib/journal/drill-journal.js'
import { createJournal } from '../../../src/lib/journal/journal.js'
import { createMaintenanceJournal } from '../../../src/lib/journal/maintenance-journal.js'
import { createRunJournal } from '../../../src/lib/journal/run-journal.js'
import { createStartJournal } from '../../../src/lib/journal/start-journal.js'
import { createUsageHistory } from '../../../src/lib/journal/usage-history.js'
import { jsonBytes } from '../../../src/lib/large-json.js'

const IS_ROOT = process.getuid?.() === 0

let base: string
let directory: string
const at = (...names: string[]) => join(directory, ...names)

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'flinkops-trust-'))
  directory = join(base, 'state', 'flinkops')
  await mkdir(at('maintenance'), { recursive: true, mode: 0o755 })
  await mkdir(at('runs', 'run-1'), { recursive: true, mode: 0o755 })
  const lines = {
    names: { jobId: 'j', name: 'sales' },
    restores: { jobId: 'j', path: 'p' },
    started: {},
    usage: {},
    drills: {},
    operations: {},
  }
  for (const [name, line] of Object.entries(lines)) await writeFile(at(`${name}.jsonl`), `${JSON.stringify(line)}\n`, { mode: 0o644 })
  await writeFile(at('maintenance', 'w.json'), '{"id":"w"}', { mode: 0o644 })
  await writeFile(at('maintenance', 'lease-id'), 'seed', { mode: 0o644 })
  await writeFile(at('runs', 'run-1', 'plan.json'), '{}', { mode: 0o644 })
  await writeFile(at('runs', 'run-1', 'progress.jsonl'), '{}\n', { mode: 0o644 })
})
afterEach(() => rm(base, { recursive: true, force: true }))

/** Everything that is read from the state directory and written to it, with the file that it is about. */
const USES: [string, string, () => Promise<unknown>][] = [
  ['reading an operation', 'operations.jsonl', () => createJournal({ directory }).operation('t')],
  ['noting an operation', 'operations.jsonl', () => createJournal({ directory }).operationStarted({} as never)],
  ['reading names', 'names.jsonl', () => createJournal({ directory }).names()],
  ['reading restores', 'restores.jsonl', () => createJournal({ directory }).restores()],
  ['reading what was started', 'started.jsonl', () => createStartJournal({ directory }).startedJobs()],
  ['reading looks', 'usage.jsonl', () => createUsageHistory({ directory }).looks()],
  ['noting a look', 'usage.jsonl', () => createUsageHistory({ directory }).remember({} as never)],
  ['reading drills', 'drills.jsonl', () => createDrillJournal({ directory }).open()],
  ['noting a drill', 'drills.jsonl', () => createDrillJournal({ directory }).cleared('j', 0)],
  ['reading a manifest', 'maintenance/w.json', () => createMaintenanceJournal({ directory }).load('w')],
  ['reading the lease id', 'maintenance/lease-id', () => createMaintenanceJournal({ directory }).leaseId('prod')],
  ['reading a plan', 'runs/run-1/plan.json', () => createRunJournal({ directory }).plan('run-1')],
  ['reading the progress of a run', 'runs/run-1/progress.jsonl', () => createRunJournal({ directory }).entries('run-1')],
  ['noting the progress of a run', 'runs/run-1/progress.jsonl', () => createRunJournal({ directory }).progress('run-1', [{}])],
]
const DIRECTORY_USES: [string, string, () => Promise<unknown>][] = [
  ['listing manifests', 'maintenance', () => createMaintenanceJournal({ directory }).ids()],
  ['saving a manifest', 'maintenance', () => createMaintenanceJournal({ directory }).save('w', {})],
  ['taking the lock of a window', 'maintenance', async () => (await createMaintenanceJournal({ directory }).hold('prod'))()],
  ['listing runs', 'runs', () => createRunJournal({ directory }).runs()],
  ['saving a plan', 'runs/run-1', () => createRunJournal({ directory }).planned('run-1', jsonBytes({}))],
]
const refusal = (path: string, how: string) => ({
  code: 'JOURNAL_NOT_OWN',
  exitCode: 6,
  message: `The journal ${path} is not used: it ${how}.`,
})

describe('a state directory of one’s own', () => {
  it.each([...USES, ...DIRECTORY_USES])('is used, also when others may read it: %s', async (_, __, use) => {
    await use()
  })

  it('gets files that only their owner may read, where they are written to', async () => {
    await createRunJournal({ directory }).progress('run-1', [{}])
    await createRunJournal({ directory }).planned('run-1', jsonBytes({}))
    for (const name of ['plan.json', 'progress.jsonl']) expect((await stat(at('runs', 'run-1', name))).mode & 0o777).toBe(0o600)
  })

  it('may be a link', async () => {
    await symlink(directory, join(base, 'linked'))
    expect((await createJournal({ directory: join(base, 'linked') }).names()).get('j')).toBe('sales')
  })
})

describe('what others may write to is not used, and it is said how to close it', () => {
  it.each([...USES, ...DIRECTORY_USES])('the state directory: %s', async (_, __, use) => {
    await chmod(directory, 0o777)
    await expect(use()).rejects.toMatchObject({
      ...refusal(directory, 'can be written to by everybody (mode 0777)'),
      suggestions: [expect.stringMatching(new RegExp(`If it is all yours, close it: chmod -R go-w ${directory}$`))],
    })
  })

  it.each([...USES, ...DIRECTORY_USES])('what it is about: %s', async (_, name, use) => {
    await chmod(at(name), 0o722)
    await expect(use()).rejects.toMatchObject(refusal(at(name), 'can be written to by everybody (mode 0722)'))
  })

  it('a directory between, and a sticky one: others put files there', async () => {
    await chmod(at('runs'), 0o1777)
    await expect(createRunJournal({ directory }).plan('run-1')).rejects.toMatchObject(
      refusal(at('runs'), 'can be written to by everybody (mode 1777)'),
    )
  })

  it('what a link leads to', async () => {
    await symlink(directory, join(base, 'linked'))
    await chmod(directory, 0o777)
    const linked = createJournal({ directory: join(base, 'linked') })
    await expect(linked.names()).rejects.toMatchObject({ code: 'JOURNAL_NOT_OWN' })
  })

  it('nothing is written there', async () => {
    await chmod(at('maintenance'), 0o777)
    const before = await readdir(at('maintenance'))
    await expect(createMaintenanceJournal({ directory }).save('new', {})).rejects.toMatchObject({ code: 'JOURNAL_NOT_OWN' })
    await expect(createMaintenanceJournal({ directory }).hold('prod')).rejects.toMatchObject({ code: 'JOURNAL_NOT_OWN' })
    expect(await readdir(at('maintenance'))).toEqual(before)
  })
})

// Only root can give a file away. That an owner counts at all is shown for everybody in ownership.test.ts.
describe.runIf(IS_ROOT)('what belongs to another user is not used, and it is said beforehand that a journal is per user', () => {
  it.each([...USES, ...DIRECTORY_USES])('the state directory: %s', async (_, __, use) => {
    await chown(directory, 65_534, 65_534)
    await expect(use()).rejects.toMatchObject({
      ...refusal(directory, 'belongs to another user (uid 65534)'),
      suggestions: [expect.stringMatching(/^Set XDG_STATE_HOME to a directory of your own.* per user\.$/)],
    })
  })

  it.each([...USES, ...DIRECTORY_USES])('what it is about: %s', async (_, name, use) => {
    await chown(at(name), 65_534, 65_534)
    await expect(use()).rejects.toMatchObject(refusal(at(name), 'belongs to another user (uid 65534)'))
  })
})

describe('a link in place of a file', () => {
  const WRITES = USES.filter(([name]) => name.startsWith('noting'))

  it.each(USES)('is not followed: %s', async (_, name, use) => {
    const precious = join(base, 'precious.txt')
    await writeFile(precious, 'precious')
    await rm(at(name))
    await symlink(precious, at(name))
    await expect(use()).rejects.toMatchObject({
      exitCode: 6,
      message: expect.stringContaining('it is a symbolic link, which is not followed'),
    })
    expect(await readFile(precious, 'utf8')).toBe('precious')
  })

  it('is not followed by an appender that has written before', async () => {
    expect(WRITES.length).toBeGreaterThan(3)
    const precious = join(base, 'precious.txt')
    await writeFile(precious, 'precious')
    const runs = createRunJournal({ directory })
    await runs.progress('run-1', [1])
    await rm(at('runs', 'run-1', 'progress.jsonl'))
    await symlink(precious, at('runs', 'run-1', 'progress.jsonl'))
    await expect(runs.progress('run-1', [2])).rejects.toMatchObject({ code: 'JOURNAL_UNWRITABLE', exitCode: 6 })
    expect(await readFile(precious, 'utf8')).toBe('precious')
  })

  it('at a name that used to be foreseen, of a temporary file or of a lock, leads nowhere', async () => {
    const precious = join(base, 'precious.txt')
    await writeFile(precious, 'precious')
    const journal = createMaintenanceJournal({ directory })
    const giveBack = await journal.hold('prod')
    const lock = (await readdir(at('maintenance'))).find((name) => name.endsWith('.lock'))
    await giveBack()
    for (const name of [`w.json.${process.pid}.tmp`, `${lock}.${process.pid}`]) await symlink(precious, at('maintenance', name))
    await journal.save('w', { id: 'new' })
    await (await journal.hold('prod'))()
    expect(await readFile(precious, 'utf8')).toBe('precious')
    expect(await journal.load('w')).toEqual({ id: 'new' })
  })

  it('is replaced, not followed, where a file is written whole', async () => {
    const precious = join(base, 'precious.txt')
    await writeFile(precious, '{}')
    await rm(at('maintenance', 'w.json'))
    await symlink(precious, at('maintenance', 'w.json'))
    await createMaintenanceJournal({ directory }).save('w', { id: 'new' })
    expect(await readFile(precious, 'utf8')).toBe('{}')
    expect((await lstat(at('maintenance', 'w.json'))).isFile()).toBe(true)
  })
})
