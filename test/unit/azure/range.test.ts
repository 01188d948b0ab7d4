import { afterEach, describe, expect, it } from 'vitest'
import { ACCOUNT, type Answer, answer, CONTAINER, refusal, type ScriptedServer, scriptedServer } from './scripted-server.js'

let server: ScriptedServer | undefined
afterEach(() => server?.close())

async function read(...answers: Answer[]) {
  server = await scriptedServer(answers)
  const part = { account: ACCOUNT, container: CONTAINER, name: 'a/b', offset: 10, count: 5, ifMatch: '0x8D1' }
  return server.storage.readRange({ ...part, signal: new AbortController().signal })
}

const headers = { etag: '"0x8D1"', 'last-modified': 'Fri, 20 Nov 2026 10:00:00 GMT' }

describe('a part of a blob', () => {
  it('is the bytes that were asked for, of the version that was asked for', async () => {
    const found = await read((request, response) => {
      expect(request.headers).toMatchObject({ 'x-ms-range': 'bytes=10-14', 'if-match': '"0x8D1"' })
      answer(206, { ...headers, 'content-range': 'bytes 10-14/100' }, 'hello')(request, response)
    })
    expect(found).toMatchObject({ state: 'read', etag: '0x8D1' })
    expect(found.state === 'read' && Buffer.from(found.bytes).toString()).toBe('hello')
  })

  it.each([
    ['changed', refusal(412, 'ConditionNotMet'), 'changed'],
    ['went', refusal(404, 'BlobNotFound'), 'gone'],
  ])('tells that the blob %s', async (_, reply, state) => {
    expect(await read(reply)).toEqual({ state })
  })

  it('is an error when fewer bytes came', async () => {
    await expect(read(answer(206, { ...headers, 'content-range': 'bytes 10-12/13' }, 'hel'))).rejects.toMatchObject({ exitCode: 7 })
  })
})
