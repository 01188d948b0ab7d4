import { parseLocation } from '../state/location.js'
import type { ConfEntry, ContainerFacts, Facts, Root } from './facts.js'
import type { Finding } from './finding.js'

/** How Flink reaches the account: keys in plain text, and the driver that has no future. */
export function checkCredentials(facts: Facts): Finding[] {
  const { file } = facts
  const keys = file?.entries.flatMap((entry) => accountKey(entry, `${file.path}:${entry.line}`)) ?? []
  return [...keys, ...identityOnWasb(facts), ...drivers(facts)]
}

function accountKey(entry: ConfEntry, source: string): Finding[] {
  if (entry.accountKey === null || entry.accountKey === 'emulator') return []
  const found: Finding[] = [inPlainText(entry, source)]
  return entry.accountKey === 'malformed' ? [malformed(entry, source), ...found] : found
}

/** Key providers are of flink-azure-fs-hadoop; a key is read when a process starts. */
function inPlainText({ key }: ConfEntry, source: string): Finding {
  const name = /([^.]+)\.(?:blob|dfs)\./.exec(key)?.[1] ?? '<account>'
  return {
    id: 'account-key-in-file',
    severity: 'warn',
    what: `${key} stands in the configuration file.`,
    why: 'An account key opens everything in the account, for good. Who reads the file, a backup or an image of it can delete all state. Flink reads a key only when it starts, so renewing it means a restart of the cluster.',
    fix: [
      '# instead of the key; AZURE_STORAGE_KEY then stands in the environment of JobManager and TaskManagers:',
      `${key.replace('account.key', 'account.keyprovider')}: org.apache.flink.fs.azurefs.EnvironmentVariableKeyProvider`,
      '# to renew it: an account has two keys, so restart on the second before the first is renewed',
      `az storage account keys renew --account-name ${name} --key secondary`,
      'flinkops stop --all                  # then put the secondary key in, restart the cluster',
      'flinkops resume --all',
      `az storage account keys renew --account-name ${name} --key primary`,
    ].join('\n'),
    source,
  }
}

function malformed({ key }: ConfEntry, source: string): Finding {
  return {
    id: 'account-key-malformed',
    severity: 'error',
    what: `The value of ${key} is no account key: a key is 88 characters of base64.`,
    why: 'A placeholder was left there, or the key was cut: Flink cannot sign a request with it.',
    fix: `${key}: <key>    # az storage account keys list --account-name <account>`,
    source,
  }
}

function identityOnWasb({ file, roots }: Facts): Finding[] {
  const oauth = file?.entries.find(({ key, value }) => /azure\.account\.auth\.type/i.test(key) && value?.toLowerCase() === 'oauth')
  const wasb = roots.find(({ path }) => isWasb(path))
  const hasKey = file?.entries.some(({ key }) => /azure\.(account\.key|sas\.)/i.test(key)) === true
  if (!oauth || !wasb || hasKey) return []
  return [
    {
      id: 'identity-on-wasb',
      severity: 'error',
      what: `${oauth.key} is OAuth, but ${wasb.path} is reached by wasb, which knows no OAuth.`,
      why: 'wasb takes an account key or a SAS, and tries without any credential otherwise.',
      fix: `# write the directories as\n${asAbfs(wasb.path)}`,
      source: `${file?.path}:${oauth.line}`,
    },
  ]
}

/** One finding for each container, however many roots lie in it. */
function drivers({ roots, containers }: Facts): Finding[] {
  return containers.flatMap((one) => {
    const wasb = roots.filter(({ path }) => isWasb(path) && isIn(path, one))
    const [first] = wasb
    if (first === undefined) return []
    const plain = wasb.find(({ path }) => path.startsWith('wasb:'))
    return [deprecated(one, wasb), ...(plain && !one.isEmulator ? [unencrypted(plain)] : [])]
  })
}

/** Deprecated by HADOOP-19178, removed in Hadoop 3.5 by HADOOP-19778; Flink shades Hadoop 3.3.4 up to 2.3. */
function deprecated({ account, container }: ContainerFacts, roots: Root[]): Finding {
  const host = account.replace('.blob.', '.dfs.')
  const directories = [...new Set(roots.map(({ path }) => asAbfs(path)))]
  return {
    id: 'wasb-deprecated',
    severity: 'advice',
    what: `Flink reaches ${account}/${container} by wasb, which Hadoop 3.5 removes.`,
    why: 'It works with the Hadoop 3.3.4 in Flink up to 2.3. A Flink with a newer Hadoop will not read these paths, and the references in existing snapshots are such paths.',
    fix: [
      'flinkops stop --all                  # a savepoint of each job: its files are named relative to it',
      '# then, with the same account key (or OAuth) under the other host:',
      `fs.azure.account.key.${host}: <key>`,
      ...directories.map((path) => `# ${path}`),
      '# keep the wasbs credentials until no snapshot from before is needed any more',
      'flinkops resume --all',
    ].join('\n'),
    source: `${account}/${container}`,
  }
}

function unencrypted({ path, source }: Root): Finding {
  return {
    id: 'unencrypted-scheme',
    severity: 'warn',
    what: `${path} is reached by plain http (wasb).`,
    why: 'State and SAS tokens travel in clear, and accounts that require secure transfer refuse it.',
    fix: path.replace(/^wasb:/, 'wasbs:'),
    source,
  }
}

function isWasb(path: string): boolean {
  return /^wasbs?:/i.test(path)
}

function isIn(path: string, { account, container }: ContainerFacts): boolean {
  const parsed = parseLocation(path)
  return parsed.ok && parsed.location.account === account && parsed.location.container === container
}

function asAbfs(path: string): string {
  return path.replace(/^wasbs?:/i, 'abfss:').replace('.blob.', '.dfs.')
}
