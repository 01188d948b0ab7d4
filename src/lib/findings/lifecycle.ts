import { parseLocation } from '../state/location.js'
import type { Root, RootKind } from './facts.js'
import type { Finding, Severity } from './finding.js'
import type { LifecycleCondition, LifecycleRule } from './lifecycle-policy.js'

/** Where wasb keeps what is being uploaded: at the container's root, outside every directory of state. */
const UPLOADS = '_$azuretmpfolder$/'
/** An upload that is older than this is dead. */
const UPLOAD_DAYS = 2

interface Hit {
  rule: LifecycleRule
  roots: Root[]
  /** Those of its prefixes that touch no root. */
  harmless: string[]
}

/** What a lifecycle policy does to the state below these roots. */
export function lintLifecycle(rules: LifecycleRule[], roots: Root[]): Finding[] {
  return rules.flatMap((rule) => {
    if (!rule.canMatchState) return []
    const hit = hitOf(rule, roots)
    if (hit.roots.length === 0) return notOurs(rule, roots)
    const found = ofHit(hit)
    return rule.enabled ? found : found.filter(({ severity }) => severity !== 'advice').map((one) => disabled(one, rule))
  })
}

function hitOf(rule: LifecycleRule, roots: Root[]): Hit {
  const places = roots.flatMap((root) => {
    const parsed = parseLocation(root.path)
    if (!parsed.ok) return []
    const { container, name } = parsed.location
    return [{ root, place: name === '' ? `${container}/` : `${container}/${name}/` }]
  })
  const touches = (prefix: string, place: string) => !isUploads(prefix) && (place.startsWith(prefix) || prefix.startsWith(place))
  const prefixes = rule.prefixes.length === 0 ? [''] : rule.prefixes
  return {
    rule,
    roots: places.filter(({ place }) => prefixes.some((prefix) => touches(prefix, place))).map(({ root }) => root),
    harmless: rule.prefixes.filter((prefix) => !places.some(({ place }) => touches(prefix, place))),
  }
}

function isUploads(prefix: string): boolean {
  return prefix.slice(prefix.indexOf('/') + 1).startsWith(UPLOADS)
}

function ofHit(hit: Hit): Finding[] {
  const { actions } = hit.rule
  const deletes = actions.get('baseBlob.delete')
  const archives = actions.get('baseBlob.tierToArchive')
  const cools = ['baseBlob.tierToCool', 'baseBlob.tierToCold'].flatMap((action) => actions.get(action) ?? [])
  const versions = actions.get('version.delete')
  return [
    ...(deletes ? deleting(hit, deletes) : []),
    ...(archives ? ofKinds(hit, ['checkpoints', 'savepoints', 'changelog'], ARCHIVES, archives) : []),
    ...cools.slice(0, 1).flatMap((one) => ofKinds(hit, ['checkpoints', 'changelog'], COOLS, one)),
    ...(versions ? ofKinds(hit, ['checkpoints', 'savepoints', 'changelog'], VERSIONS, versions) : []),
  ]
}

function deleting(hit: Hit, condition: LifecycleCondition): Finding[] {
  return [
    ...ofKinds(hit, ['checkpoints', 'changelog'], DELETES, condition),
    ...ofKinds(hit, ['savepoints'], DELETES_SAVEPOINTS, condition),
    ...ofKinds(hit, ['history'], DELETES_HISTORY, condition),
  ]
}

interface Verdict {
  id: string
  severity: Severity
  verb: string
  why: string
}

const DELETES: Verdict = {
  id: 'lifecycle-deletes-state',
  severity: 'error',
  verb: 'deletes',
  why: 'A rule knows prefix and age, not references: it takes the last checkpoint of a job that stands still, and files in shared/ that checkpoints of this minute need. The loss shows at the next restore. What is not needed any more is found by: flinkops cleanup.',
}
const DELETES_SAVEPOINTS: Verdict = {
  id: 'lifecycle-deletes-savepoints',
  severity: 'error',
  verb: 'deletes',
  why: 'It works by blob, not by savepoint, and keeps no last one: it takes the savepoint that a stopped job waits for, and files of a claimed one that a running job still uses.',
}
const DELETES_HISTORY: Verdict = {
  id: 'lifecycle-deletes-history',
  severity: 'warn',
  verb: 'deletes',
  why: 'The archive is the proof that a job ended: without it clean-up keeps the state of that job for ever.',
}
const ARCHIVES: Verdict = {
  id: 'lifecycle-archives-state',
  severity: 'error',
  verb: 'moves to the archive tier',
  why: 'An archived blob cannot be read before it is rehydrated, which takes hours: every restore that needs one fails. Files in shared/ are old by date and live all the same.',
}
const COOLS: Verdict = {
  id: 'lifecycle-cools-state',
  severity: 'advice',
  verb: 'moves to a cooler tier',
  why: 'It stays readable, but each read costs more, and Flink deletes it before the 30 or 90 days that such a tier is billed for.',
}
const VERSIONS: Verdict = {
  id: 'lifecycle-purges-versions',
  severity: 'advice',
  verb: 'deletes the previous versions of what lies',
  why: 'The age of a version counts from when it was written: an old file that is deleted today by mistake is purged with the next run of the policy, before anybody notices.',
}

function ofKinds(hit: Hit, kinds: RootKind[], verdict: Verdict, condition: LifecycleCondition): Finding[] {
  const paths = [...new Set(hit.roots.filter(({ kind }) => kinds.includes(kind)).map(({ path }) => path))]
  if (paths.length === 0) return []
  const { id, severity, verb, why } = verdict
  const scope = hit.rule.prefixes.length === 0 ? ' (it has no prefix: the whole account)' : ''
  return [
    {
      id,
      severity,
      what: `The rule ${hit.rule.name} ${verb} ${verb.endsWith('lies') ? '' : 'what lies '}below ${paths.join(' and ')} (${condition.text})${scope}.`.replaceAll(
        '  ',
        ' ',
      ),
      why,
      fix: safePolicy(hit),
      source: `rule ${hit.rule.name}`,
    },
  ]
}

/** In place of the rule: what it does elsewhere, and the one thing by age that is safe, dead uploads of wasb. A policy is written as a whole. */
function safePolicy({ rule, roots, harmless }: Hit): string {
  const containers = [...new Set(roots.flatMap(({ path }) => parsedContainer(path)))]
  const uploads = containers.map((container) => `${container}/${UPLOADS}`)
  const byAge = { baseBlob: { delete: { daysAfterModificationGreaterThan: 7 } } }
  const elsewhere = harmless.length === 0 ? [] : [asJson(rule.name, harmless, rule.definition.actions)]
  return JSON.stringify({ rules: [...elsewhere, asJson('flink-dead-uploads', uploads, byAge)] }, null, 2)
}

function asJson(name: string, prefixMatch: string[], actions: unknown): object {
  return { enabled: true, name, type: 'Lifecycle', definition: { filters: { blobTypes: ['blockBlob'], prefixMatch }, actions } }
}

function parsedContainer(path: string): string[] {
  const parsed = parseLocation(path)
  return parsed.ok ? [parsed.location.container] : []
}

function disabled(finding: Finding, { name }: LifecycleRule): Finding {
  return {
    ...finding,
    id: 'lifecycle-disabled-rule',
    severity: 'advice',
    what: `${finding.what} It is disabled now.`,
    source: `rule ${name}`,
  }
}

/** A rule that touches no root: dead uploads taken too early, or a prefix that was meant for state and forgets the container. */
function notOurs(rule: LifecycleRule, roots: Root[]): Finding[] {
  const early = rule.actions.get('baseBlob.delete')
  if (rule.enabled && early && rule.prefixes.some(isUploads) && (early.days ?? 0) < UPLOAD_DAYS) return [tooEarly(rule, early)]
  const names = new Set(roots.flatMap(({ path }) => firstSegment(path)))
  const forgetful = rule.prefixes.find((prefix) => names.has(prefix.split('/')[0] ?? ''))
  return forgetful === undefined ? [] : [withoutContainer(rule, forgetful)]
}

function firstSegment(path: string): string[] {
  const parsed = parseLocation(path)
  return parsed.ok && parsed.location.name !== '' ? [parsed.location.name.split('/')[0] ?? ''] : []
}

function tooEarly(rule: LifecycleRule, { text }: LifecycleCondition): Finding {
  return {
    id: 'lifecycle-deletes-uploads',
    severity: 'warn',
    what: `The rule ${rule.name} deletes uploads below ${UPLOADS} (${text}).`,
    why: 'A file that is still being written is there until it is closed; its upload then fails.',
    fix: `"actions": {"baseBlob": {"delete": {"daysAfterModificationGreaterThan": 7}}}`,
    source: `rule ${rule.name}`,
  }
}

function withoutContainer(rule: LifecycleRule, prefix: string): Finding {
  return {
    id: 'lifecycle-prefix-without-container',
    severity: 'advice',
    what: `The prefix ${prefix} of the rule ${rule.name} names no container, so it matches nothing.`,
    why: 'A prefix begins with the container. Do not mend it: with the container in front it would delete state by age.',
    fix: `# delete the rule ${rule.name}; for state: flinkops cleanup --older-than 7d`,
    source: `rule ${rule.name}`,
  }
}
