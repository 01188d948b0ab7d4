/** The faults that `prove-model-bites` plants: each takes one rule away. */

import { beside, type Fault, patch, wild } from './model-fault.js'
import { CHAINS, ENDS, HOLDS } from './model-faults-chains.js'

export const NO_FAULT: Fault = { name: 'none', patches: [] }

const EVERYDAY: Fault[] = [
  { name: 'grace 0', option: 'grace-0' },
  {
    name: 'skip one handle tag',
    patches: [
      patch(
        'state/use-reader.ts',
        'for (const reference of metadata.references) {',
        "for (const reference of metadata.references) {\n    if (reference.role === 'changelog') continue // all that tag 13 names",
      ),
    ],
  },
  {
    name: 'scheme mismatch',
    patches: [patch('state/location.ts', "return host.toLowerCase().replace('.dfs.', '.blob.')", 'return host.toLowerCase()')],
  },
  { name: 'delete without If-Match', option: 'no-if-match' },
  { name: 'mark only under the roots', option: 'marks-under-roots' },
  {
    name: 'ignore latest.restored',
    patches: [
      patch('operations/ask-cluster.ts', 'restoredFrom: stats?.latest.restored?.externalPath ?? null,', 'restoredFrom: null,'),
      patch('operations/ask-cluster.ts', 'restores: seenRestore(stats?.latest.restored ?? null, startedAtMs),', 'restores: [],'),
      patch('operations/ask-cluster.ts', "add(stats.latest.restored?.externalPath, 'restored')"),
    ],
  },
  {
    name: 'chk-10 before chk-9 paging',
    patches: [patch('operations/survey-storage.ts', 'isStable = isSame(listed, read)', 'isStable = true')],
  },
  {
    name: 'treat unreadable as empty',
    patches: [
      patch(
        'operations/survey-storage.ts',
        "if (!parsed.ok) return { blob, state: 'unreadable', problem: parsed.problem.message }",
        `const nothing = reader.read({ references: [] } as never, { ...blob, name: '' })
  if (!parsed.ok && nothing.ok) return { blob, state: 'parsed', uses: nothing.uses, operatorNames: [] }`,
      ),
    ],
  },
  {
    name: 'no run is linked to another',
    kind: 'waste',
    patches: [patch('state/links.ts', 'if (run.jobId === null || drills.has(run.jobId)) return []', 'if (drills !== null) return []')],
  },
  { name: 'no re-check', option: 'no-recheck' },
]

/** Rules about what is marked and swept. */
const SWEEPING: Fault[] = [
  beside('sweep outside the roots', 'state/sweep.ts', "if (!one.isBelowRoot) return 'outside-roots'"),
  beside(
    'expire outside the roots',
    'state/strays.ts',
    "if (!isUnderRoots(directory, input.roots)) return 'it lies outside the configured roots'",
  ),
  beside(
    'settle off',
    'state/settle.ts',
    'if (next.every((decision, at) => decision === settled[at])) return next',
    'if (next) return decisions',
  ),
  beside(
    'changelog of others ignored',
    'state/circumstances.ts',
    "job.liveness !== 'terminated' && job.changelog === true",
    'job.changelog === null',
  ),
  beside('directory references ignored', 'state/live-set.ts', 'for (const key of snapshot.directories) live.directories.add(key)'),
  beside('strays ignored', 'state/strays.ts', 'if (strays.names.size === 0) return strays', 'if (strays) return strays'),
  beside(
    'in-progress is overtaken',
    'state/sweep.ts',
    'return isOvertaken && !running.inProgressIds',
    'return true || isOvertaken && !running.inProgressIds',
  ),
  beside('running trees are plain', 'state/sweep.ts', "return running.isPlain ? null : 'job-running'", 'return null'),
  beside(
    'task-owned is swept',
    'state/sweep.ts',
    "return place.area === 'taskowned' && !sweepsTaskOwned ? 'task-owned' : null",
    'return null',
  ),
  beside('unknown names are swept', 'state/sweep.ts', "if (!isStateFileName(lastSegment(place.file))) return 'unknown-name'"),
  beside('markers of living jobs go', 'state/markers.ts', 'return hasEnded && (isOld', 'return (isOld'),
  beside('young orphans are swept', 'state/sweep.ts', "? 'too-young' : null", '? null : null'),
]

const GUARDS: Fault[] = [
  beside('guard hit-rate off', 'state/guards.ts', 'hitRateGuard(input),'),
  beside('guard newest-checkpoint off', 'state/guards.ts', 'newestGuard(input),'),
  beside('guard restore-points off', 'state/guards.ts', 'restoreGuard(input),'),
  beside('guard metadata off', 'state/guards.ts', 'metadataGuard(input),'),
  beside('guard stable-listing off', 'state/guards.ts', 'stableGuard(input),'),
  beside('guard starting off', 'operations/plan-cleanup.ts', '    startingGuard(jobs),'),
  beside('guard cluster off', 'operations/plan-cleanup.ts', '    clusterGuard(gathered),'),
  beside('guard windows off', 'operations/plan-cleanup.ts', '    windowGuard(windows),'),
]

/** Rules about looking again. */
const LOOKING_AGAIN: Fault[] = [
  beside(
    'a re-check whose guards do not count',
    'operations/recheck-cleanup.ts',
    "if (refusal !== undefined) return { state: 'abort'",
    "if (refusal === null) return { state: 'abort'",
  ),
  beside(
    'a re-check without started jobs',
    'operations/recheck-cleanup.ts',
    "if (job.liveness === 'running' && before?.liveness !== 'running') return",
    "if (job.liveness === 'unknown') return",
  ),
  beside(
    'a re-check without new restores',
    'operations/recheck-cleanup.ts',
    'job.restoredFrom !== before?.restoredFrom && !isOwn(job)',
    'isOwn(job) && !isOwn(job)',
  ),
  beside(
    'a re-check without a second look at clusters',
    'operations/recheck-cleanup.ts',
    'return change === null ?',
    'return change !== undefined ?',
  ),
  wild('what must go first may stay', 'state/confirmed.ts', ' && !one.after.some((key) => staying.has(key))'),
]

export const FAULTS: Fault[] = [NO_FAULT, ...EVERYDAY, ...CHAINS, ...ENDS, ...HOLDS, ...SWEEPING, ...GUARDS, ...LOOKING_AGAIN]
