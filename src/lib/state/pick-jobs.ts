/** Whether a name is meant by a pattern, in which `*` stands for any characters, none included. */
export function matchesPattern(name: string, pattern: string): boolean {
  const [first = '', ...others] = pattern.split('*')
  const last = others.pop()
  if (last === undefined) return name === first
  if (name.length < first.length + last.length || !name.startsWith(first) || !name.endsWith(last)) return false
  // Each part where it comes first: a later place leaves no more room for the next.
  let at = first.length
  for (const part of others) {
    const found = name.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return at <= name.length - last.length
}

export interface Picked<T> {
  jobs: T[]
  /** Patterns that mean no job. */
  unmatched: string[]
}

/** Jobs that a person means: by name or by whole job id, all without patterns; `except` takes away. */
export function pickJobs<T extends { jobId: string; name: string }>(jobs: T[], patterns: { only: string[]; except: string[] }): Picked<T> {
  const means = (job: T, pattern: string) => matchesPattern(job.name, pattern) || job.jobId === pattern.toLowerCase()
  const { only, except } = patterns
  const wanted = only.length === 0 ? jobs : jobs.filter((job) => only.some((pattern) => means(job, pattern)))
  return {
    jobs: wanted.filter((job) => !except.some((pattern) => means(job, pattern))),
    unmatched: [...only, ...except].filter((pattern) => !jobs.some((job) => means(job, pattern))),
  }
}
