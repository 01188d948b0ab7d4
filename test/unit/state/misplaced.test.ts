import { describe, expect, it } from 'vitest'
import { parseMetadata } from '../../../src/lib/state/metadata/parse.js'
import { misplacement } from '../../../src/lib/state/misplaced.js'
import { at, jobId, uri, uuid } from '../../support/builders.js'
import { encodeMetadata } from './metadata/encoder.js'
import { incremental, keyGroups, withState } from './metadata/samples.js'

const A = jobId(1)
const B = jobId(2)
const file = (name: string) => ({ tag: 2, size: 200, path: uri(name) }) as const

function placed(snapshot: Parameters<typeof encodeMetadata>[0], directory: string): string | null {
  const parsed = parseMetadata(encodeMetadata(snapshot))
  if (!parsed.ok) throw new Error(parsed.problem.message)
  return misplacement(parsed.metadata, at(directory))
}

describe('misplacement', () => {
  const own = withState({ managedKeyed: keyGroups(3, file(`checkpoints/${A}/chk-7/${uuid(1)}`)) })

  it('is none for a checkpoint in its own directory', () => {
    expect(placed(own, `checkpoints/${A}/chk-7`)).toBeNull()
  })

  it.each([
    ['of another number', `checkpoints/${A}/chk-8`, 'it is the _metadata of checkpoint 7, in the directory of checkpoint 8'],
    ["of another job's checkpoint with the same number", `checkpoints/${B}/chk-7`, `names files of checkpoints/${A}/chk-7 as its own`],
    ['of a savepoint', `savepoints/savepoint-111111-000000000001`, `names files of checkpoints/${A}/chk-7 as its own`],
  ])('tells a _metadata in the directory %s', (_, directory, words) => {
    expect(placed(own, directory)).toContain(words)
  })

  it("does not mind shared files of another job: a claimed snapshot's stay where they are", () => {
    const shared = file(`checkpoints/${A}/chk-3/${uuid(3)}`)
    const mine = file(`checkpoints/${B}/chk-7/${uuid(1)}`)
    const claimed = withState({ managedKeyed: incremental(11, { meta: mine, shared, private: mine }) })
    expect(placed(claimed, `checkpoints/${B}/chk-7`)).toBeNull()
  })

  it('does not mind the number of a savepoint, nor one that was moved', () => {
    const savepoint = withState({ managedKeyed: keyGroups(3, { tag: 6, name: uuid(1), size: 200 }) }, { properties: 'CANONICAL' })
    expect(placed(savepoint, 'savepoints/savepoint-111111-000000000001')).toBeNull()
    expect(placed(savepoint, 'archive/monthly')).toBeNull()
  })
})
