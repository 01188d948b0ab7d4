/** Whether a command line asks for JSON; asked before flags are parsed, since a mistake in them is answered in JSON, too. */
export function wantsJson(argv: readonly string[]): boolean {
  return /(^| )(--json|-o ?=?json|--output[ =]json)( |$)/.test(argv.join(' '))
}
