import { describe, expect, it } from 'vitest'
import { checkTarget } from '../../../src/lib/operations/check-target.js'
import { ACCOUNT, fakeStorage, uri } from '../../support/fake-ports.js'

const { signal } = new AbortController()

function check(target: string | null, allowForeign = false) {
  return checkTarget({ target, knownRoots: [uri('checkpoints'), 'not a path'], allowForeign, storage: fakeStorage(), signal })
}

describe('checkTarget', () => {
  it.each([
    ['none, which is the default of the cluster', null],
    ['a path on an account of the roots', uri('savepoints')],
    ['the same account spelled as abfss', `abfss://flink@${ACCOUNT.replace('.blob.', '.dfs.')}/savepoints`],
  ])('lets through %s', async (_, target) => {
    await expect(check(target)).resolves.toBeUndefined()
  })

  it.each([
    ['/savepoints', 'it has no scheme'],
    ['file:///savepoints', 'its scheme file is not Azure Blob Storage'],
    ['s3://bucket/savepoints', 'its scheme s3 is not Azure Blob Storage'],
  ])('refuses %s, of which Flink would make something else', async (target, problem) => {
    await expect(check(target)).rejects.toMatchObject({
      exitCode: 2,
      message: `The savepoint target ${target} cannot be used: ${problem}.`,
    })
  })

  it('refuses an account that no root is on, before it asks that account anything', async () => {
    await expect(check('wasbs://flink@elsewhere.blob.core.windows.net/sp')).rejects.toMatchObject({
      code: 'FOREIGN_TARGET',
      exitCode: 6,
      message: expect.stringMatching(/^elsewhere\.blob\.core\.windows\.net is not an account/),
      suggestions: ['If the cluster has credentials for it: --allow-foreign-target'],
    })
  })

  it('asks a foreign account that is allowed, and says when it cannot be reached', async () => {
    await expect(check('wasbs://flink@elsewhere.blob.core.windows.net/sp', true)).rejects.toMatchObject({ exitCode: 7 })
  })

  it('lets another storage through that is allowed, but never a path without scheme', async () => {
    await expect(check('s3://bucket/savepoints', true)).resolves.toBeUndefined()
    await expect(check('/savepoints', true)).rejects.toMatchObject({ exitCode: 2 })
  })

  it('refuses a container that is not there, which Flink would create', async () => {
    await expect(check(`wasbs://nope@${ACCOUNT}/sp`)).rejects.toMatchObject({
      code: 'CONTAINER_NOT_FOUND',
      exitCode: 5,
      message: `There is no container nope on ${ACCOUNT}.`,
    })
  })
})
