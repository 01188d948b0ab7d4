import { spawn, spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createMaintenanceJournal } from '../../../src/lib/journal/maintenance-journal.js'

let directory: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'flinkops-journal-'))
})
afterEach(() => rm(directory, { recursive: true }))

const journal = () => createMaintenanceJournal({ directory })

describe('the journal of maintenance windows', () => {
  it('reads back what it saved, also in another process', async () => {
    await journal().save('w-1', { jobs: ['a'] })
    await journal().save('w-1', { jobs: ['a', 'b'] })

    expect(await journal().load('w-1')).toEqual({ jobs: ['a', 'b'] })
    expect(await journal().ids()).toEqual(['w-1'])
  })

  it('keeps a manifest where it says, whole, for its owner alone', async () => {
    await journal().save('w-1', { jobs: [] })

    const path = journal().pathOf('w-1')
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({ jobs: [] })
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect(await readdir(join(directory, 'maintenance'))).toEqual(['w-1.json'])
  })

  it('knows none where there is none', async () => {
    expect(await journal().ids()).toEqual([])
    expect(await journal().load('w-1')).toBeNull()
  })

  it('takes no leftover of a write that was cut off for a manifest', async () => {
    await mkdir(join(directory, 'maintenance'))
    await writeFile(join(directory, 'maintenance', 'w-1.json.4711.tmp'), '{"jo')

    expect(await journal().ids()).toEqual([])
  })

  it('says that a manifest is broken, rather than that there is none', async () => {
    await mkdir(join(directory, 'maintenance'))
    await writeFile(join(directory, 'maintenance', 'w-1.json'), '{"jo')

    await expect(journal().load('w-1')).rejects.toMatchObject({ code: 'JOURNAL_UNREADABLE' })
  })

  it('says when it cannot write', async () => {
    await writeFile(join(directory, 'maintenance'), 'a file where the directory should be')

    await expect(journal().save('w-1', {})).rejects.toMatchObject({ code: 'JOURNAL_UNWRITABLE' })
  })

  it.each(['../w', 'a/b', '', '.hidden'])('lets no id lead elsewhere: %j', (id) => {
    expect(() => journal().pathOf(id)).toThrow('The id of a manifest')
  })
})

describe('the hold on the windows of a place', () => {
  /** A process that has ended. */
  const GONE = spawnSync(process.execPath, ['-e', '']).pid

  const lockPath = async () => {
    const names = await readdir(join(directory, 'maintenance'))
    return join(directory, 'maintenance', names.find((name) => name.endsWith('.lock')) ?? '')
  }

  it('keeps a second one away, naming the process, and can be given back', async () => {
    const giveBack = await journal().hold('prod')

    await expect(journal().hold('prod')).rejects.toMatchObject({
      code: 'LOCKED',
      exitCode: 10,
      message: expect.stringContaining(String(process.pid)),
    })
    await giveBack()
    await (await journal().hold('prod'))()
  })

  it('is of one place alone', async () => {
    await journal().hold('prod')

    await expect(journal().hold('test')).resolves.toBeTypeOf('function')
  })

  it('is free again when the process that held it was killed', async () => {
    await journal().hold('prod')
    const path = await lockPath()
    await writeFile(path, String(GONE))
    const problems: string[] = []
    const telling = createMaintenanceJournal({ directory, onProblem: ({ message }) => problems.push(message) })

    await expect(telling.hold('prod')).resolves.toBeTypeOf('function')
    expect(problems).toEqual([`The lock ${path} is taken over: its process (${GONE}) has ended.`])
  })

  it('says which file keeps it, and no more, while its process may be a flinkops of this user', async () => {
    await journal().hold('prod')

    await expect(journal().hold('prod')).rejects.toMatchObject({
      message: `Another flinkops (process ${process.pid}) is stopping or bringing back these jobs. Its lock is ${await lockPath()}.`,
      suggestions: ['Wait until it is through, or end it: it can be run again at any time.'],
    })
  })

  describe.runIf(process.platform === 'linux')('says that the process which it names is another one, and what to remove', () => {
    const refused = async (pid: number, why: string) => {
      const path = await lockPath()
      await expect(journal().hold('prod')).rejects.toMatchObject({
        code: 'LOCKED',
        exitCode: 10,
        message: `The lock ${path} names process ${pid}, which ${why}: on this machine, its flinkops has ended.`,
        suggestions: [expect.stringMatching(new RegExp(`^If no flinkops works on these jobs, .* remove it: rm ${path}$`))],
      })
    }

    it('when that began after the lock was written: its number was given away again, as in a container it is at once', async () => {
      await journal().hold('prod')
      await utimes(await lockPath(), 0, 1_000_000_000)
      await refused(process.pid, 'began only after that was written')
    })

    it('when that is another program', async () => {
      await journal().hold('prod')
      const other = spawn('sleep', ['60'])
      try {
        await writeFile(await lockPath(), String(other.pid))
        await refused(Number(other.pid), 'is sleep')
      } finally {
        other.kill()
      }
    })

    it.runIf(process.getuid?.() === 0)('when that belongs to another user', async () => {
      await journal().hold('prod')
      const other = spawn('sleep', ['60'], { uid: 65_534 })
      try {
        await writeFile(await lockPath(), String(other.pid))
        await refused(Number(other.pid), 'belongs to another user (uid 65534)')
      } finally {
        other.kill()
      }
    })
  })

  it('is no manifest', async () => {
    await journal().hold('prod')

    expect(await journal().ids()).toEqual([])
  })
})

describe('the lease id', () => {
  it('is a UUID that stays for a place, and another for every place and every journal', async () => {
    const prod = await journal().leaseId('prod')
    expect(prod).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    expect(await journal().leaseId('prod')).toBe(prod)
    const elsewhere = createMaintenanceJournal({ directory: join(directory, 'other') })
    expect(new Set([prod, await journal().leaseId('test'), await elsewhere.leaseId('prod')]).size).toBe(3)
    expect(await journal().ids()).toEqual([])
  })

  it('is one for all that ask at the same time', async () => {
    const ids = await Promise.all(Array.from({ length: 10 }, () => journal().leaseId('prod')))
    expect(new Set(ids).size).toBe(1)
  })
})
