import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { flinkSettings, renderFlinkConfig } from '../../../sandbox/flink-config.js'

const HOST = 'coolr0flink0starrocks.blob.core.windows.net'
const OPTIONS = { restPort: 8081, rpcPort: 6123, slots: 8, tmpDir: '/tmp/x' }

describe('settings', () => {
  test('name the production paths and the host that the emulator stands in for', () => {
    expect(flinkSettings({ ...OPTIONS, version: '2.3.0' })).toMatchObject({
      'state.checkpoints.dir': `wasbs://flink@${HOST}/checkpoints`,
      'state.savepoints.dir': `wasbs://flink@${HOST}/savepoints`,
      'jobmanager.archive.fs.dir': `wasbs://flink@${HOST}/history`,
      'fs.azure.storage.emulator.account.name': HOST,
    })
  })

  test.each([
    ['1.18.1', 'state.backend', 'state.backend.incremental', 'state.storage.fs.memory-threshold'],
    ['1.19.0', 'state.backend.type', 'state.backend.incremental', 'state.storage.fs.memory-threshold'],
    ['1.20.1', 'state.backend.type', 'execution.checkpointing.incremental', 'execution.checkpointing.data-inline-threshold'],
    ['2.3.0', 'state.backend.type', 'execution.checkpointing.incremental', 'execution.checkpointing.data-inline-threshold'],
  ])('of Flink %s use the keys it knows', (version, backend, incremental, threshold) => {
    expect(flinkSettings({ ...OPTIONS, version })).toMatchObject({ [backend]: 'rocksdb', [incremental]: true, [threshold]: '0b' })
  })

  test('give way to extra configuration', () => {
    const settings = flinkSettings({ ...OPTIONS, version: '2.3.0', extraConfig: { 'execution.checkpointing.interval': '1s' } })
    expect(settings['execution.checkpointing.interval']).toBe('1s')
  })
})

describe('rendering', () => {
  const settings = { 'rest.port': 8081, 'state.backend.type': 'rocksdb', [`fs.azure.account.key.${HOST}`]: 'secret' }

  test('is nested config.yaml from 1.19 on, with the account host whole', () => {
    const { fileName, text } = renderFlinkConfig('1.19.0', settings)
    expect(fileName).toBe('config.yaml')
    expect(parse(text)).toEqual({
      rest: { port: 8081 },
      state: { backend: { type: 'rocksdb' } },
      fs: { azure: { account: { key: { [HOST]: 'secret' } } } },
    })
  })

  test('is flat flink-conf.yaml before', () => {
    const { fileName, text } = renderFlinkConfig('1.18.1', settings)
    expect(fileName).toBe('flink-conf.yaml')
    expect(text).toBe(`rest.port: 8081\nstate.backend.type: rocksdb\nfs.azure.account.key.${HOST}: secret\n`)
  })

  test('refuses a key that lies below another, which config.yaml cannot express', () => {
    expect(() => renderFlinkConfig('2.3.0', { 'state.backend': 'rocksdb', 'state.backend.incremental': true })).toThrow(
      'state.backend.incremental: backend has a value of its own',
    )
  })
})
