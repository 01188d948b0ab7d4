/** Fewer directories than this are listed one by one. */
const FEW = 16
/** Many small directories would take a request each. */
const MOST_GROUPS = 64

/** Prefixes that cover a set of sibling directories, none overlapping another. */
export interface PrefixGroups {
  prefixes: string[]
  /** Whether what lies beside the directories would be listed with them. */
  covers(name: string): boolean
}

/** Covers directories (names with a slash at the end) by themselves when they are few, else by what their names begin with. */
export function groupDirectories(directories: string[]): PrefixGroups {
  const isPlain = directories.every((name) => !/[\ud800-\udfff]/.test(name))
  if (directories.length <= FEW || !isPlain) return { prefixes: directories, covers: () => false }
  let length = sharedLength(directories)
  let prefixes = cut(directories, length)
  for (
    let next = cut(directories, length + 1);
    next.size <= MOST_GROUPS && next.size < directories.length;
    next = cut(directories, length + 1)
  ) {
    length++
    prefixes = next
  }
  return { prefixes: [...prefixes], covers: (name) => prefixes.has(name.slice(0, length)) }
}

function cut(names: string[], length: number): Set<string> {
  return new Set(names.map((name) => name.slice(0, length)))
}

/** How many characters all names begin with alike. */
function sharedLength(names: string[]): number {
  const [first = ''] = names
  let length = first.length
  for (const name of names) while (!name.startsWith(first.slice(0, length))) length--
  return length
}
