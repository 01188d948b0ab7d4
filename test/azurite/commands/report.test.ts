import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Browser, chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ACCOUNT_HOST } from '../../../sandbox/emulator.js'
import { loadTree } from '../../../sandbox/tree.js'
import { createRunJournal } from '../../../src/lib/journal/run-journal.js'
import { jsonBytes } from '../../../src/lib/large-json.js'
import { azuriteEndpoint } from '../../support/azurite.js'
import { findBrowser } from '../../support/browser.js'
import { cluster } from '../../support/fake-cluster.js'
import { deadUrl, type FakeJobManager, startFakeJobManager } from '../../support/fake-jobmanager.js'
import { type Cli, startCli } from '../../support/run-cli.js'

const TREE = join(import.meta.dirname, '../../../sandbox/recorded-tree')
const JOB = '74e0346ca1fe276c9f4577ef8bbd06dd'
const NAME = '<script>alert("sales")</script>'
const DAY_MS = 86_400_000
const RUN = '20261115T021500-0f3a21'

let loaded: Awaited<ReturnType<typeof loadTree>>
let jobManager: FakeJobManager
let cli: Cli
let written: { code: number; stdout: string; stderr: string }
let page = ''

beforeAll(async () => {
  loaded = await loadTree(TREE, azuriteEndpoint())
  const path = (id: number) => `wasbs://${loaded.container}@${ACCOUNT_HOST}/checkpoints/${JOB}/chk-${id}`
  jobManager = await startFakeJobManager({
    ...cluster({ jobs: [{ jobId: JOB, name: NAME, completed: [path(25)] }] }),
    [`GET /v1/jobs/${JOB}/checkpoints`]: { body: statistics(path) },
  })
  cli = await startCli({ endpoint: azuriteEndpoint(), container: loaded.container, jobManagers: [jobManager.url] })
  await leaveTraces(cli, `${ACCOUNT_HOST}/${loaded.container}`)
  page = join(cli.dir, 'monday.html')
  written = await cli.run(['report', '--html', 'monday.html'])
})

afterAll(async () => {
  await Promise.all([cli.close(), jobManager.stop(), loaded.client.delete()])
})

/** Four checkpoints, as a cluster tells of them; the newest first. */
function statistics(path: (id: number) => string): object {
  const history = [25, 24, 23, 22].map((id) => ({
    className: 'completed',
    id,
    status: 'COMPLETED',
    is_savepoint: false,
    checkpoint_type: 'CHECKPOINT',
    trigger_timestamp: Date.now() - (26 - id) * 10_000,
    latest_ack_timestamp: Date.now() - (26 - id) * 10_000 + 700,
    end_to_end_duration: 500 + id * 10,
    state_size: 400_000 + id * 1000,
    checkpointed_size: 90_000 + id * 100,
    num_subtasks: 4,
    num_acknowledged_subtasks: 4,
    external_path: path(id),
    discarded: false,
  }))
  const counts = { restored: 0, total: 25, in_progress: 0, completed: 25, failed: 0 }
  return { counts, latest: { completed: history[0], savepoint: null, failed: null, restored: null }, history }
}

/** What earlier Mondays left: three looks, one run. */
async function leaveTraces({ dir }: Cli, scope: string): Promise<void> {
  const directory = join(dir, 'state', 'flinkops')
  const looks = [21, 14, 7].map((days) => {
    const bytes = 900_000 - days * 10_000
    const classes = { exclusive: bytes / 2, shared: bytes / 4, orphaned: bytes / 4 }
    return JSON.stringify({ atMs: Date.now() - days * DAY_MS, scope, bytes, blobs: 40, lineages: { [NAME]: bytes }, classes })
  })
  await mkdir(directory, { recursive: true })
  await writeFile(join(directory, 'usage.jsonl'), `${looks.join('\n')}\n`)
  const deletion = { account: 'a', container: 'c', name: 'k', sizeBytes: 2048, etag: 'e', reason: 'orphan', after: [] }
  const runs = createRunJournal({ directory })
  await runs.planned(RUN, jsonBytes({ runId: RUN, createdAt: '2026-11-15T02:15:00.000Z', waves: [[deletion]], fingerprint: [], jobs: [] }))
  await runs.progress(RUN, [{ key: 'a/c/k', outcome: 'deleted' }])
}

describe('report', () => {
  it('writes the page of a recorded tree, and prints its path alone', async () => {
    expect(written).toMatchObject({ code: 0, stdout: `${page}\n` })
    const html = await readFile(page, 'utf8')
    const escaped = '&lt;script&gt;alert(&quot;sales&quot;)&lt;/script&gt;'
    expect(html).toMatch(/<p class="verdict (good|careful|bad)">/)
    expect(html).toContain(`">${escaped} has a whole restore point. `)
    expect(html).toContain('Newest restore point: checkpoint 25,')
    expect(html).toContain(`<code>${RUN}</code>`)
    expect(html).toContain('Needed by no snapshot, and yet left alone')
    expect(html).not.toContain('<script')
    expect((await readdir(cli.dir)).filter((name) => name.includes('monday'))).toEqual(['monday.html'])
    const looks = (await readFile(join(cli.dir, 'state/flinkops/usage.jsonl'), 'utf8')).trim().split('\n')
    expect(looks).toHaveLength(4)
    expect(Object.keys(JSON.parse(looks.at(-1) ?? '').classes)).toEqual(['exclusive', 'shared', 'orphaned'])
  })

  it('says what could not be had when a JobManager does not answer, and writes the rest; JSON tells path and size', async () => {
    const path = join(cli.dir, 'down.html')
    const { code, stdout } = await cli.run(['report', '--html', path, '--json', '--jobmanager', await deadUrl()])
    const html = await readFile(path, 'utf8')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toEqual({ path, sizeBytes: Buffer.byteLength(html), warnings: [expect.stringContaining('may be missing')] })
    expect(html).toContain('Every job that is known to run has a whole restore point; not every cluster answered.')
    expect(html).toContain('But clean-up would refuse: cluster')
    expect(html).toContain('State over time')
  })

  it.each([
    ['a directory', ['report', '--html', '.'], {}, 2, 'is a directory'],
    ['no file named', ['report'], {}, 2, 'html'],
    [
      'storage that may not be read',
      ['report', '--html', 'no.html'],
      { AZURE_STORAGE_KEY: Buffer.from('wrong').toString('base64') },
      4,
      '',
    ],
  ])('fails, and leaves no file: %s', async (_, args, env, exitCode, words) => {
    const { code, stdout, stderr } = await cli.run(args, { env })
    expect({ code, stdout }).toEqual({ code: exitCode, stdout: '' })
    expect(stderr).toMatch(/^Error: /m)
    expect(stderr).toContain(words)
    expect(existsSync(join(cli.dir, 'no.html'))).toBe(false)
  })
})

const executablePath = findBrowser()

/** In the page: what does not contrast with what it stands on (WCAG AA, 4.5 to 1), and how the page fits. */
const LOOK = `(() => {
  const rgb = (text) => (text.match(/[\\d.]+/g) ?? []).map(Number)
  const light = (text) => rgb(text).slice(0, 3).map((one) => one / 255).map((one) => one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4)
    .reduce((sum, one, at) => sum + one * [0.2126, 0.7152, 0.0722][at], 0)
  const below = (element) => {
    for (let at = element; at; at = at.parentElement) if ((rgb(getComputedStyle(at).backgroundColor)[3] ?? 1) > 0) return getComputedStyle(at).backgroundColor
    return 'rgb(255, 255, 255)'
  }
  const contrast = (element) => {
    const [a, b] = [light(getComputedStyle(element).color), light(below(element))]
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
  }
  const texts = [...document.querySelectorAll('h1, h2, h3, p, li, dt, dd, th, td, summary, caption, figcaption, pre, small, .badge')]
  const drawn = [...document.querySelectorAll('svg text')].find((one) => one.getBoundingClientRect().width > 0)
  return {
    pale: texts.filter((one) => contrast(one) < 4.5).map((one) => one.outerHTML.slice(0, 80)),
    overflow: document.documentElement.scrollWidth - innerWidth,
    headings: [...document.querySelectorAll('h1, h2')].map((one) => one.textContent),
    paper: getComputedStyle(document.body).backgroundColor,
    ink: getComputedStyle(document.body).color,
    letters: drawn ? getComputedStyle(drawn).fill : '',
    shown: [...document.querySelectorAll('.drawing')].filter((one) => one.getBoundingClientRect().height > 50).length,
    smallest: drawn ? parseFloat(getComputedStyle(drawn).fontSize) * drawn.closest('svg').getBoundingClientRect().width / drawn.closest('svg').viewBox.baseVal.width : 0,
  }
})()`

interface Seen {
  pale: string[]
  overflow: number
  headings: string[]
  paper: string
  ink: string
  letters: string
  shown: number
  smallest: number
}

describe.skipIf(executablePath === null)('the page in a browser', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: ['--no-sandbox'] })
  })
  afterAll(() => browser?.close())

  async function look(width: number, colorScheme: 'light' | 'dark'): Promise<{ seen: Seen; said: string[]; asked: string[] }> {
    const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme })
    const tab = await context.newPage()
    const said: string[] = []
    const asked: string[] = []
    tab.on('console', (message) => said.push(message.text()))
    tab.on('pageerror', (error) => said.push(error.message))
    tab.on('request', (request) => asked.push(request.url()))
    await tab.goto(pathToFileURL(page).href)
    const seen = await tab.evaluate<Seen>(LOOK)
    const folder = process.env['FLINKOPS_SCREENSHOTS']
    if (folder !== undefined) await tab.screenshot({ path: join(folder, `report-${width}-${colorScheme}.png`), fullPage: true })
    await context.close()
    return { seen, said, asked }
  }

  it.each([1280, 390])('is quiet, asks for nothing else, and fits %d px, in light and dark', async (width) => {
    const light = await look(width, 'light')
    const dark = await look(width, 'dark')
    for (const { seen, said, asked } of [light, dark]) {
      expect(said).toEqual([])
      expect(asked).toEqual([pathToFileURL(page).href])
      expect(seen.overflow).toBeLessThanOrEqual(0)
      expect(seen.pale).toEqual([])
      expect(seen.headings).toEqual(['Flink state of test', 'State over time', 'Jobs', 'Clean-up', 'Findings'])
      expect(seen.shown).toBe(5)
      expect(seen.smallest).toBeGreaterThan(10)
    }
    const colours = ({ seen: { paper, ink, letters } }: typeof light) => [paper, ink, letters]
    for (const [at, colour] of colours(light).entries()) expect(colours(dark)[at]).not.toBe(colour)
  })
})
