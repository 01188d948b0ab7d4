import { encodeMetadata } from '../../test/unit/state/metadata/encoder.js'
import type { Incremental, Local, Snapshot } from '../../test/unit/state/metadata/handles.js'
import { CHECKPOINTS, exclusiveUuids, isSharedOrphan, jobIdOf, type Run, sharedUuids } from './runs.js'
import type { Shape } from './shape.js'
import { writeUuid } from './uuid.js'

const NIL = '00000000-0000-0000-0000-000000000000'
const BACKEND = '11111111-1111-1111-1111-111111111111'
const NO_JOB = '0'.repeat(32)
/** Not more than any file of the container has. */
const FILE_BYTES = 1000

/** A `_metadata` in which every file's path is to be filled in. */
interface Template {
  bytes: Buffer
  /** Where the job ids and the names of shared files begin. */
  shared: { job: number; uuid: number }[]
  exclusive: number[]
}

/** `_metadata` bodies, made on demand: what a snapshot needs follows from the shape. */
export class SnapshotBytes {
  readonly #shape: Shape
  readonly #root: string
  readonly #templates = new Map<number, Template>()

  /** `root`: of the container, as Flink spells it (`wasbs://container@account`). */
  constructor(shape: Shape, root: string) {
    this.#shape = shape
    this.#root = root
  }

  sizeOf(run: Run): number {
    return this.#template(this.#needs(run.snapshot?.id ?? 0).length).bytes.length
  }

  bytesOf({ snapshot }: Run): Buffer {
    const { job, id } = snapshot ?? { job: 0, id: 0 }
    const needed = this.#needs(id)
    const template = this.#template(needed.length)
    const bytes = Buffer.from(template.bytes)
    const jobId = Buffer.from(jobIdOf(job))
    const uuids = sharedUuids(this.#shape, job)
    for (const [at, place] of template.shared.entries()) {
      bytes.set(jobId, place.job)
      writeUuid(bytes, place.uuid, uuids, needed[at] ?? 0)
    }
    let at = 0
    for (const own of exclusiveUuids(this.#shape, job))
      for (let number = 0; number < own.count; number++) writeUuid(bytes, template.exclusive[at++] ?? 0, own, number)
    return bytes
  }

  /** Numbers of the shared files that a snapshot needs, the same for all jobs. */
  readonly #known = new Map<number, Uint32Array>()
  #needs(id: number): Uint32Array {
    const known = this.#known.get(id)
    if (known !== undefined) return known
    const { files, orphans, uses, snapshots } = this.#shape
    const needed: number[] = []
    for (let number = 0, file = 0; number < files + orphans; number++) {
      if (isSharedOrphan(this.#shape, number)) continue
      if ((file++ + id) % Math.max(1, snapshots) < uses) needed.push(number)
    }
    const numbers = Uint32Array.from(needed)
    this.#known.set(id, numbers)
    return numbers
  }

  #template(files: number): Template {
    const known = this.#templates.get(files)
    if (known !== undefined) return known
    const template = templateOf(files, this.#shape.exclusive, `${this.#root}/${CHECKPOINTS}/`)
    this.#templates.set(files, template)
    return template
  }
}

function templateOf(files: number, exclusive: number, root: string): Template {
  const path = `${root}${NO_JOB}/shared/${NIL}`
  const shared = Array.from({ length: files }, (_, file): Local => ({ name: `${file}.sst`, stream: { tag: 2, size: FILE_BYTES, path } }))
  const own = Array.from(
    { length: exclusive },
    (_, file): Local => ({ name: `MANIFEST-${file}`, stream: { tag: 6, name: NIL, size: FILE_BYTES } }),
  )
  const bytes = Buffer.from(encodeMetadata(snapshotOf(shared, own)))
  const places: number[] = []
  for (let at = bytes.indexOf(NIL); at >= 0; at = bytes.indexOf(NIL, at + 1)) places.push(at)
  const uuids = places.slice(0, files)
  return {
    bytes,
    shared: uuids.map((uuid) => ({ job: uuid - `${NO_JOB}/shared/`.length, uuid })),
    exclusive: places.slice(files),
  }
}

function snapshotOf(shared: Local[], own: Local[]): Snapshot {
  const meta = { tag: 1, name: 'meta', bytes: new Uint8Array(1) } as const
  const managedKeyed: Incremental = { tag: 11, backend: BACKEND, first: 0, groups: 4, meta, shared, private: own }
  const subtasks = [{ index: 0, state: { managedKeyed, rawKeyed: { tag: 0 } as const, input: [], output: [] } }]
  const names = { id: 'f'.repeat(32), name: 'operator', uid: 'uid' }
  const operator = { ...names, parallelism: 1, maxParallelism: 128, coordinator: { tag: 0 } as const, subtasks }
  return { version: 6, checkpointId: 1, masters: [], operators: [operator], properties: 'checkpoint' }
}
