import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { statePath } from '../../sandbox/emulator.js'
import { textAt } from '../../sandbox/http-json.js'
import { cancelJob, SALES_PIPELINE } from '../../sandbox/jobs.js'
import { blobsBelow, failureOf, jsonOf, rest, restoredFrom, runningJob, stdoutOf, type World } from './world.js'

/** Two jobs; the second has the name that Flink makes of its sinks. */
const SHOP = `SET 'pipeline.name' = 'shop_orders'; -- the first; not the second
CREATE TABLE src (id BIGINT, buyer INT) WITH ('connector' = 'datagen', 'rows-per-second' = '\${ROWS}', 'fields.buyer.max' = '100');
CREATE TABLE orders_out (buyer INT, n BIGINT) WITH ('connector' = 'blackhole');
CREATE TABLE \`buyers;out\` (buyer INT, n BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO orders_out SELECT buyer, COUNT(*) FROM src GROUP BY buyer;
RESET 'pipeline.name';
EXECUTE STATEMENT SET BEGIN
  INSERT INTO \`buyers;out\` SELECT buyer, COUNT(*) FROM src GROUP BY buyer;
  INSERT INTO orders_out SELECT buyer, MAX(id) FROM src GROUP BY buyer;
  INSERT INTO orders_out SELECT buyer, MIN(id) FROM src GROUP BY buyer;
END`

const PREFIX = 'default_catalog.default_database'
const BUYERS = `insert-into_${PREFIX}.buyers;out,${PREFIX}.orders_out_1,${PREFIX}.orders_out_2`

interface LatestJson {
  jobId: string
  restoredFrom: string
  passedOver: { path: string; reason: string }[]
}

/** Starts by script and by name, and the way back to the newest restorable snapshot of each job. */
export function startScenarios(world: World): void {
  describe('start, and resume --from latest', () => {
    let script = ''
    let orders = ''
    let buyers = ''

    beforeAll(async () => {
      script = join(world().dir, 'shop.sql')
      await writeFile(script, SHOP)
    })

    test('a job that runs is not started a second time: exit 6, in a dry run, too', async () => {
      const jobId = await runningJob(world, 'sales_pipeline')
      for (const args of [
        ['start', SALES_PIPELINE],
        ['start', 'sales_pipeline', '-n'],
        ['resume', SALES_PIPELINE, '--from', 'latest', '-n'],
      ]) {
        const error = await failureOf(world, 6, ...args)
        expect(error).toMatchObject({ code: 'JOB_RUNS', message: expect.stringContaining(`job ${jobId} is RUNNING since 20`) })
        expect(error.suggestions.join()).toContain('flinkops stop sales_pipeline')
      }
    })

    test('a script of two jobs starts both, each with its first checkpoint; their ids are printed', async () => {
      const ids = (await stdoutOf(world, 'start', script, '--define', 'ROWS=50', '--remember')).trimEnd().split('\n')
      ;[orders = '', buyers = ''] = ids
      expect(ids).toHaveLength(2)
      const names = await Promise.all(ids.map(async (id) => textAt(await rest(world, `/jobs/${id}`), 'name')))
      expect(names).toEqual(['shop_orders', BUYERS])
    })

    test('start does not forget what the cancelled jobs left: exit 6, and the way on', async () => {
      for (const id of [orders, buyers]) await cancelJob(world().cluster.restUrl, id)
      const error = await failureOf(world, 6, 'start', 'shop_orders')
      expect(error).toMatchObject({ code: 'RESTORE_POINT_EXISTS', message: expect.stringContaining(`/${orders}/chk-`) })
      expect(error.suggestions).toContain('Go on from there: flinkops resume shop_orders --from latest')
    })

    test('each job of a script needs its own restore point: exit 2, and their names', async () => {
      const error = await failureOf(world, 2, 'resume', script, '--define', 'ROWS=50', '--from', 'shop_orders=latest')
      expect(error.message).toContain(BUYERS)
    })

    test('the newest restorable one of each job is found; newer wrecks are passed over by name', async () => {
      const newest = await newestOf(world, orders)
      const wreck = `checkpoints/${orders}/chk-100000`
      await world().storage.getBlockBlobClient(`${wreck}/_metadata`).upload('no metadata', 11)
      const from = ['--from', 'shop_orders=latest', '--from', `${BUYERS}=${await newestOf(world, buyers)}`]
      const { jobs } = await jsonOf<{ jobs: LatestJson[] }>(world, 'resume', script, '--define', 'ROWS=50', '--remember', ...from)
      const [first, second] = jobs
      expect(first).toMatchObject({
        restoredFrom: newest,
        passedOver: [{ path: statePath(wreck), reason: expect.stringMatching(/^unreadable: /) }],
      })
      expect(await restoredFrom(world, first?.jobId ?? '')).toBe(newest)
      expect(await restoredFrom(world, second?.jobId ?? '')).toBe(await newestOf(world, buyers))
      for (const id of jobs.map((job) => job.jobId)) await cancelJob(world().cluster.restUrl, id)
      ;[orders = '', buyers = ''] = jobs.map((job) => job.jobId)
    })

    test('one job of the script comes back by its name, as it was started, from the newest of its runs', async () => {
      const { code, stdout, stderr } = await world().flinkops(['resume', 'shop_orders', '--from', 'latest'])
      expect({ code, stderr }).toMatchObject({ code: 0 })
      const newest = await newestOf(world, orders)
      expect(stderr).toMatch(
        new RegExp(`${newest} is the newest of \\d+ restorable snapshots of shop_orders: checkpoint \\d+ of job ${orders}`),
      )
      expect(await restoredFrom(world, stdout.trim())).toBe(newest)
      await cancelJob(world().cluster.restUrl, stdout.trim())
    })
  })
}

/** The newest retained checkpoint of a job that has ended. */
async function newestOf(world: World, jobId: string): Promise<string> {
  const names = await blobsBelow(world, `checkpoints/${jobId}/`)
  const numbers = names.flatMap((name) => /\/chk-(\d+)\/_metadata$/.exec(name)?.[1] ?? []).map(Number)
  return statePath(`checkpoints/${jobId}/chk-${Math.max(...numbers.filter((number) => number < 100_000))}`)
}
