import type { Server } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { Catalogue } from '../../../bench/server/catalogue.js'
import { httpServer } from '../../../bench/server/http.js'
import { createService, type Service } from '../../../bench/server/service.js'
import { type Shape, shapeNamed } from '../../../bench/server/shape.js'
import { SnapshotBytes } from '../../../bench/server/snapshot-bytes.js'
import { Store } from '../../../bench/server/store.js'
import { createStorage } from '../../../src/lib/azure/storage.js'
import type { ContainerReader } from '../../../src/lib/ports.js'
import { Secret } from '../../../src/lib/secret.js'

const ACCOUNT = 'devstoreaccount1'
const CONTAINER = 'flink'
const signal = new AbortController().signal
let server: Server | undefined
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

/** A service whose pages are so short that even a small container fills many. */
async function start(
  pageSize: number,
  shape: Partial<Shape> = {},
): Promise<{ service: Service; reader: ContainerReader; names: string[] }> {
  const catalogue = new Catalogue({ ...shapeNamed('small'), ...shape }, Date.now())
  const snapshots = new SnapshotBytes(catalogue.shape, 'wasbs://flink@acct')
  const store = new Store(catalogue, (run) => snapshots.sizeOf(run))
  const service = createService({ account: ACCOUNT, container: CONTAINER, store, snapshots })
  service.faults.pageSize = pageSize
  const running = httpServer(service)
  server = running
  await new Promise<void>((resolve) => running.listen(0, '127.0.0.1', resolve))
  const address = running.address()
  const endpoint = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/${ACCOUNT}`
  const key = new Secret(Buffer.alloc(64).toString('base64'))
  const accessFor = (account: string) => ({ account, endpoint, credential: { kind: 'key' as const, key }, source: 'test' })
  const reader = await createStorage({ accessFor, retryDelayInMs: 1 }).container(ACCOUNT, CONTAINER)
  const names = Array.from({ length: catalogue.size }, (_, number) => catalogue.nameOf(number))
  return { service, reader, names }
}

async function namesOf(reader: ContainerReader, prefix = ''): Promise<string[]> {
  const names: string[] = []
  for await (const page of reader.list({ prefix, signal })) names.push(...page.blobs.map((blob) => blob.name))
  return names.sort((a, b) => (a < b ? -1 : 1))
}

describe('a listing that is split by directories', () => {
  it.each([
    [3, {}],
    [10, {}],
    [40, {}],
    [100, { jobs: 40, savepoints: 0, markers: true }],
    [30, { jobs: 2, files: 600, foreign: 0, savepoints: 0, temporary: 0, markers: false }],
  ])('has every blob once, with pages of %d', async (pageSize, shape) => {
    const { reader, names } = await start(pageSize, shape)
    expect(await namesOf(reader)).toEqual(names)
  })

  it('has what was written beside the rest, whatever its name', async () => {
    const { service, reader, names } = await start(20)
    const odd = ['checkpoints/ü 1%/a&b', 'checkpoints/0', 'zz/\u0001', '_flinkops/x', 'a//b', 'a/']
    for (const name of odd) service.store.write(name, Buffer.from('x'), {})
    expect(await namesOf(reader)).toEqual([...names, ...odd].sort((a, b) => (a < b ? -1 : 1)))
  })

  it('keeps to its prefix', async () => {
    const { reader, names } = await start(5)
    expect(await namesOf(reader, 'savepoints')).toEqual(names.filter((name) => name.startsWith('savepoints')))
  })

  it('goes on while the service is busy now and then', async () => {
    const { service, reader, names } = await start(20)
    service.faults.busyShare = 0.2
    expect(await namesOf(reader)).toEqual(names)
    expect(service.counters.busy).toBeGreaterThan(0)
  })

  it('is an error when one of its pieces fails, and never shorter', async () => {
    const { service, reader } = await start(20)
    let pages = 0
    const listing = async () => {
      for await (const _ of reader.list({ signal })) if (++pages === 3) service.faults.busyShare = 1
    }
    await expect(listing()).rejects.toMatchObject({ code: 'STORAGE_BUSY' })
  })

  it('asks for nothing more when nobody reads on', async () => {
    const { service, reader } = await start(5)
    for await (const _ of reader.list({ signal })) break
    await new Promise((resolve) => setTimeout(resolve, 100))
    const { list } = service.counters
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(service.counters.list).toBe(list)
  })
})
