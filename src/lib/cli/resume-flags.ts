import { Flags } from '@oclif/core'
import { countFlag } from './flags.js'

/** What to start, and beside what. */
const programFlags = {
  'entry-class': Flags.string({ description: 'main class of the jar' }),
  arg: Flags.string({ description: 'argument of the program, one each time', multiple: true, multipleNonGreedy: true }),
  parallelism: countFlag({ description: 'parallelism of the jar job' }),
  define: Flags.string({
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as a script writes it
    description: 'put a value, as it is, in the place of ${NAME} in the script: quotes are yours to write; `ps` shows it to all users',
    multiple: true,
    multipleNonGreedy: true,
    helpValue: '<NAME=value>',
  }),
  'define-file': Flags.string({
    description: 'the same from a file: NAME=value by line, or a JSON map; its path is remembered, its values are not',
    helpValue: '<file>',
  }),
  remember: Flags.boolean({
    default: false,
    description: 'write the values of --define and --arg into the journal, so that the job comes back by its name alone',
  }),
  'job-name': Flags.string({ description: "the job's name, where the program does not tell it (a jar)", helpValue: '<name>' }),
  'allow-second': Flags.boolean({
    default: false,
    description: 'start it although a job of this name is on the cluster: two jobs then write to the same sinks',
  }),
  'sql-gateway': Flags.string({ description: 'SQL Gateway URL', helpValue: '<url>' }),
}

/** How a program is started from a snapshot. */
export const resumeFlags = {
  from: Flags.string({
    description: 'snapshot: URI, path below a root, latest, or before=<time or age>; of several jobs each: <job name>=<snapshot>',
    multiple: true,
    multipleNonGreedy: true,
    helpValue: '<path>',
  }),
  'job-id': Flags.string({ description: 'with --from latest: of this run, where two lead nowhere', helpValue: '<job id>' }),
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
  ...programFlags,
}

/** How a program is started without state. */
export const startFlags = {
  fresh: Flags.boolean({ default: false, description: 'start with empty state although restore points of the job exist' }),
  meant: Flags.string({
    description: 'with --fresh: start nothing, only say that this running job was to begin empty',
    helpValue: '<job id>',
    dependsOn: ['fresh'],
  }),
  wait: Flags.option({
    description: 'end when it runs, or when a first checkpoint is completed and readable',
    options: ['running', 'checkpoint'] as const,
    default: 'checkpoint' as const,
  })(),
  ...programFlags,
}
