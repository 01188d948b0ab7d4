import type { ConfEntry, ConfFile, ConfMistake, Facts } from './facts.js'
import type { Finding } from './finding.js'
import { isAtLeast, versionsOf } from './version.js'

/** Whether Flink reads the file at all, and reads what was meant. */
export function checkConfFile(facts: Facts): Finding[] {
  const { file } = facts
  if (file === null) return []
  return [...nested(file), ...file.mistakes.flatMap((mistake) => ofMistake(file, mistake)), ...beside(file), ...notRead(facts, file)]
}

/** Nested YAML is one finding, however many blocks there are. */
function nested(file: ConfFile): Finding[] {
  const openers = file.mistakes.filter((mistake) => mistake.kind === 'nested')
  const [first] = openers
  if (first === undefined) return []
  const lost = file.entries.filter((entry) => entry.isNested)
  const settings = lost.length === 1 ? '1 setting has' : `${lost.length} settings have`
  return [
    {
      id: 'nested-yaml-in-flat-file',
      severity: 'error',
      what: `${openers.map(({ key }) => key).join(', ')}: begins nested YAML, but Flink reads flink-conf.yaml as flat lines: ${settings} no effect.`,
      why: 'Each indented line counts as an option of its own, under a name that does not exist: no checkpoints, no directories, and no error.',
      fix: ['# flat, for flink-conf.yaml; or move the file as it is to config.yaml (Flink 1.19 and later)', ...lost.map(flatLine)].join(
        '\n',
      ),
      source: `${file.path}:${first.line}`,
    },
  ]
}

function flatLine({ key, value, line }: ConfEntry): string {
  return `${key}: ${value ?? `<the secret of line ${line}>`}`
}

function ofMistake({ path }: ConfFile, mistake: ConfMistake): Finding[] {
  const source = `${path}:${mistake.line}`
  switch (mistake.kind) {
    case 'nested':
      return []
    case 'unreadable':
      return [unreadable(mistake, path, source)]
    case 'duplicate':
      return [duplicate(mistake, source)]
    case 'nested-and-flat':
      return [nestedAndFlat(mistake, source)]
    case 'ignored':
      return [ignored(mistake.line, source)]
    case 'quoted':
      return [quoted(mistake.key, source)]
  }
}

type Mistake<K extends ConfMistake['kind']> = Extract<ConfMistake, { kind: K }>

function unreadable({ line, problem }: Mistake<'unreadable'>, path: string, source: string): Finding {
  return {
    id: 'configuration-unreadable',
    severity: 'error',
    what: `The file is not valid YAML from line ${line} on (${problem}).`,
    why: 'Flink refuses to start with it, or starts without what comes after; what it says could not be checked here either.',
    fix: `sed -n '${Math.max(1, line - 2)},${line + 2}p' ${path}`,
    source,
  }
}

function duplicate({ key, line, earlierLine }: Mistake<'duplicate'>, source: string): Finding {
  return {
    id: 'duplicate-key',
    severity: 'error',
    what: `${key} stands there twice, on lines ${earlierLine} and ${line}.`,
    why: 'YAML forbids it: Flink does not start with this file. It comes from pasting a second block under the same heading.',
    fix: `# put what stands below line ${line} under line ${earlierLine}, and delete line ${line}`,
    source,
  }
}

function nestedAndFlat({ key, line, earlierLine }: Mistake<'nested-and-flat'>, source: string): Finding {
  return {
    id: 'nested-and-flat',
    severity: 'error',
    what: `${key} is set twice: on line ${earlierLine} and, spelled the other way, on line ${line}.`,
    why: 'Once nested and once flat are one option to Flink; which of the two counts depends on their order.',
    fix: `# delete line ${earlierLine} or line ${line}`,
    source,
  }
}

function ignored(line: number, source: string): Finding {
  return {
    id: 'line-ignored',
    severity: 'warn',
    what: `Flink skips line ${line}: it has no key and value with a colon and a blank between them.`,
    why: 'The setting has no effect, and nothing says so.',
    fix: '<key>: <value>',
    source,
  }
}

function quoted(key: string, source: string): Finding {
  return {
    id: 'quotes-kept',
    severity: 'warn',
    what: `The value of ${key} is in quotes, which Flink keeps as part of it in flink-conf.yaml.`,
    why: 'A path, key or SAS with a quote in front is another value, which nothing answers to.',
    fix: `${key}: <the value without quotes>`,
    source,
  }
}

function beside(file: ConfFile): Finding[] {
  if (file.beside === null) return []
  return [
    {
      id: 'two-configuration-files',
      severity: 'warn',
      what: `${file.beside} lies beside ${file.path}.`,
      why: 'Flink 1.19 and 1.20 read flink-conf.yaml, Flink 2 reads config.yaml: after an upgrade the cluster runs with other settings.',
      fix: `mv ${file.beside} ${file.beside}.unused    # after moving what is missing over`,
      source: file.path,
    },
  ]
}

/** 1.18 and older know no `config.yaml`, 2.0 and later no `flink-conf.yaml` (`GlobalConfiguration.loadConfiguration`). */
function notRead(facts: Facts, file: ConfFile): Finding[] {
  const deaf = versionsOf(facts).find((version) => (file.syntax === 'flat' ? isAtLeast(version, [2, 0]) : !isAtLeast(version, [1, 19])))
  if (deaf === undefined) return []
  const right = file.syntax === 'flat' ? 'config.yaml' : 'flink-conf.yaml'
  return [
    {
      id: 'configuration-file-not-read',
      severity: 'error',
      what: `The cluster runs Flink ${deaf.text}, which does not read a file of this name.`,
      why: `It reads ${right} alone: nothing that stands in this file has an effect.`,
      fix:
        file.syntax === 'flat'
          ? `mv ${file.path} ${file.path.replace('flink-conf.yaml', right)}`
          : `# write its options as flat lines into ${right}`,
      source: file.path,
    },
  ]
}
