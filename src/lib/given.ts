const SHORTEST = 4
const MASK = '***'

const given = new Set<string>()

/**
 * Values that a person gave for a script or a program (`--define`, `--define-file`, `--arg`), and that no text from elsewhere may repeat. A
 * name does not tell a secret (`DB_PASS`, `DSN`, `KEY`), so each is kept out by where it comes from; for as long as this process lives.
 */
export function keepOut(values: Iterable<string>): void {
  for (const value of values) for (const form of formsOf(value)) if (form.trim().length >= SHORTEST) given.add(form)
}

/** A text of Flink's, without those values: an error of the SQL Gateway repeats the statement, a stack the arguments. */
export function withoutGiven(text: string): string {
  // The longest first: one value may be part of another.
  const longestFirst = [...given].toSorted((a, b) => b.length - a.length)
  return longestFirst.reduce((rest, value) => rest.replaceAll(value, MASK), text)
}

/** As it is, as SQL, JSON and a URL show it, line by line, and what stands behind the `=` of `--option=value`. */
function formsOf(value: string): string[] {
  const option = /^--?[\w.-]+=([\s\S]*)$/.exec(value)?.[1]
  const lines = value.split(/\r?\n/).map((line) => line.trim())
  return [value, ...lines, ...(option === undefined ? [] : [option])].flatMap((one) => [
    one,
    one.replaceAll("''", "'"),
    one.replaceAll("'", "''"),
    JSON.stringify(one).slice(1, -1),
    encodeURIComponent(Buffer.from(one).toString()),
  ])
}
