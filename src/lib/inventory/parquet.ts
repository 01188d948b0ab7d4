import { setImmediate } from 'node:timers/promises'
import { type AsyncBuffer, type FileMetaData, parquetMetadata, parquetReadObjects, type RowGroup } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { FOOTER_BYTES, GROUP_BYTES, GROUP_ROWS, ROWS_AT_ONCE } from '../bounds.js'
import type { PartedFile } from './bytes.js'
import { checkPages, isCount, tooMuch } from './parquet-pages.js'
import type { Row } from './row.js'
import { checkThrift } from './thrift-shape.js'

/** Columns that say what a blob is; the others are not read. */
const WANTED = /^(name|last-modified|content-length|etag|metadata|hdi_isfolder|snapshot|versionid|iscurrentversion|deleted)$/i

/** Length of the footer, and the magic word. */
const ENDING = 8

/**
 * Rows of a Parquet file, in parts, one row group after the other. What the file says of its sizes is looked at before anything is
 * decoded, and between two parts whatever else waits has its turn, so that `signal` ends it.
 */
export async function* parquetRows(source: PartedFile, signal: AbortSignal): AsyncGenerator<Row[]> {
  const metadata = await footerOf(source)
  const columns = [...new Set(metadata.schema.map(({ name }) => name).filter((name) => WANTED.test(name)))]
  let groupStart = 0
  for (const group of metadata.row_groups) {
    const groupRows = Number(group.num_rows)
    if (!isCount(groupRows) || groupRows > GROUP_ROWS)
      throw new Error(`a row group has more than ${GROUP_ROWS.toLocaleString('en-US')} rows`)
    const file = await heldColumns(source, { metadata, group, columns }, signal)
    for (let from = 0; from < groupRows; from += ROWS_AT_ONCE) {
      const rowStart = groupStart + from
      const rowEnd = groupStart + Math.min(groupRows, from + ROWS_AT_ONCE)
      const rows = await parquetReadObjects({ file, metadata, columns, rowStart, rowEnd, compressors })
      yield rows.map(inLowerCase)
      await turn(signal)
    }
    groupStart += groupRows
  }
}

async function footerOf({ sizeBytes, read }: PartedFile): Promise<FileMetaData> {
  if (sizeBytes < ENDING) throw new Error('it is too short for a Parquet file')
  const ending = Buffer.from(await read(sizeBytes - ENDING, ENDING))
  const length = ending.readUInt32LE(0)
  if (length > Math.min(FOOTER_BYTES, sizeBytes - ENDING)) throw new Error(`its footer says that it has ${length} bytes`)
  const footer = ownBuffer(await read(sizeBytes - ENDING - length, length + ENDING))
  checkThrift(new DataView(footer, 0, length), 0)
  return parquetMetadata(footer, { geoparquet: false })
}

interface Held {
  start: number
  bytes: ArrayBuffer
}

/** The wanted columns of a row group, read once and found sound, as the decoder asks for them. */
async function heldColumns(
  source: PartedFile,
  { metadata, group, columns }: { metadata: FileMetaData; group: RowGroup; columns: string[] },
  signal: AbortSignal,
): Promise<AsyncBuffer> {
  const held: Held[] = []
  let packed = 0
  let unpacked = 0
  for (const { meta_data: meta } of group.columns) {
    if (meta === undefined || !columns.includes(meta.path_in_schema[0] ?? '')) continue
    const start = Number(meta.dictionary_page_offset || meta.data_page_offset)
    const length = Number(meta.total_compressed_size)
    if (!isCount(start) || !isCount(length) || start + length > source.sizeBytes) throw new Error('a column lies outside of it')
    packed += length
    if (packed > GROUP_BYTES) throw tooMuch()
    const bytes = ownBuffer(await source.read(start, length))
    unpacked += checkPages(bytes, meta, metadata)
    if (unpacked > GROUP_BYTES) throw tooMuch()
    held.push({ start, bytes })
    await turn(signal)
  }
  return {
    byteLength: source.sizeBytes,
    // Small columns are asked for together, with what lies between them.
    slice: async (start, end = source.sizeBytes) => {
      const one = held.find((column) => column.start <= start && end <= column.start + column.bytes.byteLength)
      return one === undefined ? ownBuffer(await source.read(start, end - start)) : one.bytes.slice(start - one.start, end - one.start)
    },
  }
}

/** Lets timers, Ctrl-C and other requests have their turn. */
async function turn(signal: AbortSignal): Promise<void> {
  await setImmediate()
  signal.throwIfAborted()
}

function ownBuffer(bytes: Uint8Array): ArrayBuffer {
  return Uint8Array.from(bytes).buffer
}

function inLowerCase(row: Row): Row {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name.toLowerCase(), value]))
}
