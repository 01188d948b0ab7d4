import type { ClusterSettings } from './cluster.js'
import type { Random } from './random.js'

/** What one configuration of the tool says. */
export interface Context {
  containers: string[]
  roots: string[]
  /** Ids of the clusters that it lists. */
  asks: string[]
  exclusive: boolean
}

export interface Scene {
  clusters: ClusterSettings[]
  contexts: Context[]
}

/** One or two clusters in one or two containers; the second may be one that flinkops does not know. */
export function newScene(random: Random): Scene {
  const first = newCluster(random, 'blue', 'flink/prod', true)
  if (random.chance(0.5)) return sceneOf(random, [first], [first])
  const isListed = random.chance(0.5)
  const second = newCluster(random, 'green', random.chance(0.5) ? 'flink/prod' : random.pick(['flink/other', 'side/other']), isListed)
  // The roots of an unlisted cluster may be unknown too; its `_metadata` lie in surveyed containers all the same.
  return sceneOf(random, [first, second], isListed || random.chance(0.4) ? [first, second] : [first])
}

/** The same, and what few have: contexts beside each other, a false `exclusive`, fixed job ids, no job directories, clocks apart. */
export function newWildScene(random: Random): Scene {
  const scene = unusualScene(random)
  const shared = random.pick(['00000000', 'ffffffff']) + random.hex(24)
  const hasFixedIds = random.chance(0.5)
  for (const cluster of scene.clusters) {
    if (hasFixedIds) cluster.fixedIds = [random.chance(0.3) ? shared : random.pick(['00000000', 'ffffffff']) + random.hex(24)]
    if (random.chance(0.05)) cluster.hasNoSubdirs = true
    if (random.chance(0.3)) cluster.clockAheadMs = random.int(-240_000, 240_000)
  }
  // Somebody is wrong about who else uses these roots.
  if (scene.clusters.some((one) => !one.isListed) && random.chance(0.15)) for (const one of scene.contexts) one.exclusive = true
  return scene
}

function unusualScene(random: Random): Scene {
  if (random.chance(0.2)) return besideEachOther(random)
  return random.chance(0.1) ? withFarOne(random) : newScene(random)
}

/** Production and staging in one container, each with its own roots, and each true to say that nobody else uses them. */
function besideEachOther(random: Random): Scene {
  const clusters = [newCluster(random, 'blue', 'flink/prod', true), newCluster(random, 'green', 'flink/staging', true)]
  const contexts = clusters.map((one) => ({ containers: ['flink'], roots: rootsOf([one]), asks: [one.id], exclusive: random.chance(0.6) }))
  return { clusters, contexts }
}

/** The second cluster keeps its state in a container that nobody told the tool of, whether or not its JobManager is listed. */
function withFarOne(random: Random): Scene {
  const near = newCluster(random, 'blue', 'flink/prod', true)
  const far = { ...newCluster(random, 'green', 'far/prod', random.chance(0.5)), isFar: true }
  const { contexts } = sceneOf(random, [near], [near])
  const asks = far.isListed ? [near.id, far.id] : [near.id]
  return { clusters: [near, far], contexts: contexts.map((one) => ({ ...one, asks })) }
}

function sceneOf(random: Random, clusters: ClusterSettings[], rooted: ClusterSettings[]): Scene {
  const containers = [...new Set(rootsOf(clusters).map((path) => path.slice(0, path.indexOf('/'))))]
  const asks = clusters.filter((one) => one.isListed).map((one) => one.id)
  const exclusive = clusters.every((one) => one.isListed) && random.chance(0.4)
  return { clusters, contexts: [{ containers, roots: rootsOf(rooted), asks, exclusive }] }
}

function rootsOf(clusters: ClusterSettings[]): string[] {
  return [...new Set(clusters.flatMap((one) => [one.checkpointRoot, one.savepointRoot, one.dstlRoot]))]
}

function newCluster(random: Random, id: string, base: string, isListed: boolean): ClusterSettings {
  return {
    id,
    isListed,
    checkpointRoot: `${base}/checkpoints`,
    savepointRoot: `${base}/savepoints`,
    dstlRoot: `${base}/dstl`,
    spelling: random.pick(['wasbs', 'wasbs', 'abfss', 'wasb']),
    hasHighAvailability: random.chance(0.4),
    writesArchives: random.chance(0.6),
  }
}
