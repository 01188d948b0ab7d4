/** Whether a name is meant by a pattern, in which `*` stands for any characters, none included. */
export function matchesPattern(name: string, pattern: string): boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`, 's').test(name)
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
