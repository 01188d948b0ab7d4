import type { ConfMistake } from '../findings/facts.js'
import { type MeantEntry, type Surveyed, surveyYaml } from './survey-yaml.js'

/** `flink-conf.yaml`: as Flink reads it line by line, or, when it holds nested YAML, as that was meant. */
export function surveyFlat(text: string): Surveyed {
  const lines = text.split(/\r\n|\r|\n/).map((raw, index) => ({ content: raw.split('#', 1)[0] ?? '', line: index + 1 }))
  const filled = lines.filter(({ content }) => content.trim() !== '')
  const openers = filled.flatMap(({ content, line }, at) => {
    const key = /^\s*([^\s:]+)\s*:\s*$/.exec(content)?.[1]
    const indent = indentOf(content)
    return key !== undefined && indentOf(filled[at + 1]?.content ?? '') > indent ? [{ key, line, indent }] : []
  })
  const outermost = openers.reduce((least, { indent }) => Math.min(least, indent), Number.POSITIVE_INFINITY)
  const nested = openers.flatMap(({ key, line, indent }): ConfMistake[] => (indent === outermost ? [{ kind: 'nested', key, line }] : []))
  if (nested.length === 0) return ofLines(filled)
  const meant = surveyYaml(text)
  return { entries: meant.entries, mistakes: [...nested, ...meant.mistakes] }
}

function indentOf(content: string): number {
  return content.length - content.trimStart().length
}

/** The rules of `parseLegacyConf`, with what they pass over. */
function ofLines(lines: { content: string; line: number }[]): Surveyed {
  const entries: MeantEntry[] = []
  const mistakes: ConfMistake[] = []
  for (const { content, line } of lines) {
    const at = content.indexOf(': ')
    const key = content.slice(0, Math.max(at, 0)).trim()
    const text = content.slice(at + 2).trim()
    if (key !== '' && text !== '') entries.push({ key, text, line, isNested: false })
    else if (!isEmptyOption(content)) mistakes.push({ kind: 'ignored', line })
    if (key !== '' && /^(["']).*\1$/.test(text)) mistakes.push({ kind: 'quoted', key, line })
  }
  return { entries, mistakes }
}

/** A key left without a value, or the marks of a YAML document: nobody expects an effect. */
function isEmptyOption(content: string): boolean {
  return /^\s*[^\s:]+\s*:\s*$/.test(content) || /^(---|\.\.\.)\s*$/.test(content)
}
