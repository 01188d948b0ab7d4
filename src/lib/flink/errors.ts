import { withoutGiven } from '../given.js'
import { redactText } from './redact.js'
import { cutMessage, cutStack } from './stack.js'

/** Flink answers Java stacks, tens of kilobytes of them. What a person needs is the innermost cause, as one sentence. */

const LONGEST = 600

/** `org.apache.flink.util.FlinkException: `, also several in a row, and the `[` of a cause that came by REST. */
const CLASS_PREFIX = /^\[?(?:[a-z_$][\w$]*\.)+([A-Z][\w$]*):\s+/

const BARE_CLASS = /^(?:[a-z_$][\w$]*\.)+([A-Z][\w$]*):?$/

/** A position the SQL validator gives in the outer exception only. */
const SQL_POSITION = /^(?:From|At) line \d+, column \d+/

const FRAME = /^\s+(?:at |\.\.\. \d+ (?:more|common frames))|^\s*at \[Source: |^\s+Suppressed: /

/** The innermost cause of a Java stack trace as one sentence, without class names and secrets. */
export function causeOf(stack: string): string {
  const causes = messagesOf(stack)
  const innermost = causes.at(-1) ?? ''
  const positioned = causes.find((cause) => SQL_POSITION.test(cause) && cause.endsWith(innermost))
  return sentence(positioned ?? innermost)
}

/** The outermost message of a Java stack trace. */
export function firstLineOf(stack: string): string {
  return sentence(messagesOf(stack)[0] ?? '')
}

/** The reason in `{"errors": [...]}`: the last entry has it; the one before may be "Internal server error." */
export function causeOfErrors(errors: string[]): string {
  return causeOf(errors.at(-1) ?? '')
}

/** One message for the exception itself and one for each `Caused by:`, outermost first. */
function messagesOf(stack: string): string[] {
  const text = cutStack(stack)
    .trim()
    .replace(/^<Exception on server side:\s*/, '')
    .replace(/End of exception on server side>$/, '')
  return text
    .split(/\n(?=Caused by: )/)
    .map((part) => messageOf(cutMessage(part)))
    .filter((message) => message !== '')
}

function messageOf(part: string): string {
  const lines = part.replace(/^Caused by: /, '').split('\n')
  const end = lines.findIndex((line) => FRAME.test(line))
  const message = (end < 0 ? lines : lines.slice(0, end)).join('\n')
  return withoutClass(message.split('Was expecting')[0]?.trim() ?? '')
}

/** `ClassNotFoundException: probe.Nope` and a bare `NullPointerException` keep their word, or nothing would be left to understand. */
function withoutClass(message: string): string {
  const bare = BARE_CLASS.exec(message)?.[1]
  return bare ?? withoutPrefix(message)
}

function withoutPrefix(message: string): string {
  let rest = message
  let last: string | undefined
  for (let match = CLASS_PREFIX.exec(rest); match !== null; match = CLASS_PREFIX.exec(rest)) {
    rest = rest.slice(match[0].length).trim()
    last = match[1]
  }
  return last === undefined || /\s/.test(rest) ? rest : `${last}: ${rest}`
}

/** The first paragraph on one line. */
function sentence(message: string): string {
  const paragraph =
    withoutGiven(message)
      .slice(0, 4 * LONGEST)
      .split(/\n\s*\n/)[0] ?? ''
  const line = redactText(paragraph.replace(/\s+/g, ' ').trim())
  if (line === '') return 'no reason was given'
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}...` : line
}
