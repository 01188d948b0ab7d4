import { basename, join } from 'node:path'
import { usageError } from '../errors.js'
import type { ConfEntry, ConfFile } from '../findings/facts.js'
import { wellKnownKey } from './emulator.js'
import { confOf, type FlinkConf, LEGACY, STANDARD } from './flink-conf.js'
import type { ReadFile } from './read-text-file.js'
import { surveyFlat } from './survey-flat.js'
import { type MeantEntry, surveyYaml } from './survey-yaml.js'

export interface ConfSurvey {
  file: ConfFile
  /** The options as they were meant. */
  conf: FlinkConf
}

/**
 * Reads Flink's configuration as it was meant, and notes where Flink reads it otherwise: for `doctor`, which has to go on where every
 * other command refuses. Finds the file by the same rules (`readFlinkConf`).
 */
export async function surveyConf(path: string, readFile: ReadFile): Promise<ConfSurvey> {
  const own = await readFile(path)
  if (own !== null) return surveyText(path, own, null)
  const [legacyPath, standardPath] = [join(path, LEGACY), join(path, STANDARD)]
  const [legacy, standard] = await Promise.all([readFile(legacyPath), readFile(standardPath)])
  if (legacy !== null) return surveyText(legacyPath, legacy, standard === null ? null : standardPath)
  if (standard !== null) return surveyText(standardPath, standard, null)
  throw usageError(`${path} holds neither ${STANDARD} nor ${LEGACY}.`, 'Point flinkConf or FLINK_CONF_DIR to the conf directory of Flink.')
}

/** Surveys a text by the rules that Flink uses for a file of this name. */
export function surveyText(path: string, text: string, beside: string | null): ConfSurvey {
  const syntax = basename(path) === LEGACY ? 'flat' : 'standard'
  const { entries, mistakes } = syntax === 'flat' ? surveyFlat(text) : surveyYaml(text)
  const conf = confOf(
    path,
    entries.map(({ key, text: value }): [string, string] => [key, value]),
  )
  return { conf, file: { path, syntax, beside, mistakes, entries: entries.map((entry) => shown(entry, conf)) } }
}

function shown({ key, text, line, isNested }: MeantEntry, conf: FlinkConf): ConfEntry {
  const isAccountKey = /^(?:fs\.)?azure\.account\.key\b/i.test(key)
  const isHidden = conf.secrets.has(key) || HIDDEN.test(key) || /\bsig=/i.test(text)
  return { key, value: isHidden ? null : text, line, isNested, accountKey: isAccountKey ? kindOfKey(text) : null }
}

/** What Flink itself would show, and still is nothing to print. */
const HIDDEN = /access[-.]?key|connection[-.]?string|credential|passw|pwd|private[-.]?key|^env\.java\.opts/i

/** A key is 64 bytes in base64. */
function kindOfKey(text: string): ConfEntry['accountKey'] {
  if (text === wellKnownKey().reveal()) return 'emulator'
  return /^[A-Za-z0-9+/]{86}==$/.test(text) ? 'key' : 'malformed'
}
