import { usageError } from '../errors.js'

/**
 * `flink-conf.yaml` as Flink up to 1.20 reads it (`GlobalConfiguration.loadLegacyYAMLResource`): one `key: value` a line, `#` starts a
 * comment anywhere, the first `: ` splits, a line without key or value is skipped. Nested YAML would be skipped silently by Flink,
 * so that the setting has no effect: here it is an error.
 */
export function parseLegacyConf(file: string, text: string): Map<string, string> {
  const entries = new Map<string, string>()
  let opener: { key: string; line: number } | null = null
  for (const [index, raw] of text.split(/\r\n|\r|\n/).entries()) {
    const content = raw.split('#', 1)[0] ?? ''
    if (content.trim() === '') continue
    if (opener && /^\s/.test(content)) throw nestedError(file, opener)
    const openerKey = /^(\S+?)\s*:\s*$/.exec(content)?.[1]
    opener = openerKey === undefined ? null : { key: openerKey, line: index + 1 }
    const at = content.indexOf(': ')
    const key = content.slice(0, Math.max(at, 0)).trim()
    const value = content.slice(at + 2).trim()
    if (key !== '' && value !== '') entries.set(key, value)
  }
  return entries
}

function nestedError(file: string, opener: { key: string; line: number }): Error {
  return usageError(
    `${file}:${opener.line}: ${opener.key}: begins nested YAML, but Flink reads flink-conf.yaml as flat lines and would ignore it.`,
    `Write ${opener.key}.<name>: <value> on one line, or use config.yaml (Flink 1.19 and later).`,
  )
}
