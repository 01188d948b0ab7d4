/** An answer that is not what was asked for; `problem` as in `brokenAnswer`. */
export class BrokenListing extends Error {
  readonly problem: string

  constructor(problem: string) {
    super(problem)
    this.problem = problem
  }
}

const NAMED: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/** Text of an XML element as it was meant: the five named entities and character numbers. Any other entity is an error. */
export function unescapeXml(text: string): string {
  return text.includes('&') ? text.replace(/&([^;&]*)(;?)/g, (_, entity: string, end: string) => character(entity, end)) : text
}

function character(entity: string, end: string): string {
  const number = /^#(?:x([0-9a-f]{1,6})|(\d{1,7}))$/i.exec(entity)
  const code = number === null ? Number.NaN : Number.parseInt(number[1] ?? number[2] ?? '', number[1] === undefined ? 10 : 16)
  const found = code <= 0x10ffff ? String.fromCodePoint(code) : NAMED[entity]
  if (found === undefined || end === '') throw new BrokenListing(`it has the unknown entity &${entity.slice(0, 20)};`)
  return found
}

/** A name with `Encoded="true"`: percent-encoded, because XML cannot carry it. */
export function decodeName(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new BrokenListing('a name is badly encoded')
  }
}
