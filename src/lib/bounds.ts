/**
 * How much of somebody else's is taken into memory. Each is far above what Flink or flinkops writes, and what is larger is not read at
 * all: it counts as unreadable, which keeps blobs, and never as not there.
 */

const MIB = 2 ** 20

/** An answer of a JobManager or SQL Gateway: a list of ten thousand jobs has 4 MB. */
export const ANSWER_BYTES = 64 * MIB

/** A manifest, a lock's owner, an archive of the history server: those of the largest jobs have some 10 MB. */
export const DOCUMENT_BYTES = 64 * MIB

/** State below `state.storage.fs.memory-threshold` (20 KB) lies in `_metadata`: of a thousand subtasks of ten operators 200 MB. */
export const METADATA_BYTES = 1024 * MIB

/** What is read side by side with others of its kind; what is larger is read alone, so that many at once hold no more than one. */
export const BESIDE_BYTES = 8 * MIB

/** A configuration file: the largest real ones have some 10 kB, and the parser of YAML is slow. */
export const CONFIG_CHARS = 256 * 1024

/** What a message of an exception has at most, before any pattern is looked for in it. */
export const MESSAGE_CHARS = 8192

/** What is kept of a Java stack: half from its start, half from its end, where the innermost cause is. */
export const STACK_CHARS = 8 * MESSAGE_CHARS

/** The footer of a Parquet file: of a thousand row groups it has some 5 MB. */
export const FOOTER_BYTES = 8 * MIB

/** Rows of a row group of Parquet, and values of a page or dictionary. Writers close a group at 128 MB, which holds half as many. */
export const GROUP_ROWS = 1_000_000

/** Bytes that the wanted columns of a row group have together, packed or unpacked. */
export const GROUP_BYTES = 256 * MIB

/** Rows that are decoded at one stroke: then the signal is looked at, and whatever else waits has its turn. */
export const ROWS_AT_ONCE = 50_000

/** A line of a CSV inventory. The service takes names of 1,024 characters and 8 KB of metadata. */
export const RECORD_CHARS = 128 * 1024

/** Why something is not read, as a clause. */
export function tooLarge(sizeBytes: number, most: number): string {
  return `it has ${Math.ceil(sizeBytes / MIB).toLocaleString('en-US')} MiB, and more than ${most / MIB} MiB are not read`
}
