import type { PlannedCleanup } from '../operations/plan-cleanup.js'
import type { Scope } from '../scope.js'
import { cleanupPlanText } from '../views/cleanup.js'
import { plural } from '../views/format.js'
import { BaseCommand } from './base-command.js'
import type { RunPlanInput } from './cleanup-run.js'

interface DeletingFlags {
  'dry-run': boolean
  yes: boolean
  'no-input': boolean
  'max-rate'?: number | undefined
}

/** What `cleanup` and `delete` share: how a plan is shown and asked about. */
export abstract class DeletingCommand extends BaseCommand {
  protected deleting(flags: DeletingFlags): Omit<RunPlanInput, 'plan' | 'earlier'> {
    return {
      show: (planned, scope) => this.#show(planned, scope),
      madeBy: ['flinkops', this.id ?? '', ...this.argv.map(typed)].join(' '),
      signal: this.signal,
      isDryRun: flags['dry-run'],
      isConfirmed: flags.yes,
      isJson: this.jsonEnabled(),
      ask: () => this.confirm('\nDelete this? Type delete to go on: ', ['delete'], flags),
      print: (text) => this.print(text),
      progress: this.progress,
      maxRate: flags['max-rate'] ?? null,
    }
  }

  protected readonly onBlobs = (blobs: number): void => this.progress.update(`Listing storage: ${plural(blobs, 'blob')}`)

  #show({ plan, jobs }: PlannedCleanup, { config }: Scope): void {
    this.print(cleanupPlanText({ plan, jobs, isExclusive: config.exclusive.value, streams: this.streams }))
  }
}

/** As a shell takes it; of a URL not the query, which may be a signature. */
function typed(word: string): string {
  const [plain = ''] = word.split('?')
  return /^[\w./:@=%#+,-]+$/.test(plain) ? plain : `'${plain.replaceAll("'", "'\\''")}'`
}
