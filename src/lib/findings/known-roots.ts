import { isJobId } from '../state/layout.js'
import { isBelow, isSameContainer, locationKey, parseLocation } from '../state/location.js'
import { withoutTail } from '../tail.js'
import { oneLine } from '../visible.js'
import type { Facts, RootKind } from './facts.js'
import { type Finding, sentence } from './finding.js'
import { OPTION_NAMES, optionOf } from './options.js'

interface Used {
  kind: Exclude<RootKind, 'history'>
  path: string
  /** For example `sales_pipeline writes its checkpoints to`. */
  words: string
  source: string
}

/** Whether every directory that is written to lies below a root that flinkops knows; each one once. */
export function checkKnownRoots(facts: Facts): Finding[] {
  const used = new Map<string, Used>()
  for (const one of [...ofConfiguration(facts), ...ofScripts(facts), ...ofJobs(facts)]) {
    const place = keyOf(one.path)
    if (place !== null && !used.has(place)) used.set(place, one)
  }
  return [...[...used.values()].flatMap((one) => ofDirectory(one, facts)), ...unreadableScripts(facts)]
}

function ofDirectory(one: Used, facts: Facts): Finding[] {
  const roots = facts.roots.filter(({ kind }) => kind !== 'history')
  if (roots.some(({ path }) => keyOf(path) === keyOf(one.path))) return []
  const above = roots.find(({ path }) => isWithin(one.path, path))
  return [above === undefined ? rootUnknown(one, facts) : ofOneJob(one, above.path)]
}

function isWithin(path: string, root: string): boolean {
  const [inner, outer] = [parseLocation(path), parseLocation(root)]
  return inner.ok && outer.ok && isSameContainer(inner.location, outer.location) && isBelow(inner.location.name, outer.location.name)
}

function rootUnknown({ kind, path, words, source }: Used, { roots }: Facts): Finding {
  const all = [...roots.filter((root) => root.kind === kind).map((root) => root.path), path]
  return {
    id: 'root-unknown',
    severity: 'error',
    what: `${words} ${path}, which lies below no root of flinkops.`,
    why: 'In another container its snapshots are not found at all; in the same one clean-up never touches what lies there, so it only grows.',
    fix: ['# in flinkops.yaml', 'roots:', `  ${kind}:`, ...all.map((root) => `    - ${oneLine(root)}`)].join('\n'),
    source,
  }
}

/** Known to us, as everything below a root is; the advice of the guide to use such directories makes each other tool blind. */
function ofOneJob({ path, words, source }: Used, root: string): Finding {
  return {
    id: 'directory-of-one-job',
    severity: 'advice',
    what: `${words} ${path}, a directory of its own below ${root}.`,
    why: 'flinkops sees it, but retention is no easier by it: a script or lifecycle rule that names directories has one more to know, and misses it.',
    fix: `# leave the setting out, so that all jobs use\n# ${oneLine(root)}`,
    source,
  }
}

const DIRECTORIES = { checkpoints: 'checkpointDirectory', savepoints: 'savepointDirectory', changelog: 'changelogDirectory' } as const
const KINDS = ['checkpoints', 'savepoints', 'changelog'] as const

function ofConfiguration(facts: Facts): Used[] {
  return KINDS.flatMap((kind): Used[] => {
    const option = optionOf(facts, DIRECTORIES[kind])
    return option ? [{ kind, path: option.value, words: `${option.key} is`, source: option.source }] : []
  })
}

function ofScripts({ scripts }: Facts): Used[] {
  return scripts.flatMap(({ job, path: source, settings }) => {
    if (settings.state === 'unknown') return []
    const set = settings.value
    return KINDS.flatMap((kind): Used[] => {
      const key = OPTION_NAMES[DIRECTORIES[kind]].find((name) => set.has(name))
      const path = key === undefined ? undefined : set.get(key)
      return path === undefined ? [] : [{ kind, path, words: `The script of ${job} sets ${key} to`, source }]
    })
  })
}

function ofJobs({ clusters }: Facts): Used[] {
  return clusters.flatMap(({ jobs }) => {
    if (jobs.state === 'unknown') return []
    return jobs.value.flatMap(({ name, jobId, stats }): Used[] => {
      const path = stats.state === 'known' ? stats.value?.latest.completed?.externalPath : null
      if (!path) return []
      return [{ kind: 'checkpoints', path: directoryOf(path), words: `${name} writes its checkpoints to`, source: `job ${jobId}` }]
    })
  })
}

/** `<root>/<job id>/chk-N`, or `<root>/chk-N` without directories for jobs. */
function directoryOf(checkpoint: string): string {
  const path = withoutTail(checkpoint, /\//)
  const above = withoutTail(path.slice(0, Math.max(0, path.lastIndexOf('/'))), /\//)
  const last = above.slice(above.lastIndexOf('/') + 1)
  return isJobId(last) ? above.slice(0, -last.length - 1) : above
}

function keyOf(path: string): string | null {
  const parsed = parseLocation(path)
  return parsed.ok ? locationKey(parsed.location) : null
}

function unreadableScripts({ scripts }: Facts): Finding[] {
  return scripts.flatMap(({ job, path, settings }) => {
    if (settings.state === 'known') return []
    return [
      {
        id: 'script-unreadable',
        severity: 'warn' as const,
        what: sentence(`The script of ${job} cannot be read: ${settings.reason}`),
        why: 'The job cannot be brought back by its name, and its own directories are not known.',
        fix: `# in flinkops.yaml\njobs:\n  ${job}: {script: <path of the script>}`,
        source: path,
      },
    ]
  })
}
