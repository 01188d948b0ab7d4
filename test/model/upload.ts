import type { Target } from './backends/backend.js'
import type { StreamHandle } from './handles.js'
import type { Pending } from './job.js'
import { containerOf } from './paths.js'
import { Aborted, type Steps } from './process.js'
import type { World } from './world.js'

type Content = { bytes: Uint8Array } | { sizeBytes: number }

/** Gives the others a turn, and ends here when the checkpoint was given up meanwhile. */
export function* turn(pending: Pending): Steps {
  yield
  if (pending.isAborted) throw new Aborted()
}

/** As wasb writes a file: an empty link blob at the final name, the data aside, then the data over the link. */
export function* upload(target: Target, path: string, content: Content, closed?: () => void): Steps {
  const { world, pending } = target
  pending.paths.add(path)
  yield* uploadUntracked(world, path, content, () => turn(pending), closed)
}

/** `closed`: the file is there with all its bytes, whether or not its writer lives to hear of it. */
export function* uploadUntracked(world: World, path: string, content: Content, wait: () => Steps, closed?: () => void): Steps {
  world.store.link(path)
  const aside = world.random.chance(0.2) ? `${containerOf(path)}/_$azuretmpfolder$/${world.random.uuid()}` : null
  if (aside !== null) world.store.put(aside, { sizeBytes: 1 })
  yield* wait()
  if (aside !== null) world.store.delete(aside)
  world.store.put(path, content)
  closed?.()
  if (world.random.chance(0.5)) yield* wait()
}

/** A file of exclusive state in the snapshot's own directory; small state stays in `_metadata`. */
export function* exclusiveFile(target: Target, mayInline: boolean): Steps<StreamHandle> {
  if (mayInline && target.world.random.chance(0.4)) return { kind: 'inline', sizeBytes: target.world.random.int(1, 20) }
  const sizeBytes = target.world.random.int(10, 500)
  const path = `${target.pending.directory}/${target.world.random.uuid()}`
  yield* upload(target, path, { sizeBytes })
  return { kind: 'file', path, sizeBytes, isRelative: true }
}

/** A file that is written to stay over many checkpoints, or where its directory is not the checkpoint's: absolute. */
export function* absoluteFile(target: Target, directory: string): Steps<StreamHandle> {
  const sizeBytes = target.world.random.int(50, 2000)
  const path = `${directory}/${target.world.random.uuid()}`
  yield* upload(target, path, { sizeBytes })
  return { kind: 'file', path, sizeBytes, isRelative: false }
}
