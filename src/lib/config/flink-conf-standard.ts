import { stringify } from 'yaml'
import { parseYaml, type YamlNode } from './yaml-node.js'

/**
 * `config.yaml` as Flink 1.19 and later read it (FLINK-33297): standard YAML, nested maps flattened with `.`, flat dotted keys allowed, lists
 * kept as one YAML text. The same key written both nested and flat is an error: which one Flink takes depends on the order.
 */
export function parseStandardConf(file: string, text: string): Map<string, string> {
  const found = new Map<string, { text: string; where: string }>()
  collect(parseYaml(file, text), '', found)
  return new Map([...found].map(([key, entry]) => [key, entry.text]))
}

function collect(map: YamlNode, prefix: string, found: Map<string, { text: string; where: string }>): void {
  for (const [name, node] of map.entries()) {
    const key = `${prefix}${name}`
    if (isMap(node.value)) {
      collect(node, `${key}.`, found)
      continue
    }
    const earlier = found.get(key)
    if (earlier) throw node.error(`is defined at ${earlier.where} too: once nested and once flat. Keep one of them.`)
    found.set(key, { text: asText(node), where: node.where })
  }
}

function isMap(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function asText(node: YamlNode): string {
  return Array.isArray(node.value) ? stringify(node.value, { collectionStyle: 'flow', lineWidth: 0 }).trim() : node.textual()
}
