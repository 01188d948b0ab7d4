export const DEFAULT_FLINK = '2.3.0'

/** The Azure plugin is not published for every release; one of a neighbouring version works. */
const PLUGIN_OF: Record<string, string> = {
  '1.18': '1.18.0',
  '1.19': '1.20.0',
  '1.20': '1.20.0',
  '2.0': '2.0.0',
  '2.1': '2.0.0',
  '2.2': '2.3.0',
  '2.3': '2.3.0',
}

/** The version of the Azure plugin to take for a Flink version. */
export function pluginVersion(flink: string): string {
  const { major, minor } = parseVersion(flink)
  return PLUGIN_OF[`${major}.${minor}`] ?? flink
}

/** Whether Flink reads nested `config.yaml`; before 1.19 it was flat `flink-conf.yaml`. */
export function readsConfigYaml(flink: string): boolean {
  return isAtLeast(flink, 1, 19)
}

/** Compares by number: 1.9 is before 1.18. */
export function isAtLeast(flink: string, major: number, minor: number): boolean {
  const version = parseVersion(flink)
  return version.major > major || (version.major === major && version.minor >= minor)
}

/** Throws when the text is no version, before anything is fetched for it. */
export function requireVersion(flink: string): void {
  parseVersion(flink)
}

function parseVersion(flink: string): { major: number; minor: number } {
  const match = /^(\d+)\.(\d+)/.exec(flink)
  if (match === null) throw new Error(`Not a Flink version: ${flink} (expected something like ${DEFAULT_FLINK})`)
  return { major: Number(match[1]), minor: Number(match[2]) }
}
