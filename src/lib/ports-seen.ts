import type { Sighting } from './state/sighting.js'

/** What looks at clusters showed, kept in the containers of the state itself, so that another machine knows as much. Never a secret. */
export interface SeenRecord {
  /** What stands there, oldest first; `isWhole` is `false` where a part of it could not be read. */
  recorded(signal: AbortSignal): Promise<{ sightings: Sighting[]; isWhole: boolean }>
  /** Adds what does not stand there yet; answers why it does not stand there now, a sentence for each container. */
  record(seen: Sighting[], signal: AbortSignal): Promise<string[]>
}

/** Appends whole lines to a blob below `_flinkops/seen/`, which it makes when it is not there. Others may append at the same time. */
export interface SeenAppender {
  /** `most`: a blob of more bytes is left as it is, and `false` is the answer. */
  appendSeen(options: {
    account: string
    container: string
    name: string
    text: string
    most: number
    signal: AbortSignal
  }): Promise<boolean>
}
