import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { flinkopsConfig } from '../../../sandbox/flinkops-config.js'

const HOST = 'coolr0flink0starrocks.blob.core.windows.net'

test('a changelog is a root of its own; a cluster without SQL Gateway names none', () => {
  const changelog = `wasbs://flink@${HOST}/changelog`
  const text = flinkopsConfig({
    restUrl: 'http://127.0.0.1:8081',
    confDir: '/c',
    storageEndpoint: 'http://127.0.0.1:10000/a',
    changelog,
    jobs: {},
  })
  const { sandbox } = parse(text).contexts
  expect(sandbox.roots.changelog).toEqual([changelog])
  expect(sandbox).not.toHaveProperty('sqlGateway')
})

test('the sandbox context names cluster, roots, storage and jobs, and no key', () => {
  const text = flinkopsConfig({
    restUrl: 'http://127.0.0.1:8081',
    gatewayUrl: 'http://127.0.0.1:8083',
    confDir: '/run/conf',
    storageEndpoint: 'http://127.0.0.1:10000/devstoreaccount1',
    jobs: { sales_pipeline: { script: '/sql/sales_pipeline.sql' } },
  })
  expect(parse(text)).toEqual({
    currentContext: 'sandbox',
    contexts: {
      sandbox: {
        jobManagers: ['http://127.0.0.1:8081'],
        sqlGateway: 'http://127.0.0.1:8083',
        flinkConf: '/run/conf',
        roots: {
          checkpoints: [`wasbs://flink@${HOST}/checkpoints`, `wasbs://flink@${HOST}/checkpoints/orders_enrich`],
          savepoints: [`wasbs://flink@${HOST}/savepoints`, `wasbs://flink@${HOST}/savepoints/orders_enrich`],
          history: `wasbs://flink@${HOST}/history`,
        },
        exclusive: true,
        storage: { [HOST]: { endpoint: 'http://127.0.0.1:10000/devstoreaccount1', auth: 'key' } },
        jobs: { sales_pipeline: { script: '/sql/sales_pipeline.sql' } },
      },
    },
  })
})
