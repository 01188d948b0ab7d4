/** How a restore test calls its job, and where it writes: a fixed word of the tool towards the outside. */
export const DRILL_PREFIX = 'drill of '
export const DRILL_DIRECTORY = 'flinkops-drill'

export function isDrillName(name: string): boolean {
  return name.startsWith(DRILL_PREFIX)
}
