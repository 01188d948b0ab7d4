import type { EmptyStartFacts, Facts } from './facts.js'
import { type Finding, sentence } from './finding.js'

/** Jobs that run without the state that they had: nothing of Flink's says so. */
export function checkStartedEmpty({ emptyStarts }: Facts): Finding[] {
  if (emptyStarts === undefined) return []
  if (emptyStarts.state === 'known') return emptyStarts.value.map(ofJob)
  const text = {
    what: `Whether a job began without its state is not known: ${sentence(emptyStarts.reason)}`,
    why: 'A job that is started anew without a restore path begins empty, and runs as if nothing were missing.',
    fix: 'flinkops list-checkpoints',
  }
  return [{ id: 'started-empty', severity: 'unknown', ...text, source: 'storage' }]
}

function ofJob(one: EmptyStartFacts): Finding {
  const [stop, resume, meant] = linesOf(one)
  return {
    id: 'started-empty',
    severity: 'error',
    what: `${emptyStartWords(one)}.`,
    why: 'Nobody was seen to go on from that snapshot. What the job had counted, joined and remembered until then is not in what it writes now; the longer it runs, the more there is to lose by going back.',
    fix: [stop, resume, '# or, if it was to begin anew:', meant].join('\n'),
    source: `job ${one.jobId}`,
  }
}

/** What happened, as a clause. */
function emptyStartWords({ jobId, name, begunAs, startedAtMs, wayBack, wayBackJobId }: EmptyStartFacts): string {
  const since = `${new Date(startedAtMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`
  const who = begunAs === jobId ? `${name} began empty at ${since}` : `${name} carries on run ${begunAs}, which began empty at ${since}`
  const whose = wayBackJobId === null ? 'an earlier run' : `its run ${wayBackJobId}`
  return `${who}, although ${wayBack} of ${whose} was there`
}

/** The same in sentences, with the way back. */
export function emptyStartSentences(one: EmptyStartFacts): string {
  const [stop, resume, meant] = linesOf(one)
  return `${emptyStartWords(one)}. The way back: ${stop}; ${resume} If it was meant: ${meant}`
}

/** The way back, and the way to say that it was meant. */
function linesOf({ jobId, name, wayBack }: EmptyStartFacts): [string, string, string] {
  return [`flinkops stop ${jobId}`, `flinkops resume ${word(name)} --from ${word(wayBack)}`, `flinkops start --fresh --meant ${jobId}`]
}

/** As a shell reads it as one word. */
function word(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
