import { describe, expect, it } from 'vitest'
import { checkExactPath } from '../../../src/lib/operations/exact-path.js'

const CONTAINER = 'wasbs://flink@acct.blob.core.windows.net'

describe('checkExactPath', () => {
  it.each([
    `${CONTAINER}/savepoints/x`,
    `${CONTAINER}/savepoints/x/`,
    'savepoints/x',
    'x',
    'x/chk-1/_metadata',
    'https://acct.blob.core.windows.net/flink/x',
  ])('takes %s', (text) => {
    expect(() => checkExactPath(text)).not.toThrow()
  })

  it.each([`${CONTAINER}/savepoints//x`, `${CONTAINER}//savepoints/x`, 'savepoints//x', 'a/../x', './x', 'a\\b/x', `${CONTAINER}/x//`])(
    'refuses %s, which Flink would take for another place',
    (text) => {
      expect(() => checkExactPath(text)).toThrow('is not how Flink writes a path')
    },
  )
})
