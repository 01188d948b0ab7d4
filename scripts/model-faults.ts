/** The faults that `prove-model-bites` plants: each takes one rule away. */

export interface Patch {
  /** Below `src/lib`. */
  file: string
  /** Must be there exactly once: a patch that changes nothing proves nothing. */
  find: string
  put: string
}

export interface Fault {
  name: string
  /** How the model must fail; any way but `waste` and `unrest` unless said otherwise. */
  kind?: 'waste'
  /** Planted in the driver of the model. */
  option?: string
  patches?: Patch[]
  /**
   * Where it is looked for: in the everyday world, with the plan's word for what was given up; in the wilder one, against the truth about ways back; or
   * there with the truth whispered to the tool, so that only the rest can go wrong.
   */
  world?: 'plain' | 'truth' | 'oracle'
}

function patch(file: string, find: string, put = ''): Patch {
  return { file, find, put }
}

/** One patch, in the wilder world. */
function wild(name: string, file: string, find: string, put = ''): Fault {
  return { name, patches: [patch(file, find, put)], world: 'truth' }
}

/** One patch, where what stays is right. */
function beside(name: string, file: string, find: string, put = ''): Fault {
  return { name, patches: [patch(file, find, put)], world: 'oracle' }
}

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
      patch('operations/gather-jobs.ts', 'restoredFrom: stats?.latest.restored?.externalPath ?? null,', 'restoredFrom: null,'),
      patch('operations/gather-jobs.ts', "add(stats.latest.restored?.externalPath, 'restored')"),
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
    name: 'keep-last by job id',
    kind: 'waste',
    patches: [
      patch(
        'state/lineage.ts',
        'of: (snapshot) => (snapshot.jobId === null ? strangerKey(snapshot) : sets.root(snapshot.jobId)),',
        'of: (snapshot) => snapshot.jobId ?? strangerKey(snapshot),',
      ),
    ],
  },
  { name: 'no re-check', option: 'no-recheck' },
]

/** Rules about what stays. */
const RETENTION: Fault[] = [
  wild(
    'no last restore point kept',
    'state/retention.ts',
    'const last = lastOfLineages(input)',
    'const last = new Map<Snapshot, string>()',
  ),
  wild('keep-last is always 1', 'state/retention.ts', 'Math.max(1, input.policy.keepLast)', '1'),
  wild('broken ones count as last', 'state/retention.ts', "snapshot.completeness === 'complete' && !isOfDrill", '!isOfDrill'),
  wild('restore tests count as last', 'state/retention.ts', "=== 'complete' && !isOfDrill(snapshot)", "=== 'complete'"),
  wild('living jobs share the last with others', 'state/retention.ts', '...byLivingJob(lineage, input.jobs),'),
  wild('forks share the last with others', 'state/retention.ts', '...byName(lineage, input.jobs),'),
  wild('drills are generations of a job', 'state/lineage.ts', 'if (drills.has(job.jobId)) continue'),
  beside('what is in use may go', 'state/retention.ts', "add('in-use', input.inUse.get(key))"),
  beside('windows keep nothing', 'state/retention.ts', "add('window', input.inWindow?.get(key))"),
  wild('pins keep nothing', 'state/retention.ts', "add('pinned', input.policy.pins.has(key) ? 'pinned in the configuration' : null)"),
  beside('age does not count', 'state/retention.ts', 'if (age !== null) reasons.push(age)'),
  beside('--job is not heard', 'state/retention.ts', 'return only === null || only === undefined ||', 'return true ||'),
  beside('unknown is ended', 'state/retention.ts', "if (job === undefined || job.liveness === 'unknown')", 'if (job === undefined)'),
  beside('no check of reused ids', 'operations/plan-cleanup.ts', 'doubtReusedIds(jobs, found.snapshots)', 'void doubtReusedIds'),
  beside(
    'a name overrules every reason',
    'state/delete-named.ts',
    'filter(({ reason }) => !BY_AGE.has(reason))',
    'filter(() => BY_AGE.size === 0)',
  ),
  beside(
    'dead is dead in every version',
    'state/retention.ts',
    'return dead?.has(',
    "if (dead !== undefined && dead.size > 0 && metadataKey !== '') return true\n  return dead?.has(",
  ),
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
  beside(
    'directory references ignored',
    'state/circumstances.ts',
    'if (this.#live.directories.size === 0) return false',
    'if (blob) return false',
  ),
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
    'a re-check that spares nothing',
    'operations/recheck-cleanup.ts',
    'spare: new Set(planned.filter((key) => needs.has(key)))',
    'spare: new Set(needs && [])',
  ),
  beside(
    'a re-check without started jobs',
    'operations/recheck-cleanup.ts',
    "if (job.liveness === 'running' && planned?.liveness !== 'running') return",
    "if (job.liveness === 'unknown') return",
  ),
  beside(
    'a re-check without new restores',
    'operations/recheck-cleanup.ts',
    'job.restoredFrom !== planned?.restoredFrom && !isOwn(job)',
    'isOwn(job) && !isOwn(job)',
  ),
  beside('a re-check without windows', 'operations/recheck-cleanup.ts', '?? (await windowChange(input))'),
  beside(
    'a re-check without a second look at clusters',
    'operations/recheck-cleanup.ts',
    '(await clusterChange(input)) ?? (await windowChange',
    '(await windowChange',
  ),
]

export const FAULTS: Fault[] = [NO_FAULT, ...EVERYDAY, ...RETENTION, ...SWEEPING, ...GUARDS, ...LOOKING_AGAIN]
