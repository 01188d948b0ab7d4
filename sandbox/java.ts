import { spawnSync } from 'node:child_process'
import { basename } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { startChild } from './child-process.js'

const LONGEST_REASON = 400

/** Null when there is a Java to run Flink with, otherwise one line. */
export function missingJava(): string | null {
  return answers('java', '-version') ? null : 'A real Flink needs Java 17 (11 up to Flink 1.20): no `java` on the PATH.'
}

/** Null when Flink can be fetched, otherwise one line. */
export function missingMaven(): string | null {
  return answers('mvn', '-v')
    ? null
    : 'Flink is brought by Maven: no `mvn` on the PATH. Install it, or set FLINK_HOME to an unpacked Flink.'
}

/** Whether Java sources can be compiled: a JDK, not only a runtime. */
export function compilerAvailable(): boolean {
  return answers('javac', '-version') && answers('jar', '--version')
}

/** Runs a command to its end; rejects with the last thing it said. */
export async function runTool(command: string, args: readonly string[]): Promise<void> {
  const child = await startChild({ name: basename(command), command, args })
  const code = await child.ended
  if (code !== 0) throw new Error(`${command} failed (${code}): ${firstError(child.output())}`)
}

function firstError(output: string): string {
  const lines = stripVTControlCharacters(output)
    .split('\n')
    .filter((line) => line.trim() !== '')
  return (lines.find((line) => /error/i.test(line)) ?? lines[0] ?? 'it said nothing').slice(0, LONGEST_REASON)
}

function answers(command: string, flag: string): boolean {
  return spawnSync(command, [flag], { stdio: 'ignore' }).status === 0
}
