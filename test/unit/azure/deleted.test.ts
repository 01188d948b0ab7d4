import { afterEach, describe, expect, it } from 'vitest'
import {
  ACCOUNT,
  type Answer,
  answer,
  blobXml,
  CONTAINER,
  listing,
  refusal,
  type ScriptedServer,
  scriptedServer,
} from './scripted-server.js'

let server: ScriptedServer | undefined
afterEach(() => server?.close())

const properties = (policy: string) =>
  answer(200, {}, `<?xml version="1.0"?><StorageServiceProperties>${policy}</StorageServiceProperties>`)
const ON = properties('<DeleteRetentionPolicy><Enabled>true</Enabled><Days>14</Days></DeleteRetentionPolicy>')
const OFF = properties('<DeleteRetentionPolicy><Enabled>false</Enabled></DeleteRetentionPolicy>')
const deleted = (name: string) => blobXml(name).replace('<Properties>', '<Deleted>true</Deleted><Properties>')

async function softDeleted(...answers: Answer[]) {
  server = await scriptedServer(answers)
  return server.storage.softDeleted({ account: ACCOUNT, container: CONTAINER, signal: new AbortController().signal })
}

describe('what is soft-deleted', () => {
  it('is summed up over all pages, without the blobs that stand', async () => {
    const sum = await softDeleted(ON, listing([blobXml('a'), deleted('b')], 'm1'), listing([deleted('c'), deleted('c')]))

    expect(sum).toEqual({ blobs: 3, bytes: 15 })
    expect(server?.requests[1]).toMatch(/include=deleted(,|%2C)snapshots|include=snapshots(,|%2C)deleted/)
    expect(server?.requests[2]).toContain('marker=m1')
  })

  it.each([
    ['soft delete is off', OFF],
    ['nobody may ask', refusal(403, 'AuthorizationPermissionMismatch')],
  ])('is not visible when %s, and nothing is listed', async (_, first) => {
    expect(await softDeleted(first, listing([deleted('b')]))).toBeNull()
    expect(server?.requests.filter((one) => one.includes('comp=list'))).toEqual([])
  })

  it('is an error when what answers is no listing', async () => {
    await expect(softDeleted(ON, answer(200, {}, '<html>Sign in</html>'))).rejects.toMatchObject({ exitCode: 7 })
  })
})
