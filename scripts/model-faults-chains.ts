import { beside, type Fault, patch, wild } from './model-fault.js'

/** Whose a snapshot is, and who goes on from whom. */
export const CHAINS: Fault[] = [
  wild(
    'no last restore point kept',
    'state/last-points.ts',
    'if (chains.downstream(snapshot, keepLast, stays) < keepLast) last.set(snapshot, words(snapshot, input))',
  ),
  wild('keep-last is always 1', 'state/last-points.ts', 'Math.max(1, policy.keepLast)', '1'),
  wild(
    'what is given up counts for others',
    'state/last-points.ts',
    'chains.downstream(snapshot, keepLast, stays)',
    'chains.downstream(snapshot, keepLast)',
  ),
  wild('what goes on is abandoned by age', 'state/last-points.ts', 'chains.runOf(snapshot).isEnded && '),
  wild('broken ones release', 'state/chains.ts', "snapshot.completeness === 'complete' && !isOfDrill", '!isOfDrill'),
  {
    name: 'a restore test releases',
    world: 'truth',
    patches: [
      patch('state/links.ts', 'if (run.jobId === null || drills.has(run.jobId)) return []', 'if (run.jobId === null) return []'),
      patch('state/links.ts', 'carriesOn: run.name !== null &&', 'carriesOn: drills.has(run.jobId) || run.name !== null &&'),
      patch('state/chains.ts', "=== 'complete' && !isOfDrill(snapshot)", "=== 'complete'"),
    ],
  },
  wild(
    'a fork under another name releases',
    'state/links.ts',
    'carriesOn: run.name !== null && run.name === point.from.name',
    'carriesOn: true',
  ),
  wild(
    'a name joins',
    'state/links.ts',
    '?? pointByFiles(run, input, index)',
    `?? pointByFiles(run, input, index) ?? (() => {
      const startMs = run.snapshots[0]?.completedAtMs ?? 0
      const from = input.runs.find((one) => one !== run && one.name === run.name && (one.snapshots.at(-1)?.completedAtMs ?? startMs) < startMs)
      return from === undefined || run.name === null ? null : { from, checkpointId: from.snapshots.at(-1)?.checkpointId ?? 0 }
    })()`,
  ),
  wild('a time joins the runs of one id', 'state/runs.ts', 'if (keys !== null) joinByFiles(inOrder(own), parts, keys)', 'parts.join(own)'),
  wild('fixed ids are one run', 'state/runs.ts', 'if (isFixedJobId(jobId)) return false'),
  wild('an id that began twice is one run', 'state/runs.ts', 'if (executions.length > 1) return false'),
  wild('dropped operators release', 'state/chains.ts', 'droppedOperators(than.operators, one.operators).length === 0', 'true'),
  wild('outside the roots releases', 'state/chains.ts', '&& this.isBelowRoot(snapshot)'),
  wild('what goes with a cancel releases', 'state/chains.ts', "(job.retainsCheckpoints ?? job.liveness === 'terminated')", 'true'),
  wild(
    'what may go with a cancel releases',
    'state/chains.ts',
    "job.retainsCheckpoints ?? job.liveness === 'terminated'",
    'job.retainsCheckpoints ?? true',
  ),
  wild('checkpoints of FINISHED release', 'state/chains.ts', "job.state !== 'FINISHED' && "),
  wild('claimed ones release', 'state/chains.ts', ' || this.#claimed.has(locationKey(snapshot.directory))'),
  wild(
    'a living run is released by another',
    'state/chains.ts',
    'if (!run.isEnded && nextOwn(run, snapshot.checkpointId, isDownstream) === undefined) return 0',
  ),
  wild('one branch is enough', 'state/chains.ts', 'Math.min(...branches)', 'Math.max(...branches)'),
  wild(
    'branches from below release',
    'state/chains.ts',
    'if (checkpointId < fromId || checkpointId >= ownId) continue',
    'if (checkpointId >= ownId) continue',
  ),
  wild('a restore counts for every execution', 'state/links.ts', 'if (run.isOnly) return true', 'if (run !== null) return true'),
  wild(
    'contradicting restores count',
    'state/links.ts',
    'return only !== undefined && others.length === 0 ? only : null',
    'return only ?? null',
  ),
  wild('circles count', 'state/links.ts', 'links.filter((link) => !circular.has(link.run))', 'links'),
  wild(
    'digits of a savepoint say whose it is',
    'state/attribute.ts',
    '.some((one) => hasSameState(one.operators, snapshot.operators)) ? jobId : null',
    ' ? jobId : null',
  ),
  wild('pins keep nothing', 'state/retention.ts', "add('pinned', input.policy.pins.has(key) ? 'pinned in the configuration' : null)"),
  beside('what is in use may go', 'state/retention.ts', "add('in-use', input.inUse.get(key))"),
  wild('windows keep nothing', 'state/retention.ts', "add('window', input.inWindow?.get(key))"),
  beside('age does not count', 'state/retention.ts', 'if (age !== null) reasons.push(age)'),
  beside('--job is not heard', 'state/retention.ts', 'return only === null || only === undefined ||', 'return true ||'),
  beside('unknown is ended', 'state/retention.ts', "if (job === undefined || job.liveness === 'unknown')", 'if (job === undefined)'),
  wild(
    'a name overrules every reason',
    'state/delete-named.ts',
    'filter(({ reason }) => !BY_AGE.has(reason))',
    'filter(() => BY_AGE.size === 0)',
  ),
  wild(
    'dead is dead in every version',
    'state/policy.ts',
    'return dead?.has(',
    "if (dead !== undefined && dead.size > 0 && metadataKey !== '') return true\n  return dead?.has(",
  ),
  wild('dead although it is pinned', 'state/guards.ts', 'if (contested !== undefined) {', 'if (contested === null) {'),
]

/** What proves that a job has ended. */
export const ENDS: Fault[] = [
  beside(
    'no check of reused ids',
    'state/jobs.ts',
    'const doubt = doubtOf(ended, evidence, input.trees?.get(jobId))',
    'const doubt = null as string | null',
  ),
  beside(
    'an end ends an id that wrote later',
    'state/jobs.ts',
    "if (writtenMs > endedAtMs + (isFixedJobId(ended.jobId) ? 0 : CLOCK_TOLERANCE_MS)) return 'its directory was written to later'",
  ),
  beside(
    'a fixed id may write for five minutes after its end',
    'state/jobs.ts',
    '(isFixedJobId(ended.jobId) ? 0 : CLOCK_TOLERANCE_MS)',
    'CLOCK_TOLERANCE_MS',
  ),
  beside(
    'an end ends what a look saw begin later',
    'state/jobs.ts',
    'sighting !== undefined && !hasEnded(sighting.state) && (',
    'sighting === null && (',
  ),
  beside('silence ends without exclusive roots', 'state/jobs.ts', 'if (!exclusive || !allClustersAnswered ||', 'if ('),
  beside(
    'silence with fresh writes ends',
    'state/silence.ts',
    'if (trees !== undefined && input.nowMs - trees.newestWriteMs < input.graceMs)',
    'if (trees === null)',
  ),
  beside(
    'a checkpoint that begins is no write',
    'state/inventory.ts',
    '!blob.isDirectory || checkpointIdOf(blob.name) !== null',
    '!blob.isDirectory',
  ),
  beside(
    'silence ends what lies elsewhere',
    'state/silence.ts',
    "if (trees?.areBelowRoots === false) return 'its directory lies below no configured root'",
  ),
  beside(
    'silence ends what high availability brings back',
    'state/silence.ts',
    'return input.givenUp?.has(jobId) === true ? null : objectionOfSightings(evidence, input)',
    'return objectionOfSightings === undefined ? null : null',
  ),
]

/** Who else points there. */
export const HOLDS: Fault[] = [
  beside('holds keep nothing', 'state/retention.ts', 'if (hold) reasons.push(hold)'),
  beside('held trees are swept', 'state/sweep.ts', 'if (one.heldBy) return one.heldBy'),
  wild(
    'claims by strangers are not held',
    'operations/find-pointers.ts',
    '{ paths: copiedTrees(survey), jobs: claimed },',
    '{ paths: copiedTrees(survey), jobs: new Map() },',
  ),
  beside(
    'copies are not held',
    'operations/find-pointers.ts',
    '{ paths: copiedTrees(survey), jobs: claimed },',
    '{ paths: new Map(), jobs: claimed },',
  ),
]
