import type { Token } from './script-lexer.js'

/** What a statement reaches for outside of the script. */
export interface Reach {
  /** `code`: a job that was started from this very script has it, too. `place`: nothing excuses it. `catalog`: as the cluster keeps catalogs. */
  kind: 'code' | 'place' | 'catalog'
  /** Names the statement, never an address or a value. */
  what: string
}

/** Where the job would run, or which cluster it would be sent to; where catalogs are kept. What stands there for a drill is decided here. */
const PLACE =
  /^(?:\$internal\.|internal\.|rest\.|jobmanager\.|kubernetes\.|yarn\.|high-availability(?:\.|$)|security\.|sql-gateway\.|table\.catalog-store\.|fs\.|s3a?\.|presto\.|gs\.|execution\.(?:target|attached|shutdown-on-attached-exit|job-listeners|job-status-changed-listeners)$)/

/** What code runs. */
const CODE = /^(?:pipeline\.(?:jars|classpaths)|python\.(?:files|archives|requirements|pythonpath|executable|client\.executable))$/

/** What a statement reaches for; `null` = nothing. `words`: its tokens in upper case, quoted ones as `?`. */
export function reachOf(tokens: Token[], words: string[]): Reach | null {
  const text = words.join(' ')
  if (/^SET\b/.test(text)) return ofSetting(tokens)
  if (/^LOAD MODULE\b/.test(text)) return { kind: 'place', what: 'it has a LOAD MODULE, which changes what its functions are' }
  if (/^CREATE CATALOG\b/.test(text)) return { kind: 'catalog', what: 'it has a CREATE CATALOG' }
  if (/^ADD JAR\b/.test(text) && pathsIn(tokens.slice(2)).some(isElsewhere)) return code('an ADD JAR from elsewhere')
  const using = /^CREATE (?:TEMPORARY )?(?:SYSTEM )?FUNCTION\b/.test(text) ? words.lastIndexOf('USING') : -1
  if (using >= 0 && pathsIn(tokens.slice(using)).some(isElsewhere)) return code('a CREATE FUNCTION ... USING JAR from elsewhere')
  return null
}

function code(what: string): Reach {
  return { kind: 'code', what: `it has ${what}, and this job is not known to have been started from this very script` }
}

/** Each quoted path; else all of it as one. */
function pathsIn(tokens: Token[]): string[] {
  const quoted = tokens.filter((token) => token.kind === 'quoted').map(unquoted)
  return quoted.length > 0 ? quoted : [tokens.map((token) => token.text).join('')]
}

/** A path without a scheme, or `file:`, lies with the gateway, where whoever runs that has put it; anything else is fetched from a host. */
function isElsewhere(path: string): boolean {
  const isFile = /^file:(?:\/(?!\/)|\/\/\/(?!\/))/i.test(path)
  return !isFile && /^(?:[a-z][a-z0-9+.-]*:|[/\\]{2})/i.test(path)
}

/** `SET 'key' = 'value'`, `SET key = value`; one alone lists what is set. One that cannot be read may set anything. */
function ofSetting(tokens: Token[]): Reach | null {
  if (tokens.length === 1) return null
  const equals = tokens.findIndex((token) => token.text === '=')
  const name = tokens.slice(1, Math.max(1, equals))
  const key = name.map((token) => (token.kind === 'quoted' ? unquoted(token) : token.text)).join('')
  if (key === '') return { kind: 'place', what: 'it has a SET that cannot be read' }
  if (PLACE.test(key)) return { kind: 'place', what: `it has a SET of ${key}, which says where things run or are kept` }
  return CODE.test(key) ? code(`a SET of ${key}`) : null
}

function unquoted({ text }: Token): string {
  const quote = text.charAt(0)
  return text
    .slice(1, -1)
    .replaceAll(quote + quote, quote)
    .trim()
}
