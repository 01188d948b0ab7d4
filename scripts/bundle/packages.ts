import type { Metafile } from 'esbuild'

/** By file of `dist`: the packages that have code in it, as folders of `node_modules`. */
type Packages = Record<string, string[]>

export function packagesByFile(metafile: Metafile): Packages {
  const entries = Object.entries(metafile.outputs).map(([file, { inputs }]): [string, string[]] => [
    file.replace(/^dist\//, ''),
    distinct(Object.keys(inputs).flatMap((input) => folderOf(input) ?? [])),
  ])
  return Object.fromEntries(entries.sort(([a], [b]) => inOrder(a, b)))
}

/** Each package once. */
export function namesOf(packages: Packages): string[] {
  return distinct(Object.values(packages).flat())
}

function distinct(names: string[]): string[] {
  return [...new Set(names)].sort(inOrder)
}

function inOrder(a: string, b: string): number {
  return a < b ? -1 : 1
}

function folderOf(input: string): string | undefined {
  return /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0]
}
