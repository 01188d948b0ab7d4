import { refusedError } from '../errors.js'

/** Before anything has been started. */
export function notDrillable(title: string, why: string): Error {
  return refusedError(
    'NOT_DRILLABLE',
    `${title} cannot be drilled without touching what is real: ${why}.`,
    'Nothing was started. Whether the snapshot is complete says: flinkops verify <snapshot>',
  )
}
