import { appendLines, appendMoreLines } from './files.js'
import type { StateFile } from './trust.js'

interface Waiting {
  lines: string[]
  resolve: () => void
  reject: (error: unknown) => void
}

/** Appends JSON lines to one file. What comes in while a write is under way goes together into the next one, with one sync. */
export class Appender {
  readonly #file: StateFile
  #waiting: Waiting[] = []
  #writing: Promise<void> | null = null
  #append = appendLines

  constructor(file: StateFile) {
    this.#file = file
  }

  /** Returns when the entries are on disk. */
  append(...entries: unknown[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ lines: entries.map((entry) => JSON.stringify(entry)), resolve, reject })
      this.#writing ??= this.#writeAll()
    })
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting
      this.#waiting = []
      try {
        await this.#append(
          this.#file,
          batch.flatMap(({ lines }) => lines),
        )
        this.#append = appendMoreLines
        for (const { resolve } of batch) resolve()
      } catch (error) {
        for (const { reject } of batch) reject(error)
      }
    }
    this.#writing = null
  }
}
