import { Flags } from '@oclif/core'
import { countFlag } from './flags.js'

/** How a program is started from a snapshot. */
export const resumeFlags = {
  from: Flags.string({ description: 'snapshot: URI, path below a root, or latest', required: true, helpValue: '<path>' }),
  'claim-mode': Flags.option({
    description: 'who owns the snapshot afterwards',
    options: ['no_claim', 'claim', 'legacy'] as const,
    default: 'no_claim' as const,
  })(),
  'allow-non-restored-state': Flags.boolean({
    default: false,
    description: 'drop state of operators that are not in the program any more, for good',
  }),
  'allow-claim-native': Flags.boolean({
    default: false,
    description: 'claim a native savepoint although later checkpoints may not restore (FLINK-39964)',
  }),
  wait: Flags.option({
    description: 'end when restored, or when a first checkpoint is completed and readable',
    options: ['restored', 'checkpoint'] as const,
    default: 'checkpoint' as const,
  })(),
  'entry-class': Flags.string({ description: 'main class of the jar' }),
  arg: Flags.string({ description: 'argument of the program, one each time', multiple: true }),
  parallelism: countFlag({ description: 'parallelism of the jar job' }),
  'sql-gateway': Flags.string({ description: 'SQL Gateway URL', helpValue: '<url>' }),
}
