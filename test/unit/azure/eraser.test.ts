import type { IncomingHttpHeaders } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { ACCOUNT, type Answer, answer, BLOB_HEADERS, CONTAINER, refusal, type ScriptedServer, scriptedServer } from './scripted-server.js'

const { signal } = new AbortController()
let server: ScriptedServer | undefined
afterEach(() => server?.close())

async function erase(...answers: Answer[]) {
  server = await scriptedServer(answers)
  const [outcome] = await (await server.storage.eraser(ACCOUNT, CONTAINER)).delete({ blobs: [{ name: 'a/1', etag: '0x8D1' }], signal })
  return outcome
}

describe('delete', () => {
  it('is bound to the ETag, quoted, and never takes snapshots along', async () => {
    const seen: IncomingHttpHeaders[] = []
    await erase((request, response) => {
      seen.push(request.headers)
      answer(202)(request, response)
    })
    expect(server?.requests).toEqual(['DELETE /devstoreaccount1/flink/a/1'])
    expect(seen[0]?.['if-match']).toBe('"0x8D1"')
    expect(seen[0]).not.toHaveProperty('x-ms-delete-snapshots')
  })

  it.each<[string, Answer[], object]>([
    ['deleted for good', [answer(202, { 'x-ms-delete-type-permanent': 'true' })], { state: 'deleted', permanent: true }],
    ['deleted softly', [answer(202, { 'x-ms-delete-type-permanent': 'false' })], { state: 'deleted', permanent: false }],
    ['deleted, not said how', [answer(202)], { state: 'deleted', permanent: null }],
    ['gone', [refusal(404, 'BlobNotFound')], { state: 'gone' }],
    ['gone, by 412 and HEAD', [refusal(412, 'ConditionNotMet'), refusal(404, 'BlobNotFound')], { state: 'gone' }],
    ['changed', [refusal(412, 'ConditionNotMet'), answer(200, { ...BLOB_HEADERS, etag: '"0x9"' })], { state: 'changed' }],
    [
      '412 although it is the same',
      [refusal(412, 'ConditionNotMet'), answer(200, BLOB_HEADERS)],
      { state: 'failed', code: 'ConditionNotMet' },
    ],
    ['leased', [refusal(412, 'LeaseIdMissing')], { state: 'failed', code: 'LeaseIdMissing' }],
    ['with snapshots', [refusal(409, 'SnapshotsPresent')], { state: 'failed', code: 'SnapshotsPresent' }],
    ['immutable', [refusal(409, 'BlobImmutableDueToPolicy')], { state: 'failed', code: 'BlobImmutableDueToPolicy' }],
    ['a directory of an HNS account', [refusal(409, 'DirectoryIsNotEmpty')], { state: 'failed', code: 'DirectoryIsNotEmpty' }],
    ['busy', [refusal(503, 'ServerBusy')], { state: 'busy' }],
    ['out of time', [refusal(500, 'OperationTimedOut')], { state: 'busy' }],
    ['a lost answer', [(_, response) => response.destroy(), refusal(404, 'BlobNotFound')], { state: 'gone' }],
  ])('%s', async (_, answers, outcome) => {
    expect(await erase(...answers)).toEqual(outcome)
  })

  it.each<[string, Answer, object]>([
    [
      'no right',
      refusal(403, 'AuthorizationPermissionMismatch'),
      {
        code: 'NOT_AUTHORISED',
        exitCode: 4,
        suggestions: ['Assign the role Storage Blob Data Contributor, or use a SAS with read, list, write and delete (rlwd).'],
      },
    ],
    ['no connection', (_, response) => response.destroy(), { code: 'STORAGE_UNREACHABLE', exitCode: 7 }],
    ['a bare 404', answer(404), { code: 'STORAGE_ERROR' }],
    ['no container', refusal(404, 'ContainerNotFound'), { code: 'CONTAINER_NOT_FOUND' }],
  ])('is hopeless at %s: the next blob would fare no better', async (_, scripted, expected) => {
    expect(await erase(scripted)).toEqual({ state: 'hopeless', error: expect.objectContaining(expected) })
  })
})
