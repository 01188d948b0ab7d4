import { RIGHTS, type Right, type Trial } from '../ports-probe.js'
import type { ContainerFacts, Facts } from './facts.js'
import { type Finding, sentence } from './finding.js'

const NEEDED_FOR: Record<Right, string> = {
  list: 'Without it nothing in storage can be seen: no snapshot is found, nothing is cleaned up.',
  read: 'Without it no _metadata can be read, so no snapshot can be verified and clean-up refuses to decide.',
  write: 'Without it clean-up leaves no record beside the data, and no manifest outlives this machine.',
  lease: 'Without it two clean-ups of one container cannot be kept apart, so none starts.',
  delete: 'Without it clean-up deletes nothing.',
}

/** What each container lets us do, as tried. */
export function checkRights({ containers }: Facts): Finding[] {
  return containers.flatMap(rightsIn)
}

function rightsIn(facts: ContainerFacts): Finding[] {
  const source = `${facts.account}/${facts.container}`
  if (facts.trial.state === 'unknown') return [unreachable(source, facts.trial.reason)]
  const { exists, rights, leftBehind } = facts.trial.value
  if (!exists) return [missing(facts, source)]
  const { list } = rights
  if (list.state === 'unknown') return [unreachable(source, list.reason)]
  if (list.state === 'denied' && RIGHTS.every((right) => rights[right].state === 'denied')) return [denied(list, source)]
  const found = RIGHTS.flatMap((right) => ofRight(right, rights[right], facts, source))
  return leftBehind === null ? found : [...found, left(source, facts, leftBehind)]
}

/** A credential that opens nothing is one fault, not five. */
function denied({ reason, advice }: Extract<Trial, { state: 'denied' }>, source: string): Finding {
  return {
    id: 'storage-access-denied',
    severity: 'error',
    what: sentence(`Nothing is allowed in ${source}: list, read, write, lease and delete were refused. ${reason}`),
    why: 'No snapshot is found or verified, and nothing is cleaned up. If Flink uses the same credential, its checkpoints fail.',
    fix: [...advice.map((line) => `# ${line}`), 'flinkops config    # shows which credential counts, and where it comes from'].join('\n'),
    source,
  }
}

function ofRight(right: Right, trial: Trial, facts: ContainerFacts, source: string): Finding[] {
  if (trial.state === 'allowed') return []
  const id = `storage-right-${right}`
  if (trial.state === 'unknown') {
    const what = `Whether this machine may ${right} in ${source} could not be tried out: ${trial.reason}`
    return [{ id, severity: 'unknown', what: sentence(what), why: NEEDED_FOR[right], fix: 'flinkops doctor', source }]
  }
  return [{ id, severity: 'error', what: sentence(trial.reason), why: NEEDED_FOR[right], fix: grant(right, trial.advice, facts), source }]
}

function grant(right: Right, advice: string[], { account, container }: ContainerFacts): string {
  const role = right === 'list' || right === 'read' ? 'Storage Blob Data Reader' : 'Storage Blob Data Contributor'
  const scope = `<id of the account ${account.split('.')[0]}>/blobServices/default/containers/${container}`
  return [
    ...advice.map((line) => `# ${line}`),
    `az role assignment create --role "${role}" --assignee <principal> --scope "${scope}"`,
  ].join('\n')
}

function missing({ account, container }: ContainerFacts, source: string): Finding {
  return {
    id: 'container-missing',
    severity: 'error',
    what: `There is no container ${container} in ${account}.`,
    why: 'Checkpoints and savepoints named to go there do not exist; with a mere SAS Flink cannot create it either, and its checkpoints fail.',
    fix: `az storage container create --account-name ${account.split('.')[0]} --name ${container}`,
    source,
  }
}

function unreachable(source: string, reason: string): Finding {
  return {
    id: 'storage-unreachable',
    severity: 'unknown',
    what: sentence(`${source} could not be looked at: ${reason}`),
    why: 'Rights, soft delete and versioning of this container are not known. If Flink cannot reach it either, its checkpoints fail.',
    fix: 'flinkops config',
    source,
  }
}

function left(source: string, { account, container }: ContainerFacts, name: string): Finding {
  return {
    id: 'probe-left-behind',
    severity: 'advice',
    what: `The blob ${name}, written to try the rights in ${source}, could not be deleted.`,
    why: 'It is small and harms nothing, but each run without the right to delete leaves one more.',
    fix: `az storage blob delete --account-name ${account.split('.')[0]} --container-name ${container} --name ${name}`,
    source,
  }
}
