import { parseLocation } from '../state/location.js'
import type { Root, RootKind } from './facts.js'
import type { Finding } from './finding.js'
import type { LifecycleCondition, LifecycleRule } from './lifecycle-policy.js'
import { type Hit, safePolicy, UPLOADS } from './lifecycle-safe.js'
import { ARCHIVES, COOLS, DELETES, DELETES_HISTORY, DELETES_SAVEPOINTS, VERSIONS, type Verdict } from './lifecycle-verdicts.js'

/** An upload that is older than this is dead. */
const UPLOAD_DAYS = 2

/** What a lifecycle policy does to the state below these roots. */
export function lintLifecycle(rules: LifecycleRule[], roots: Root[]): Finding[] {
  const judged = rules.map((rule) => judge(rule, roots))
  const faulty = new Set(judged.filter(({ isHit, findings }) => isHit && findings.length > 0).map(({ hit }) => hit))
  const safe = safePolicy(
    judged.map(({ hit }) => hit),
    (hit) => faulty.has(hit),
  )
  return judged.flatMap(({ isHit, findings }) => (isHit ? findings.map((one) => ({ ...one, fix: safe })) : findings))
}

interface Judged {
  hit: Hit
  /** Whether it touches a root; its fix is then another policy. */
  isHit: boolean
  findings: Finding[]
}

function judge(rule: LifecycleRule, roots: Root[]): Judged {
  const hit = hitOf(rule, roots)
  if (!rule.canMatchState) return { hit, isHit: false, findings: [] }
  if (hit.roots.length === 0) return { hit, isHit: false, findings: notOurs(rule, roots) }
  const found = ofHit(hit)
  const findings = rule.enabled ? found : found.filter(({ severity }) => severity !== 'advice').map((one) => disabled(one, rule))
  return { hit, isHit: true, findings }
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
      fix: '',
      source: `rule ${hit.rule.name}`,
    },
  ]
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
