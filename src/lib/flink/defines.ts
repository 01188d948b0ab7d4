const VARIABLE = /\$\{([A-Za-z_][\w.-]*)\}/g

/** Puts values in the place of `${NAME}`, wherever it stands; names without a value stay as they are. Says which were not used. */
export function define(script: string, values: Record<string, string>): { text: string; unused: string[] } {
  const used = new Set<string>()
  const text = script.replace(VARIABLE, (variable: string, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined
    if (value === undefined) return variable
    used.add(name)
    return value
  })
  return { text, unused: Object.keys(values).filter((name) => !used.has(name)) }
}
