import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { pointersOf } from '../../../src/lib/cli/pointers.js'
import type { JobSpec } from '../../../src/lib/config/settings.js'
import type { Context } from '../../../src/lib/context.js'
import type { Scope } from '../../../src/lib/scope.js'
import { fakeStorage } from '../../support/fake-ports.js'

const PATH = 'wasbs://flink@acct.blob.core.windows.net/savepoints/savepoint-aaaaaa-000000000001'

interface Given {
  options?: Record<string, string>
  jobs?: Record<string, JobSpec>
  storage?: string[]
}

async function sources({ options, jobs = {}, storage = [] }: Given) {
  const flinkConf = options ? { path: 'conf/config.yaml', options: new Map(Object.entries(options)) } : null
  const config = { flinkConf, jobs: { value: jobs }, storage: new Map(storage.map((account) => [account, {}])) }
  const held = fakeStorage()
  const readers = [await held.container('acct.blob.core.windows.net', 'flink')]
  const context = { runs: {}, signal: AbortSignal.timeout(1000), storage: async () => held } as unknown as Context
  return pointersOf(context, { config, readers, cluster: { jobManagers: [], history: null } } as unknown as Scope)
}

async function script(text: string): Promise<JobSpec> {
  const path = join(await mkdtemp(join(tmpdir(), 'flinkops-pointers-')), 'job.sql')
  await writeFile(path, text)
  return { kind: 'script', script: path }
}

describe('pointersOf', () => {
  it('reads restore path and store from Flink’s configuration, and nothing where there is none', async () => {
    const options = { 'execution.state-recovery.path': PATH, 'high-availability.storageDir': 'wasbs://ha@acct.blob.core.windows.net/ha' }
    expect(await (await sources({ options })).configured()).toEqual({
      restorePaths: [{ path: PATH, where: 'conf/config.yaml (execution.state-recovery.path)' }],
      stores: [{ path: 'wasbs://ha@acct.blob.core.windows.net/ha', where: 'conf/config.yaml (high-availability.storageDir)' }],
      problems: [],
    })
    expect(await (await sources({})).configured()).toEqual({ restorePaths: [], stores: [], problems: [] })
  })

  it.each([
    `SET 'execution.savepoint.path' = '${PATH}';\nINSERT INTO a SELECT * FROM b;`,
    `SET execution.state-recovery.path=${PATH};`,
    `-- SET 'x' = 'y';\nSET 'execution.state-recovery.path' = '${PATH}'; INSERT INTO a SELECT 1; RESET 'execution.state-recovery.path';`,
  ])('reads the restore path that a script sets: %s', async (text) => {
    const { restorePaths } = await (await sources({ jobs: { sales: await script(text) } })).configured()
    expect(restorePaths).toEqual([{ path: PATH, where: 'the script of job sales' }])
  })

  it('takes no comment for a SET, and no jar for a script', async () => {
    const jobs: Record<string, JobSpec> = {
      sales: await script(`-- SET 'execution.savepoint.path' = '${PATH}';\nINSERT INTO a SELECT 1;`),
      enrich: { kind: 'jar', jar: 'x.jar', entryClass: null, args: [], parallelism: null },
    }
    expect(await (await sources({ jobs })).configured()).toEqual({ restorePaths: [], stores: [], problems: [] })
  })

  it('says of which script nobody can tell it', async () => {
    const jobs: Record<string, JobSpec> = { gone: { kind: 'script', script: '/nowhere/job.sql' }, torn: await script("SET 'a' = 'b") }
    expect((await (await sources({ jobs })).configured()).problems).toEqual([
      'whether the script of job gone names a snapshot is not known: there is no /nowhere/job.sql',
      expect.stringContaining('whether the script of job torn names a snapshot is not known: The script has a single quote'),
    ])
  })

  it('opens only containers of accounts that a person named: of the roots, or under storage:', async () => {
    const { open } = await sources({ storage: ['named.blob.core.windows.net'] })
    const opened = async (account: string) => (await open(account, 'ha'))?.account ?? null
    expect(await opened('acct.blob.core.windows.net')).toBe('acct.blob.core.windows.net')
    expect(await opened('named.blob.core.windows.net')).toBe('named.blob.core.windows.net')
    expect(await opened('told.blob.core.windows.net')).toBeNull()
  })
})
