const IMPORT = /^import (?:(\w+)|\* as (\w+)|(?:(\w+), )?\{([^}]*)\}) from "(node:[\w/]+)";$/gm

/**
 * Has a bundled file get Node's own modules as the packages in it do, by `require`. By `import` they cost more: Node then reads each of
 * their exports once, also those that load half a library when they are looked at (`crypto.webcrypto`). The first line, which makes
 * `require`, stays as it is.
 */
export function requireBuiltins(text: string): string {
  const at = text.indexOf('\n') + 1
  const body = text.slice(at).replace(IMPORT, (_, whole, all, main, names: string | undefined, path) => {
    const module = `require("${path}")`
    const parts = names === undefined ? [] : [`const {${names.replaceAll(' as ', ': ')}} = ${module};`]
    return [...[whole, all, main].flatMap((name) => (name === undefined ? [] : [`const ${name} = ${module};`])), ...parts].join(' ')
  })
  if (/^import .*"node:/m.test(body))
    throw new Error(`an import of Node's own is not understood: ${/^import .*"node:.*$/m.exec(body)?.[0]}`)
  return text.slice(0, at) + body
}
