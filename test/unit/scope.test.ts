import { describe, expect, it } from 'vitest'
import type { Context } from '../../src/lib/context.js'
import { EXIT } from '../../src/lib/errors.js'
import { openScopeBelow } from '../../src/lib/scope.js'
import { fakeStorage, uri } from '../support/fake-ports.js'

const CHECKPOINTS = uri('teama/checkpoints')
const SAVEPOINTS = uri('teama/savepoints')

function contextOf(checkpoints: string[]): Context {
  const value = <T>(one: T) => ({ value: one, source: 'file' })
  const roots = { checkpoints: value(checkpoints), savepoints: value([SAVEPOINTS]), changelog: value([]), history: value(null) }
  const config = { roots, retention: { graceMs: value(7) } }
  const parts = { withCluster: async () => config, storage: async () => fakeStorage(), jobManagers: async () => [] }
  return parts as unknown as Context
}

const namesOf = (locations: { name: string }[]) => locations.map((one) => one.name)

describe('--root', () => {
  it('is every configured root when it is not given', async () => {
    const scope = await openScopeBelow(contextOf([CHECKPOINTS]))
    expect(namesOf(scope.roots)).toEqual(['teama/checkpoints', 'teama/savepoints'])
    expect(scope.silence).toEqual({ roots: scope.roots, graceMs: 7 })
  })

  it.each([
    ['a configured root', CHECKPOINTS, 'teama/checkpoints'],
    ['one with a slash at the end', `${CHECKPOINTS}/`, 'teama/checkpoints'],
    ['a directory below one', `${SAVEPOINTS}/old`, 'teama/savepoints/old'],
    [
      'the same place, spelled with the other driver',
      CHECKPOINTS.replace('wasbs', 'abfss').replace('.blob.', '.dfs.'),
      'teama/checkpoints',
    ],
  ])('takes %s, and silence still speaks for all configured roots', async (_, root, name) => {
    const scope = await openScopeBelow(contextOf([CHECKPOINTS]), [root])
    expect(namesOf(scope.roots)).toEqual([name])
    expect(namesOf(scope.silence.roots)).toEqual(['teama/checkpoints', 'teama/savepoints'])
    expect(scope.readers).toHaveLength(1)
  })

  it.each([
    ['of another team', uri('teamb/checkpoints')],
    ['that holds a configured one', uri('teama')],
    ['whose name only begins alike', uri('teama/checkpoints-2')],
    ['that leaves a configured one', uri('teama/checkpoints/../../teamb')],
    ['in another container', CHECKPOINTS.replace('flink@', 'other@')],
    ['in another account', CHECKPOINTS.replace('acct.', 'other.')],
  ])('refuses a root %s, even beside a good one', async (_, root) => {
    await expect(openScopeBelow(contextOf([CHECKPOINTS]), [CHECKPOINTS, root])).rejects.toMatchObject({
      exitCode: EXIT.usage,
      message: expect.stringContaining(root),
    })
  })

  it('names the configured roots when it refuses', async () => {
    const refused = openScopeBelow(contextOf([CHECKPOINTS]), [uri('teamb')])
    await expect(refused).rejects.toThrow(`--root ${uri('teamb')} lies below no configured root (${CHECKPOINTS}, ${SAVEPOINTS}).`)
  })
})
