import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PASS } from '../../support/blob-proxy.js'
import { ENDED, type Site, startSite, TREE } from '../../support/cleanup-site.js'
import { manifest, manifestJob } from '../../support/fake-manifest.js'
import { upload } from '../../support/stored-snapshot.js'

const ID = '20261122T120000-abcdef'
const NAMED = `${TREE}/chk-2`

let site: Site
beforeEach(async () => {
  site = await startSite()
})
afterEach(() => site.close())

/** What another machine left beside the savepoints. */
function leave(text: string): Promise<unknown> {
  return upload(site.client, `_flinkops/maintenance/${ID}.json`, Buffer.from(text))
}

function openWindow(): string {
  const job = manifestJob({ jobId: ENDED, name: 'sales', state: 'stopped', path: site.cli.path(NAMED) })
  return JSON.stringify(manifest({ id: ID, jobs: [job] }))
}

const isThere = (name: string) => site.client.getBlobClient(`${name}/_metadata`).exists()

describe('a snapshot that an open maintenance window names', () => {
  it('stays, whatever its age, and with it all that it needs', async () => {
    await leave(openWindow())
    const { json } = await site.cleanup('--yes')

    expect(json.outcome).toBe('done')
    expect(json.keep).toContainEqual({
      path: site.cli.path(NAMED),
      reason: 'window',
      detail: expect.stringContaining(`sales may have to come back from it: maintenance window ${ID} of 2026-11-22`),
    })
    expect(await isThere(NAMED)).toBe(true)
    expect(await isThere(`${TREE}/chk-1`)).toBe(false)
    const { code, stdout } = await site.cli.run(['verify', site.cli.path(NAMED)])
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('Restorable') })
  })

  it('is not deleted by name either, until the window is given up by its id', async () => {
    await leave(openWindow())
    const remove = ['delete', site.cli.path(NAMED), '--without-soft-delete', '--yes']
    const { code, stderr } = await site.cli.run(remove)

    expect(code).toBe(6)
    expect(stderr).toContain(`maintenance window ${ID} of`)
    expect(stderr).toContain('--ignore-window <id>')
    expect(await isThere(NAMED)).toBe(true)

    expect((await site.cli.run([...remove, '--ignore-window', ID])).code).toBe(0)
    expect(await isThere(NAMED)).toBe(false)
  })

  it('is spared by a clean-up that was confirmed before the window began', async () => {
    site.proxy.decide(async ({ kind, before }) => {
      if (kind === 'lease' && before === 0) await leave(openWindow())
      return PASS
    })
    const { code, json } = await site.cleanup('--yes')

    expect(code).toBe(0)
    expect(json.result).toMatchObject({ spared: 5, failed: [] })
    expect(await isThere(NAMED)).toBe(true)
    expect(await isThere(`${TREE}/chk-1`)).toBe(false)
    const verified = await site.cli.run(['verify', site.cli.path(NAMED)])
    expect(verified).toMatchObject({ code: 0, stdout: expect.stringContaining('Restorable') })
  })

  it('ends a clean-up that was confirmed before its manifest became unreadable', async () => {
    site.proxy.decide(async ({ kind, before }) => {
      if (kind === 'lease' && before === 0) await leave('{"id":')
      return PASS
    })
    const { code, json } = await site.cleanup('--yes')

    expect(code).toBe(6)
    expect(json.error).toMatchObject({ code: 'RECHECK', message: expect.stringContaining(`maintenance window ${ID}`) })
    expect(json.error?.suggestions).toContain('Nothing was deleted.')
    expect(await isThere(NAMED)).toBe(true)
  })
})

describe('a manifest that cannot be read', () => {
  it('refuses the clean-up: it may name anything; the override names this window alone', async () => {
    await leave('{"id":')
    const { code, json } = await site.cleanup('--yes')

    expect({ code, outcome: json.outcome }).toEqual({ code: 6, outcome: 'refused' })
    expect(json.guards).toContainEqual({
      name: 'windows',
      status: 'refuse',
      message: `the manifest of maintenance window ${ID} cannot be read; from which savepoints its jobs are to come back is unknown`,
      override: `--ignore-window ${ID}`,
    })
    expect(await isThere(NAMED)).toBe(true)

    expect((await site.cleanup('--yes', '--ignore-window', ID)).json.outcome).toBe('done')
  })
})
