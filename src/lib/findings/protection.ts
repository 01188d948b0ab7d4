import type { ContainerFacts, Facts } from './facts.js'
import { type Finding, sentence } from './finding.js'

const SHORTEST_DAYS = 7
/** Above this a month of checkpoints is kept twice, and a mistake is found sooner by the weekly look. */
const LONGEST_DAYS = 30

/** What can be brought back after a deletion, and what that costs. */
export function checkProtection({ containers }: Facts): Finding[] {
  return containers.flatMap((one) => {
    if (one.trial.state === 'unknown' || one.trial.value.rights.list.state === 'unknown') return []
    const { isVersioned, isDeletionPermanent } = one.trial.value
    const source = `${one.account}/${one.container}`
    return [...softDelete(one, isVersioned, isDeletionPermanent, source), ...(isVersioned ? [versioning(one, source)] : [])]
  })
}

function softDelete(facts: ContainerFacts, isVersioned: boolean | null, isPermanent: boolean | null, source: string): Finding[] {
  const days = facts.softDeleteDays.state === 'known' ? facts.softDeleteDays.value : null
  if (days === null) return isPermanent === true ? [off(facts, source)] : [unknownDays(facts, isPermanent, source)]
  if (days === 0) return isVersioned ? [] : [off(facts, source)]
  if (days < SHORTEST_DAYS) return [tooShort(facts, days, source)]
  return days > LONGEST_DAYS ? [tooLong(facts, days, source)] : []
}

function enable({ account }: ContainerFacts, days: number): string {
  return `az storage account blob-service-properties update --account-name ${account.split('.')[0]} --enable-delete-retention true --delete-retention-days ${days}`
}

function off(facts: ContainerFacts, source: string): Finding {
  return {
    id: 'soft-delete-off',
    severity: facts.isEmulator ? 'advice' : 'warn',
    what: `Soft delete is off in ${facts.account}${facts.isEmulator ? ' (an emulator has none)' : ''}.`,
    why: 'What anybody deletes there, by flinkops, az or a lifecycle rule, is gone at once: flinkops undo can bring nothing back.',
    fix: enable(facts, 14),
    source,
  }
}

function tooShort(facts: ContainerFacts, days: number, source: string): Finding {
  return {
    id: 'soft-delete-short',
    severity: 'warn',
    what: `Soft delete keeps what was deleted in ${facts.account} for ${days} day${days === 1 ? '' : 's'} only.`,
    why: `A mistake before a long week-end shows on the working day after it; at least ${SHORTEST_DAYS} days leave time to undo it.`,
    fix: enable(facts, 14),
    source,
  }
}

function tooLong(facts: ContainerFacts, days: number, source: string): Finding {
  return {
    id: 'soft-delete-long',
    severity: 'advice',
    what: `Soft delete keeps what was deleted in ${facts.account} for ${days} days.`,
    why: `Every checkpoint that Flink itself deletes is kept and billed for ${days} days more, and on wasb each written file leaves a full-size temporary copy as well.`,
    fix: enable(facts, 14),
    source,
  }
}

function unknownDays(facts: ContainerFacts, isPermanent: boolean | null, source: string): Finding {
  const isKept = isPermanent === false
  const name = facts.account.split('.')[0]
  const reason = facts.softDeleteDays.state === 'unknown' ? facts.softDeleteDays.reason : 'its properties may not be read with these rights'
  return {
    id: isKept ? 'soft-delete-days-unknown' : 'soft-delete-unknown',
    severity: isKept ? 'advice' : 'unknown',
    what: sentence(
      isKept
        ? `A blob deleted in ${source} is kept, but for how many days is not known: ${reason}`
        : `Whether a blob deleted in ${source} can be brought back is not known: ${reason}`,
    ),
    why: 'Without soft delete or versioning a deletion is final; clean-up asks for --without-soft-delete where it cannot tell.',
    fix: `az storage account blob-service-properties show --account-name ${name} --query deleteRetentionPolicy`,
    source,
  }
}

function versioning({ account }: ContainerFacts, source: string): Finding {
  return {
    id: 'versioning-on',
    severity: 'advice',
    what: `Versioning is on in ${account}.`,
    why: 'Each blob that Flink or clean-up deletes stays as a previous version and is billed until something deletes versions: deleting frees no space.',
    fix: [
      '# either let soft delete alone be the safety net:',
      `az storage account blob-service-properties update --account-name ${account.split('.')[0]} --enable-versioning false`,
      '# or keep versioning, and know that its storage only grows.',
    ].join('\n'),
    source,
  }
}
