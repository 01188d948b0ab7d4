import { describe, expect, it } from 'vitest'
import { compareOperators } from '../../../src/lib/state/drill-losses.js'
import { inputsOf } from '../../../src/lib/state/operator-ids.js'

/** Operators as 1.20.1 and 2.3.0 numbered them, both alike; `!` has state. */
const SOURCE = 'cbc357ccb763df2852fee8c4fc7d55f2'
const CALC = '7df19f87deec5680128845fd9a6ca18d'
const AGGREGATE = '90bea66de1c231edf33913ecd54406c1!'
const BLACKHOLE = '17fbfcaabad45985bbdf4da0490487e3'
const CALC_BEHIND = 'e5ebb093256018a0621f548fbe118f8a'
const BLACKHOLE_BEHIND = '55785f9edccd37ac9093dea77018f09d'
const FILE_WRITER = '2e32dc82f03b1df764824a4773219c97!'
const FILE_END = 'b57f372bcd8a51bb0bcaf609e3195b2a'

/** Window aggregate into files, and the drill of it. */
const FILES = [SOURCE, CALC_BEHIND, FILE_END, AGGREGATE, CALC, FILE_WRITER]
const FILES_DRILL = [SOURCE, CALC_BEHIND, BLACKHOLE_BEHIND, AGGREGATE, CALC]

/** The same with compaction and a commit policy. */
const COMPACTED = [
  ...[SOURCE, CALC_BEHIND, AGGREGATE, CALC, FILE_WRITER, 'b57f372bcd8a51bb0bcaf609e3195b2a!', '15169df16e86dd88e850578bc25a6840'],
  ...['e1d5b786a6c027f2c31edef804091e93!', '74bfdd5cc4dead37adb1204c1da2ff2a!'],
]

function graph(ids: string[]) {
  const operators = ids.map((id) => ({ ...SHAPE, operatorId: id.slice(0, 32) }))
  return { operators, stateful: ids.filter((id) => id.endsWith('!')).map((id) => id.slice(0, 32)) }
}

const SHAPE = { uid: null, name: null, parallelism: 1, maxParallelism: 128, subtasks: 1, finished: false, finishedSubtasks: [] }

describe('the operators of a job, by their ids alone', () => {
  it('tell which is behind which', () => {
    const short = (id: string) => id.slice(0, 6)
    const edges = [...inputsOf(graph(COMPACTED).operators.map((one) => one.operatorId))].map(
      ([id, from]) => `${from.map(short)}>${short(id)}`,
    )
    expect(new Set(edges)).toEqual(
      new Set([
        ...['>cbc357', 'cbc357>7df19f', '7df19f>90bea6', '90bea6>e5ebb0', 'e5ebb0>2e32dc', '2e32dc>b57f37'],
        ...['b57f37>74bfdd', '74bfdd>e1d5b7', 'e1d5b7>15169d'],
      ]),
    )
  })

  it('tell nothing of ids that a user gave', () => {
    expect(inputsOf([SOURCE, 'ab'.repeat(16)])).toEqual(new Map([[SOURCE, []]]))
  })
})

describe('what a drill loses', () => {
  it('is nothing, when all that has state is in both', () => {
    expect(compareOperators(graph([SOURCE, CALC, AGGREGATE, BLACKHOLE]), graph([SOURCE, CALC, AGGREGATE, BLACKHOLE]))).toEqual({
      lost: [],
      isAllOfSinks: true,
      fresh: [],
    })
  })

  it.each([
    ['the writer of files', FILES, ['2e32dc82f03b1df764824a4773219c97']],
    ['writer, compaction and commit', COMPACTED, expect.arrayContaining(['74bfdd5cc4dead37adb1204c1da2ff2a'])],
  ])("is the sink's own: %s", (_, snapshot, lost) => {
    expect(compareOperators(graph(snapshot), graph(FILES_DRILL))).toEqual({ lost, isAllOfSinks: true, fresh: [] })
  })

  it('is no sink’s, when a branch with state was taken out of the script', () => {
    const files = [SOURCE, CALC, AGGREGATE, CALC_BEHIND, BLACKHOLE_BEHIND]
    // A second line with state behind the same operator, where the drill has one blackhole.
    const branched = graph([...FILES, BLACKHOLE.replace(/$/, '!')])
    expect(compareOperators(branched, graph(files))).toMatchObject({ isAllOfSinks: false })
  })

  it('is no sink’s, when its place cannot be told', () => {
    expect(compareOperators(graph([SOURCE, CALC, `${'ab'.repeat(16)}!`]), graph([SOURCE, CALC]))).toMatchObject({ isAllOfSinks: false })
  })

  it('names what has state and is not known to the snapshot: it started empty', () => {
    const drill = {
      ...graph([SOURCE, CALC, AGGREGATE]),
      operators: graph([SOURCE, CALC, AGGREGATE]).operators.map((one) => ({ ...one, name: 'Agg' })),
    }
    expect(compareOperators(graph([SOURCE, CALC]), drill).fresh).toEqual(['Agg (90bea66de1c231edf33913ecd54406c1)'])
  })
})
