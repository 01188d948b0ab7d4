import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { uuid } from '../../support/builders.js'
import { ENDED, LAST, ownFile, type Site, sorted, startSite, TREE } from '../../support/cleanup-site.js'
import { cluster } from '../../support/fake-cluster.js'

let site: Site

beforeEach(async () => {
  site = await startSite()
})
afterEach(() => site.close())

const remove = (...args: string[]) => site.cli.run(['delete', ...args, '--without-soft-delete', '--yes'])

describe('delete <snapshot>', () => {
  it('takes the snapshot, what only it needs and its directory, and no orphan', async () => {
    const before = await site.names()
    const { stdout, code } = await remove(site.cli.path(`${TREE}/chk-1`))

    // It shares one file with chk-2.
    const gone = ['chk-1', 'chk-1/_metadata', `chk-1/${ownFile(1)}`, `shared/${uuid(1)}`].map((name) => `${TREE}/${name}`)
    expect(sorted(await site.names())).toEqual(sorted(before.filter((name) => !gone.includes(name))))
    expect(stdout).toContain('Delete 4 blobs, frees ')
    expect(stdout).not.toContain('--job')
    expect(stdout).toMatch(/\nRun \S+: Deleted 4 blobs, .*\.\n$/)
    expect(code).toBe(0)
  })

  it.each([
    ['the last restore point', LAST, `last restore point of ${ENDED.slice(0, 8)}`, 6],
    ['what is not there', `${TREE}/chk-77`, 'chk-77', 5],
  ])('refuses %s, and deletes nothing', async (_, name, words, exitCode) => {
    const before = await site.names()
    const { stderr, code } = await remove(site.cli.path(`${TREE}/chk-1`), site.cli.path(name))

    expect(stderr).toContain(words)
    expect(code).toBe(exitCode)
    expect(await site.names()).toEqual(before)
  })

  it('refuses what a job that runs has retained', async () => {
    site.jobManager.script(cluster({ jobs: [{ jobId: ENDED, name: 'sales', completed: [site.cli.path(LAST)] }] }))
    const before = await site.names()
    const { stderr, code } = await remove(site.cli.path(`${TREE}/chk-1`))

    expect(stderr).toMatch(/^Error: Nothing was deleted\. \S+chk-1: job 55555555 is RUNNING by http/)
    expect(code).toBe(6)
    expect(await site.names()).toEqual(before)
  })

  it('gives up the last restore point of an ended job when told its id', async () => {
    const { code } = await remove(site.cli.path(LAST), '--also-last', ENDED)

    expect(code).toBe(0)
    expect(await site.names()).not.toContain(`${LAST}/_metadata`)
  })
})
