import { describe, expect, it } from 'vitest'
import {
  checkpointTimeoutMs,
  type FlinkOption,
  flinkOption,
  parseFlinkDuration,
  retainedCheckpoints,
} from '../../../src/lib/config/flink-options.js'

const names: [FlinkOption, string[]][] = [
  ['checkpointDirectory', ['execution.checkpointing.dir', 'state.checkpoints.dir', 'state.backend.fs.checkpointdir']],
  ['savepointDirectory', ['execution.checkpointing.savepoint-dir', 'state.savepoints.dir', 'savepoints.state.backend.fs.dir']],
  ['changelogDirectory', ['state.changelog.dstl.dfs.base-path', 'dstl.dfs.base-path']],
  ['historyDirectory', ['jobmanager.archive.fs.dir', 'historyserver.archive.fs.dir']],
]

describe('flinkOption', () => {
  it.each(names)('knows every name of %s and prefers the newest', (option, keys) => {
    for (const [index, key] of keys.entries()) {
      const options = new Map(keys.slice(index).map((name) => [name, `of ${name}`]))
      expect(flinkOption(options, option, 'conf')).toEqual({ value: `of ${key}`, source: `conf: ${key}` })
    }
  })

  it('is null when nothing is set', () => {
    expect(flinkOption(new Map([['state.savepoints.dir', '']]), 'savepointDirectory', 'conf')).toBeNull()
  })

  it('refuses a list where one value belongs', () => {
    expect(() => flinkOption(new Map([['state.savepoints.dir', '[ a, b ]']]), 'savepointDirectory', 'conf')).toThrow(
      'conf: state.savepoints.dir must be a single value',
    )
  })
})

describe('numbers and times', () => {
  it('reads num-retained and the checkpoint timeout', () => {
    const options = new Map([
      ['state.checkpoints.num-retained', '3'],
      ['execution.checkpointing.timeout', '10 min'],
    ])
    expect(retainedCheckpoints(options, 'c')).toEqual({ value: 3, source: 'c: state.checkpoints.num-retained' })
    expect(checkpointTimeoutMs(options, 'c')).toEqual({ value: 600_000, source: 'c: execution.checkpointing.timeout' })
    expect(retainedCheckpoints(new Map([['execution.checkpointing.num-retained', 'many']]), 'c')).toBeNull()
  })

  it.each([
    ['10 min', 600_000],
    ['600s', 600_000],
    ['250', 250],
    ['1 d', 86_400_000],
    ['2 Hours', 7_200_000],
    ['5 millis', 5],
    ['x', null],
    ['5 fortnights', null],
  ])('%s is %s ms', (text, ms) => {
    expect(parseFlinkDuration(text)).toBe(ms)
  })
})
