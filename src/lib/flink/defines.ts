const VARIABLE = /\$\{([A-Za-z_][\w.-]*)\}/g

/** Puts values in the place of `${NAME}`, wherever it stands; names without a value stay as they are. Says which names the script has. */
export function define(script: string, values: ReadonlyMap<string, string>): { text: string; names: Set<string> } {
  const names = new Set<string>()
  const text = script.replace(VARIABLE, (variable: string, name: string) => {
    names.add(name)
    return values.get(name) ?? variable
  })
  return { text, names }
}
