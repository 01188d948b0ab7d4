import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'

const SRC = join(import.meta.dirname, '../../src')
const sources = readdirSync(SRC, { recursive: true, withFileTypes: true })
  .filter((one) => one.isFile() && one.name.endsWith('.ts'))
  .map((one) => join(one.parentPath, one.name))
  .map((path) => ({ file: relative(SRC, path).replaceAll('\\', '/'), text: readFileSync(path, 'utf8') }))

/** Files in which this stands. */
function holders(pattern: RegExp): string[] {
  return sources.flatMap(({ file, text }) => (pattern.test(text) ? file : [])).toSorted()
}

/** The way of a request to storage, from its first line to the wire: whoever goes around one of these steps goes around the gate. */
describe('nothing goes around the gate of credentials', () => {
  it.each<[string, RegExp, string[]]>([
    ['accounts are judged in one place, from the configuration', /\baccessBy\(/, ['lib/config/account-access.ts', 'lib/config/resolve.ts']],
    ['foreign is what the gate says', /\bthrow foreignAccount\(account\)/, ['lib/config/account-access.ts']],
    ['storage is built in one place, from that judgement', /\bcreateStorage\(/, ['lib/azure/storage.ts', 'lib/context.ts']],
    ['clients are built in one place, from an access', /new sdk\.BlobServiceClient\(/, ['lib/azure/service-client.ts']],
    ['of that place storage alone makes use', /\bserviceClient\(/, ['lib/azure/service-client.ts', 'lib/azure/storage.ts']],
    ["a client of one's own is one of a client that is there", /extends sdk\.\w+Client/, ['lib/azure/sender.ts', 'lib/azure/wire.ts']],
    ['no client is built otherwise', /new (?!sdk\.BlobServiceClient|SendingClient|WireClient)(\w+\.)?\w*Client\(/, []],
    ['identities are built in one place', /new identity\./, ['lib/azure/credentials.ts']],
  ])('%s', (_, pattern, files) => {
    expect(holders(pattern)).toEqual(files)
  })

  it.each<[string, RegExp, string]>([
    ['Azure is loaded by its own room', /['"]@azure\//, 'lib/azure/'],
    ['undici talks to JobManagers and gateways alone', /(from|import\()\s*['"]undici/, 'lib/flink/'],
    ['nothing else sends over a network', /\bfetch\(|(from|import\()\s*['"](node:)?(https?|http2|net|tls|dgram)['"]/, 'nowhere'],
  ])('%s', (_, pattern, room) => {
    expect(holders(pattern).filter((file) => !file.startsWith(room))).toEqual([])
  })

  it('the access that is built from is the one of the configuration', () => {
    const context = sources.find(({ file }) => file === 'lib/context.ts')?.text ?? ''
    expect(context).toContain('createStorage({ accessFor: config.accessFor })')
  })
})
