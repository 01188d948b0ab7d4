/** Strings, quoted names and comments are taken as wholes, so a semicolon inside them ends nothing. */
const TOKEN = /'(?:[^']|'')*'|`(?:[^`]|``)*`|--[^\n]*|\/\*[\s\S]*?\*\/|;|[\s\S]/g

/** Splits a SQL script into its statements, without comments. */
export function sqlStatements(script: string): string[] {
  const statements = ['']
  for (const [token] of script.matchAll(TOKEN)) {
    if (token === ';') statements.push('')
    else if (!isComment(token)) statements[statements.length - 1] += token
  }
  return statements.map((statement) => statement.trim()).filter((statement) => statement !== '')
}

function isComment(token: string): boolean {
  return token.startsWith('--') || token.startsWith('/*')
}
