import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type E2e, FLINK_UNDER_TEST, missingForE2e, startE2e } from '../support/sandbox.js'
import { answerOf, blobsBelow, rest, runningJob, stdoutOf } from './world.js'

const SHOP = `SET 'table.dml-sync' = 'true';
CREATE TABLE src (id BIGINT, n INT) WITH ('connector' = 'datagen', 'rows-per-second' = '50', 'fields.n.min' = '1', 'fields.n.max' = '9');
CREATE TABLE out1 (n INT, c BIGINT) WITH ('connector' = 'blackhole');
CREATE TABLE out2 (n INT, c BIGINT) WITH ('connector' = 'blackhole');
SET 'pipeline.name' = 'shop_orders';
SELECT n, COUNT(*) FROM src GROUP BY n;
INSERT INTO out1 SELECT n, COUNT(*) FROM src GROUP BY n;
SET 'pipeline.name' = 'shop_customers';
INSERT INTO out2 SELECT n, COUNT(*) FROM src GROUP BY n;
`

describe.skipIf(missingForE2e() !== null)(`Job control on Flink ${FLINK_UNDER_TEST}`, () => {
  let e2e: E2e
  const world = () => e2e
  const NAMES = ['shop_orders', 'shop_customers']

  beforeAll(async () => {
    e2e = await startE2e()
    await writeFile(join(e2e.dir, 'shop.sql'), SHOP)
  })

  afterAll(async () => {
    await e2e?.stop()
  })

  test('a script of two jobs with table.dml-sync and a query: each statement once, both jobs up and on', async () => {
    // A second CREATE TABLE in the same session would fail: it is there already.
    const ids = (await stdoutOf(world, 'start', 'shop.sql', '--fresh')).trim().split('\n')
    expect(ids).toEqual(await Promise.all(NAMES.map((name) => runningJob(world, name))))

    const { jobs } = (await rest(world, '/jobs/overview')) as { jobs: { jid: string; name: string; state: string }[] }
    const query = jobs.filter(({ name }) => name.startsWith('flinkops query of line 6'))
    expect(query).toHaveLength(1)
    expect(jobs).toHaveLength(3)
    // Cancelled with its result, it leaves no checkpoint.
    const left = (await blobsBelow(world, 'checkpoints/')).filter(
      (name) => name.includes(`${query[0]?.jid}/`) && name.endsWith('/_metadata'),
    )
    expect(left).toEqual([])
  })

  test('stop --all and resume --all: each job comes back from a path of its own', async () => {
    await stdoutOf(world, 'stop', '--all', '--yes')
    await stdoutOf(world, 'resume', '--all')
    const restored = await Promise.all(
      NAMES.map(async (name) => {
        const stats = (await rest(world, `/jobs/${await runningJob(world, name)}/checkpoints`)) as {
          latest: { restored: { external_path: string } }
        }
        return stats.latest.restored.external_path
      }),
    )
    expect(new Set(restored).size).toBe(2)
  })

  test('stop asks: in a pipe, without --yes, nothing goes down', async () => {
    const { code, stderr } = await e2e.flinkops(['stop', 'shop_orders'])
    expect({ code, stderr }).toMatchObject({ code: 6, stderr: expect.stringContaining('nobody to ask') })
    await runningJob(world, 'shop_orders')
  })

  test('two stops of one job at once: the second is told so, and the job goes down once', async () => {
    const jobId = await runningJob(world, 'shop_orders')
    const both = await Promise.all([1, 2].map(() => e2e.flinkops(['stop', 'shop_orders', '--yes'])))

    expect(both.map(({ code }) => code).toSorted(), JSON.stringify(both)).toEqual([0, 10])
    const path = both.find(({ code }) => code === 0)?.stdout.trim() ?? ''
    expect(await rest(world, `/jobs/${jobId}/status`)).toEqual({ status: 'FINISHED' })
    expect(await answerOf(world, 'resume', 'shop_orders', '--from', path)).toBe(await runningJob(world, 'shop_orders'))
  })
})
