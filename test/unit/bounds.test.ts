import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { afterEach, describe, expect, it } from 'vitest'
import { ACCOUNT_HOST } from '../../sandbox/emulator.js'
import { METADATA_BYTES } from '../../src/lib/bounds.js'
import { surveyText } from '../../src/lib/config/conf-survey.js'
import { parseConfigFile } from '../../src/lib/config/config-file.js'
import { parseFlinkConf } from '../../src/lib/config/flink-conf.js'
import { parsePrices } from '../../src/lib/config/prices.js'
import { createHttp } from '../../src/lib/flink/http.js'
import { parseForeignJson } from '../../src/lib/foreign-json.js'
import { openInventory } from '../../src/lib/inventory/open.js'
import { checkRuns } from '../../src/lib/inventory/parquet-runs.js'
import { checkThrift } from '../../src/lib/inventory/thrift-shape.js'
import { parseJsonBytes } from '../../src/lib/large-json.js'
import { mapBySize } from '../../src/lib/operations/concurrently.js'
import { readCopy } from '../../src/lib/operations/load-manifest.js'
import { openWindows } from '../../src/lib/operations/open-windows.js'
import { readHistory } from '../../src/lib/operations/read-history.js'
import { surveyStorage } from '../../src/lib/operations/survey-storage.js'
import { verifyOnce } from '../../src/lib/operations/verify-snapshot.js'
import type { BlobContent, ContainerReader, StorageReader } from '../../src/lib/ports.js'
import type { MaintenanceJournal } from '../../src/lib/ports-maintenance.js'
import { matchesPattern } from '../../src/lib/state/pick-jobs.js'
import { withoutTail } from '../../src/lib/tail.js'
import { FIELDS, manifestOf } from '../support/blob-inventory.js'
import { fakeStorage, JOB, uri } from '../support/fake-ports.js'
import { type Answer, BLOB_HEADERS, CONTAINER, ACCOUNT as SCRIPTED, type ScriptedServer, scriptedServer } from './azure/scripted-server.js'
import { type Loopback, serve } from './flink/loopback.js'

const { signal } = new AbortController()
const MIB = 2 ** 20
let jobManager: Loopback | undefined
let service: ScriptedServer | undefined
let folder: string | undefined

afterEach(async () => {
  await jobManager?.close()
  await service?.close()
  if (folder !== undefined) await rm(folder, { recursive: true })
  jobManager = service = folder = undefined
})

describe('an answer of a JobManager', () => {
  const ask = (url: string) => createHttp({ url, server: 'JobManager', patienceMs: 4000 }).send({ method: 'GET', path: '/x', signal })

  it.each([
    ['that says how long it is', { 'content-length': String(65 * MIB) }],
    ['that does not come to its end', {}],
  ])('%s is not read beyond 64 MiB, nor asked for again', async (_, headers) => {
    let asked = 0
    jobManager = await serve((_request, response) => {
      asked++
      response.writeHead(200, { 'content-type': 'application/json', ...headers })
      const block = Buffer.alloc(MIB, 32)
      const more = () => {
        while (!response.destroyed) if (!response.write(block)) return void response.once('drain', more)
      }
      more()
    })
    await expect(ask(jobManager.url)).rejects.toMatchObject({
      code: 'UNREACHABLE',
      exitCode: 7,
      message: expect.stringContaining('more than 64 MiB'),
    })
    expect(asked).toBe(1)
  })
})

describe('a blob that is larger than it should be', () => {
  /** Says how large it is, and sends nothing. */
  const announced =
    (sizeBytes: number): Answer =>
    (_, response) =>
      void response.writeHead(200, { ...BLOB_HEADERS, 'content-length': String(sizeBytes) }).flushHeaders()

  it('is not read beyond its headers', async () => {
    service = await scriptedServer([announced(65 * MIB), announced(2 * METADATA_BYTES)])
    const reader = await service.storage.container(SCRIPTED, CONTAINER)
    expect(await reader.read({ name: 'x', signal })).toEqual({
      state: 'tooLarge',
      problem: 'it has 65 MiB, and more than 64 MiB are not read',
    })
    expect(await reader.read({ name: 'x', most: METADATA_BYTES, signal })).toMatchObject({ state: 'tooLarge' })
  })

  const content: BlobContent = { state: 'tooLarge', problem: 'it is large' }

  function storageOf(names: string[]): StorageReader & { reader: ContainerReader } {
    const { container } = fakeStorage(Object.fromEntries(names.map((name) => [name, { sizeBytes: 5 }])))
    const found = container('acct.blob.core.windows.net', 'flink') as unknown as Promise<ContainerReader>
    let reader: ContainerReader | undefined
    const wrapped = async () => (reader ??= { ...(await found), read: async () => content })
    return { container: wrapped, reader: { account: 'acct.blob.core.windows.net', container: 'flink' } as ContainerReader }
  }

  it('makes a snapshot unreadable, which keeps all that it may need', async () => {
    const name = `checkpoints/${JOB}/chk-7/_metadata`
    const storage = storageOf([name])
    const survey = await surveyStorage({ readers: [await storage.container('', '')], signal, now: Date.now })
    expect(survey.snapshots.map(({ completeness, problem }) => [completeness, problem])).toEqual([['unreadable', 'it is large']])
    const found = await verifyOnce({ storage, location: { account: 'acct.blob.core.windows.net', container: 'flink', name }, signal })
    expect(found).toMatchObject({ state: 'unreadable', problem: 'it is large' })
  })

  it('makes a maintenance window unreadable, which refuses to delete', async () => {
    const storage = storageOf(['_flinkops/maintenance/w1.json'])
    const journal = { ids: async () => [] } as unknown as MaintenanceJournal
    expect(await openWindows({ journal, readers: [await storage.container('', '')], ignored: new Set(), signal })).toMatchObject({
      unreadable: ['w1'],
    })
  })

  it('is a manifest that cannot be read, not one that is not there', async () => {
    const location = { account: 'a', container: 'c', name: 'x' }
    await expect(readCopy(location, 'wasbs://x', storageOf(['x']), signal)).rejects.toMatchObject({
      code: 'MANIFEST_UNREADABLE',
      message: expect.stringContaining('it is large'),
    })
  })

  it('proves nothing of a job that ended', async () => {
    const input = { directory: uri('history'), storage: storageOf([`history/${JOB}`]), isArchive: () => true, parse: () => null, signal }
    expect(await readHistory(input)).toEqual([])
  })

  it('is read alone, when it is one of the large ones that may be read', async () => {
    const sizes = [1, 20 * MIB, 2, 30 * MIB, 3]
    let held = 0
    let most = 0
    const results = await mapBySize(sizes, { atOnce: 8, sizeOf: (size) => size }, async (size) => {
      held += size
      most = Math.max(most, held)
      await new Promise((done) => setTimeout(done, 1))
      held -= size
      return size * 2
    })
    expect(results).toEqual(sizes.map((size) => size * 2))
    expect(most).toBe(30 * MIB)
  })
})

describe('JSON of somebody else', () => {
  it.each([
    ['lists in lists', '['.repeat(2000)],
    ['objects in objects', '{"a":'.repeat(2000)],
    ['millions of parts', `[${'[],'.repeat(2_100_000)}[]]`],
  ])('is refused for %s', async (_, text) => {
    expect(() => parseForeignJson(text)).toThrow(SyntaxError)
    if (text.length < 100_000) await expect(parseJsonBytes(Buffer.from(text))).rejects.toThrow(SyntaxError)
  })

  it('is read with brackets in its texts, and quotes', () => {
    const value = { a: ['['.repeat(5000), '\\"{'.repeat(2000), '\\'], b: [[{ c: 1 }]] }
    expect(parseForeignJson(JSON.stringify(value))).toEqual(value)
  })
})

describe('a configuration', () => {
  const laughs = Array.from(
    { length: 12 },
    (_, at) => `b${at}: &b${at} {${[1, 2, 3, 4, 5, 6, 7, 8, 9].map((key) => `k${key}: ${at === 0 ? 'x' : `*b${at - 1}`}`).join(', ')}}`,
  ).join('\n')
  const bombs: [string, string][] = [
    ['aliases of aliases', laughs],
    [
      'many aliases of a large map',
      `a: &a {${Array.from({ length: 300 }, (_, at) => `k${at}: some value that is not short`).join(', ')}}\n${Array.from({ length: 40 }, (_, at) => `b${at}: *a`).join('\n')}`,
    ],
    ['an alias of itself', 'a: &a {b: *a}'],
    ['an alias of nothing', 'a: *nobody'],
    ['lists in lists', `a: ${'['.repeat(5000)}`],
    ['keys of keys', '? '.repeat(5000)],
    ['items of items', '- '.repeat(5000)],
    ['maps in maps', `a: ${'{a: '.repeat(5000)}`],
    ['half a megabyte', '# comment\n'.repeat(50_000)],
  ]

  it.each(bombs)('with %s is a mistake of usage (exit 2) that names the file', (_, text) => {
    for (const read of [parseConfigFile, parsePrices, parseFlinkConf])
      expect(() => read('/x/flinkops.yaml', text)).toThrow(
        expect.objectContaining({ exitCode: 2, message: expect.stringContaining('/x/flinkops.yaml') }),
      )
  })

  it.each(bombs.filter(([name]) => name !== 'an alias of nothing'))('with %s is found unreadable by doctor', (_, text) => {
    const { file } = surveyText('/x/config.yaml', text, null)
    expect(file.mistakes.map(({ kind }) => kind)).toContain('unreadable')
  })
})

describe('a parser of YAML', () => {
  it('says nothing of its own, which would show what stands in the file', async () => {
    const said: string[] = []
    const hear = (warning: Error) => said.push(warning.message)
    process.on('warning', hear)
    expect(() => parseConfigFile('/x/flinkops.yaml', '? {secret: MARK}\n: x\n')).toThrow()
    surveyText('/x/config.yaml', '? {secret: MARK}\n: x\n', null)
    await new Promise((done) => setImmediate(done))
    process.off('warning', hear)
    expect(said).toEqual([])
  })
})

describe('an inventory', () => {
  async function read(format: 'csv' | 'parquet', bytes: Uint8Array, own = signal): Promise<number> {
    folder = await mkdtemp(join(tmpdir(), 'flinkops-bounds-'))
    await writeFile(join(folder, `rule_1000000_0.${format}`), bytes)
    const source = join(folder, 'rule-manifest.json')
    await writeFile(source, JSON.stringify(manifestOf({ rows: [], format, ageMs: 1, sizeBytes: bytes.length })))
    const container = { account: ACCOUNT_HOST, container: 'flink' }
    const storage = { container: () => Promise.reject(new Error()), readRange: () => Promise.reject(new Error()) }
    const inventory = await openInventory({ source, containers: [container], storage, nowMs: Date.now(), signal: own })
    let blobs = 0
    for await (const page of inventory.blobs({ ...container, signal: own })) blobs += page.length
    return blobs
  }

  /** One value, over and over: some bytes of file. */
  function parquet(rows: number, rowGroupSize = rows): Uint8Array {
    const same = (name: string, value: unknown, type: 'STRING' | 'INT64' | 'TIMESTAMP') => ({
      name,
      data: new Array(rows).fill(value),
      type,
    })
    const columnData = [
      same('Name', 'flink/x', 'STRING'),
      same('Last-Modified', new Date(0), 'TIMESTAMP'),
      same('Content-Length', 5n, 'INT64'),
      same('Etag', '0x1', 'STRING'),
    ]
    return new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize }))
  }

  it('whose row group has more rows than are decoded is refused before it is', async () => {
    const startedMs = performance.now()
    const bytes = parquet(1_100_000)
    const wroteMs = performance.now() - startedMs
    const before = performance.now()
    await expect(read('parquet', bytes)).rejects.toMatchObject({
      exitCode: 6,
      message: expect.stringContaining('more than 1,000,000 rows'),
    })
    expect(performance.now() - before).toBeLessThan(wroteMs)
  })

  it('is ended between two parts of a row group, and lets timers have their turn', async () => {
    const timeout = new AbortController()
    setTimeout(() => timeout.abort(new Error('timed out')), 0)
    await expect(read('parquet', parquet(200_000), timeout.signal)).rejects.toThrow('timed out')
  })

  it('is read whole, in parts', async () => {
    await expect(read('parquet', parquet(120_000, 110_000))).rejects.toThrow('hold 120000 rows, and their manifest says 0')
  })

  it.each([
    ['says of a list that it has two thousand million items', Buffer.from('19fcffffffff07', 'hex')],
    ['is nested without end', Buffer.alloc(5000, 0x1c)],
    ['breaks off', Buffer.from('15', 'hex')],
    ['has a text beyond its end', Buffer.from('18ff01', 'hex')],
  ])('whose metadata %s is not decoded', (_, bytes) => {
    expect(() => checkThrift(new DataView(Uint8Array.from(bytes).buffer), 0)).toThrow(/its metadata/)
  })

  it.each([
    ['repeats a value a thousand million times', Buffer.from('80808080081e', 'hex')],
    ['has as many packed values', Buffer.from('8180808008', 'hex')],
    ['has less than none', Buffer.from('818080800f', 'hex')],
    ['repeats nothing', Buffer.from('0001', 'hex')],
    ['breaks off', Buffer.from('ff', 'hex')],
  ])('whose run of values %s is not decoded', (_, bytes) => {
    expect(() => checkRuns(new DataView(Uint8Array.from(bytes).buffer), { from: 0, width: 8, values: 20 })).toThrow(/a run of a page/)
  })

  it('whose line does not come to its end is refused', async () => {
    const bytes = Buffer.from(`${FIELDS.join(',')}\n"flink/${'x'.repeat(2 * MIB)}`)
    await expect(read('csv', bytes)).rejects.toMatchObject({ exitCode: 6 })
  })

  it('with a name or metadata longer than the service takes is refused', async () => {
    const line = (name: string, metadata: string) =>
      Buffer.from(`${FIELDS.join(',')}\nflink/${name},2026-10-01T10:00:00Z,5,0x1,${metadata}\n`)
    await expect(read('csv', line('x'.repeat(3000), ''))).rejects.toMatchObject({ message: expect.stringContaining('a name is longer') })
    await rm(folder ?? '', { recursive: true })
    await expect(read('csv', line('x', 'y'.repeat(70_000)))).rejects.toMatchObject({ message: expect.stringContaining('more metadata') })
  })
})

describe('what took the place of a pattern', () => {
  it.each([
    ['sales', 's*s', true],
    ['sales', '*', true],
    ['sales', 'sales', true],
    ['sales', '*al*e*', true],
    ['sal', 'sal*al', false],
    ['sales', 's*x*', false],
    ['a.b', 'a?b', false],
    ['abab', 'ab*ab*ab', false],
    ['', '*', true],
  ])('%j is meant by %j: %s', (name, pattern, isMeant) => {
    expect(matchesPattern(name, pattern)).toBe(isMeant)
  })

  it('takes signs away from the end', () => {
    expect([withoutTail('a//b//', /\//), withoutTail('a. \n', /[.\s]/), withoutTail('//', /\//), withoutTail('', /x/)]).toEqual([
      'a//b',
      'a',
      '',
      '',
    ])
  })
})
