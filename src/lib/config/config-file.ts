import { dirname } from 'node:path'
import { readContext } from './file-context.js'
import type { Setting } from './settings.js'
import { parseYaml, type YamlNode } from './yaml-node.js'

export interface ConfigFile {
  path: string
  currentContext: Setting<string> | null
  contexts: Map<string, YamlNode>
}

/** Parses the whole file; contexts other than the chosen one are checked as well, so that a mistake shows before it matters. */
export function parseConfigFile(path: string, text: string): ConfigFile {
  const get = parseYaml(path, text).fields('currentContext', 'contexts')
  const contexts = new Map(get('contexts')?.entries())
  for (const [name, node] of contexts) readContext(name, node, dirname(path))
  const current = get('currentContext')
  return { path, contexts, currentContext: current && { value: current.text(), source: `flinkops.yaml (${current.where})` } }
}
