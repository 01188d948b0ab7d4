import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Site, startSite } from '../../support/cleanup-site.js'
import { runInTerminal, screenLines } from '../../support/run-cli.js'
import { keepDeleted } from '../../support/soft-delete.js'
import { ageInYear, jobsOfYear, storeYear, yearOf } from '../../support/year.js'

/** 3 jobs that run, 40 dead ones, 6 savepoints. */
const YEAR = yearOf({
  names: ['sales', 'orders', 'clicks'],
  generations: (name) => (name === 0 ? 15 : 14),
  isForgotten: (_, back) => back > 7,
  isCrashed: (name, back) => name === 2 && back === 4,
})
const SAVEPOINTS = [2, 3, 4, 5, 6, 7].map((at) => `savepoints/savepoint-${YEAR[at]?.jobId.slice(0, 6)}-00000000000${at}`)

const QUESTION = 'Delete this? Type delete to go on: '

let site: Site

beforeAll(async () => {
  site = await startSite({
    store: async (client) => {
      await storeYear(client, YEAR, SAVEPOINTS)
      await client.getBlockBlobClient('checkpoints/notes.txt').upload('mine', 4)
    },
    jobs: (path) => jobsOfYear(YEAR, path),
    // Each savepoint was taken an hour before the last checkpoints of its run.
    ageMs: ageInYear(YEAR, (name) => (YEAR.find(({ jobId }) => name.includes(`savepoint-${jobId.slice(0, 6)}-`))?.ageMs ?? 0) + 3_600_000),
  })
  keepDeleted(site.proxy, site.client)
}, 120_000)
afterAll(() => site.close())

describe('the plan of a container with 40 dead jobs, 3 running and 6 savepoints', () => {
  it.each([120, 80])(
    'is read on one screen of %d columns: what goes, what stays and why, what it frees, what it takes to free the rest',
    async (columns) => {
      expect(YEAR.filter((one) => one.back > 0)).toHaveLength(40)
      const { text } = await runInTerminal(site.cli, ['cleanup', '--older-than', '24h'], {
        columns,
        answer: { to: QUESTION, type: 'no\n' },
      })
      const lines = screenLines(text)
      if (process.env.FLINKOPS_SHOW === '1') console.log(lines.join('\n'))
      const whole = lines.join('\n').replaceAll(/\n {10,}(?=\S)/g, ' ')

      expect(lines.length).toBeLessThanOrEqual(40)
      expect(lines.filter((line) => line.length > columns)).toEqual([])
      expect(whole).toMatch(/\nDelete [\d,]+ blobs, frees [\d.]+ \S+\n/)
      expect(whole).toMatch(/expired checkpoints \(\d+ snapshots, \d+ jobs: .*sales.*\)/)
      expect(whole).toMatch(/ of running jobs \(3 jobs: sales, orders, clicks\)/)
      expect(whole).toMatch(/ savepoints .*; to free: --savepoints-older-than <duration>/)
      expect(whole).toMatch(
        / last restore points of jobs without a name; to free: --also-last <job id>, or --abandoned-older-than <duration>/,
      )
      expect(whole).toMatch(/ not where Flink keeps state: never touched \(1 blob in checkpoints\)/)
      expect(whole).toContain('Guards: 14 of 14 ok')
      expect(whole).toMatch(/Nothing was deleted\.\s*$/)
    },
  )
})
