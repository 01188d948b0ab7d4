import { describe, expect, it } from 'vitest'
import { locateSnapshot } from '../../../src/lib/operations/locate-snapshot.js'
import { ACCOUNT, fakeStorage, JOB, uri } from '../../support/fake-ports.js'

const { signal } = new AbortController()
const CHECKPOINT = `checkpoints/${JOB}/chk-7`
const SAVEPOINT = 'savepoints/savepoint-a1b2c3-000000000001'
const storage = fakeStorage({
  [`${CHECKPOINT}/_metadata`]: { sizeBytes: 10 },
  [`${SAVEPOINT}/_metadata`]: { sizeBytes: 10 },
  [`checkpoints/${JOB}/shared/one`]: { sizeBytes: 10 },
})
const roots = [uri('checkpoints'), uri('savepoints')]
const locate = (text: string, known = roots) => locateSnapshot({ text, roots: known, storage, signal })

describe('locateSnapshot', () => {
  it.each([
    ['a URI', uri(CHECKPOINT), uri(CHECKPOINT)],
    ['a URI with a slash at its end', `${uri(CHECKPOINT)}/`, uri(CHECKPOINT)],
    ['the URI of its _metadata', `${uri(CHECKPOINT)}/_metadata`, uri(CHECKPOINT)],
    ['a path below a root', `${JOB}/chk-7`, uri(CHECKPOINT)],
    ['its _metadata below a root', `${JOB}/chk-7/_metadata`, uri(CHECKPOINT)],
    ['a path below the second root', 'savepoint-a1b2c3-000000000001', uri(SAVEPOINT)],
    ['a path with a slash before it', '/savepoint-a1b2c3-000000000001/', uri(SAVEPOINT)],
  ])('finds a snapshot by %s', async (_, text, path) => {
    expect((await locate(text)).path).toBe(path)
  })

  it("keeps the user's spelling, since a restore is proven by the very path", async () => {
    const abfss = `abfss://flink@${ACCOUNT.replace('.blob.', '.dfs.')}/${CHECKPOINT}`

    const found = await locate(abfss)

    expect(found.path).toBe(abfss)
    expect(found.location).toEqual({ account: ACCOUNT, container: 'flink', name: CHECKPOINT })
  })

  it('tells a directory that is no snapshot, and what lies in it', async () => {
    await expect(locate(uri(`checkpoints/${JOB}`))).rejects.toMatchObject({
      code: 'NO_METADATA',
      exitCode: 5,
      message: `${uri(`checkpoints/${JOB}`)} is a directory without _metadata, so it is no snapshot.`,
      suggestions: [expect.stringContaining('chk-7/_metadata')],
    })
  })

  it('says that nothing is there', async () => {
    await expect(locate(uri('savepoints/none'))).rejects.toMatchObject({
      code: 'SNAPSHOT_NOT_FOUND',
      exitCode: 5,
      message: `There is no snapshot at ${uri('savepoints/none')}.`,
    })
  })

  it('asks whether the account is right when it is none of the roots', async () => {
    const elsewhere = ['wasbs://flink@other.blob.core.windows.net/checkpoints']

    await expect(locate(uri('savepoints/none'), elsewhere)).rejects.toMatchObject({
      suggestions: ['The roots of this context are on other.blob.core.windows.net: is the account right?'],
    })
  })

  it('says below which roots it looked for a short name', async () => {
    await expect(locate('sales/chk-12')).rejects.toMatchObject({
      exitCode: 5,
      message: `There is no snapshot sales/chk-12: looked below ${roots.join(', ')}.`,
    })
    await expect(locate('sales/chk-12', [])).rejects.toMatchObject({
      message: 'There is no snapshot sales/chk-12: no root is known.',
    })
  })

  it('refuses the path of another storage', async () => {
    await expect(locate('s3://bucket/x')).rejects.toMatchObject({
      exitCode: 2,
      message: 's3://bucket/x is no snapshot path: its scheme s3 is not Azure Blob Storage.',
    })
  })
})
