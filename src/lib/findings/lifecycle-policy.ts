/** A rule of an Azure lifecycle management policy, as far as it can touch state. */
export interface LifecycleRule {
  name: string
  enabled: boolean
  /** Begin with the container; none = the whole account. Plain text: no wildcards, and no slash is implied at the end. */
  prefixes: string[]
  /** Whether it touches block blobs, which Flink writes, and asks for no index tags, which Flink does not set. */
  canMatchState: boolean
  /** What it does to current blobs, to previous versions and to snapshots, for example `baseBlob.delete`, each with its condition. */
  actions: Map<string, LifecycleCondition>
  /** As it was written. */
  definition: Record<string, unknown>
}

export interface LifecycleCondition {
  /** For example `daysAfterModificationGreaterThan 7`. */
  text: string
  days: number | null
}

export type PolicyResult = { ok: true; rules: LifecycleRule[] } | { ok: false; problem: string }

type Fields = Record<string, unknown>

/** Reads `{"rules": [...]}`, or what `az storage account management-policy show` prints around it. The problem completes "it ...". */
export function parsePolicy(document: unknown): PolicyResult {
  const policy = fields(document)?.['policy'] ?? fields(fields(document)?.['properties'])?.['policy'] ?? document
  const rules = fields(policy)?.['rules']
  if (!Array.isArray(rules)) return { ok: false, problem: 'has no list of rules' }
  const parsed: LifecycleRule[] = []
  for (const [index, rule] of rules.entries()) {
    const one = parseRule(rule)
    if (one === null) return { ok: false, problem: `has a rule ${index + 1} without a name or a definition` }
    parsed.push(one)
  }
  return { ok: true, rules: parsed }
}

function parseRule(value: unknown): LifecycleRule | null {
  const rule = fields(value)
  const definition = fields(rule?.['definition'])
  const name = rule?.['name']
  if (typeof name !== 'string' || definition === null) return null
  const filters = fields(definition['filters'])
  const types = texts(filters?.['blobTypes'])
  const tags = filters?.['blobIndexMatch']
  return {
    name,
    enabled: rule?.['enabled'] !== false,
    prefixes: texts(filters?.['prefixMatch']),
    canMatchState: (types.length === 0 || types.includes('blockBlob')) && !(Array.isArray(tags) && tags.length > 0),
    actions: actionsOf(definition['actions']),
    definition,
  }
}

function actionsOf(value: unknown): Map<string, LifecycleCondition> {
  const actions = new Map<string, LifecycleCondition>()
  for (const target of ['baseBlob', 'version', 'snapshot']) {
    for (const [action, condition] of Object.entries(fields(fields(value)?.[target]) ?? {})) {
      const found = fields(condition)
      if (found) actions.set(`${target}.${action}`, conditionOf(found))
    }
  }
  return actions
}

function conditionOf(condition: Fields): LifecycleCondition {
  const [first] = Object.entries(condition)
  return first === undefined
    ? { text: 'at once', days: null }
    : { text: `${first[0]} ${String(first[1])}`, days: typeof first[1] === 'number' ? first[1] : null }
}

function fields(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
}
