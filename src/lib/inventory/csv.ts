import { pipeline, Readable } from 'node:stream'
import { parse } from 'csv-parse'
import { RECORD_CHARS } from '../bounds.js'
import type { PartedFile } from './bytes.js'
import type { Row } from './row.js'

const PART_BYTES = 4 * 1024 * 1024
const ROWS_AT_ONCE = 2000

/**
 * Rows of a CSV file, part by part. A row with another number of columns than the first, as of a file that was cut off, throws,
 * and so does one that does not come to its end.
 */
export async function* csvRows(file: PartedFile): AsyncGenerator<Row[]> {
  const columns = (header: string[]) => header.map((name) => name.toLowerCase())
  const parser = parse({ columns, bom: true, max_record_size: RECORD_CHARS })
  // What goes wrong on the way ends the parser, and with it the loop below.
  pipeline(Readable.from(partsOf(file)), parser, () => undefined)
  let rows: Row[] = []
  for await (const row of parser) {
    rows.push(row as Row)
    if (rows.length < ROWS_AT_ONCE) continue
    yield rows
    rows = []
  }
  yield rows
}

async function* partsOf(file: PartedFile): AsyncGenerator<Uint8Array> {
  for (let offset = 0; offset < file.sizeBytes; offset += PART_BYTES)
    yield await file.read(offset, Math.min(PART_BYTES, file.sizeBytes - offset))
}
