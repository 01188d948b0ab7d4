import { parquetMetadataAsync, parquetReadObjects } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import type { PartedFile } from './bytes.js'
import type { Row } from './row.js'

/** Columns that say what a blob is; the others are not read. */
const WANTED = /^(name|last-modified|content-length|etag|metadata|hdi_isfolder|snapshot|versionid|iscurrentversion|deleted)$/i

/** Rows of a Parquet file, one row group after the other. */
export async function* parquetRows({ sizeBytes, read }: PartedFile): AsyncGenerator<Row[]> {
  const file = {
    byteLength: sizeBytes,
    slice: async (start: number, end = sizeBytes) => {
      const bytes = await read(start, end - start)
      return Uint8Array.from(bytes).buffer
    },
  }
  const metadata = await parquetMetadataAsync(file)
  const columns = metadata.schema.map(({ name }) => name).filter((name) => WANTED.test(name))
  let rowStart = 0
  for (const group of metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows)
    const rows = await parquetReadObjects({ file, metadata, columns, rowStart, rowEnd, compressors })
    yield rows.map(inLowerCase)
    rowStart = rowEnd
  }
}

function inLowerCase(row: Row): Row {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name.toLowerCase(), value]))
}
