import nock from 'nock'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { createJobManager } from '../../../src/lib/flink/client.js'
import { JOB, never } from './loopback.js'

// nock sees undici's default dispatcher alone: what passes here proves that no agent of our own is in the way
beforeAll(() => nock.disableNetConnect())
afterEach(() => nock.cleanAll())
afterAll(() => nock.enableNetConnect())

it('without TLS options or a proxy, requests go through the default dispatcher', async () => {
  nock('http://jm:8081').get('/v1/overview').reply(200, { 'flink-version': '2.3.0' })
  expect(await createJobManager({ url: 'http://jm:8081' }).version(never())).toBe('2.3.0')
})

it('503 and then 200 is an answer', async () => {
  nock('http://jm:8081')
    .get(`/v1/jobs/${JOB}/status`)
    .reply(503, { errors: ['Service temporarily unavailable due to an ongoing leader election.'] })
  nock('http://jm:8081').get(`/v1/jobs/${JOB}/status`).reply(200, { status: 'RUNNING' })
  expect(await createJobManager({ url: 'http://jm:8081' }).jobState(JOB, never())).toBe('RUNNING')
})

it('the configuration comes redacted', async () => {
  nock('http://jm:8081')
    .get('/v1/jobmanager/config')
    .reply(200, [
      { key: 'fs.azure.sas.c.a.blob.core.windows.net', value: 'MARK' },
      { key: 'env.java.opts', value: '-Dx.password=MARK -Xmx1g' },
      { key: 'state.savepoints.dir', value: 'wasbs://c@a/s' },
    ])
  const configuration = await createJobManager({ url: 'http://jm:8081' }).configuration(never())
  expect(Object.fromEntries(configuration)).toEqual({
    'fs.azure.sas.c.a.blob.core.windows.net': '***',
    'env.java.opts': '-Dx.password=*** -Xmx1g',
    'state.savepoints.dir': 'wasbs://c@a/s',
  })
})
