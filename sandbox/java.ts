import { spawnSync } from 'node:child_process'
import { basename } from 'node:path'
import { startChild } from './child-process.js'

/** Null when a real Flink can run here, otherwise one line that says what is missing. */
export function missingForFlink(env: NodeJS.ProcessEnv = process.env): string | null {
  if (!answers('java', '-version')) return 'A real Flink needs Java 17 (or 11): no `java` on the PATH.'
  if (env.FLINK_HOME === undefined && !answers('mvn', '-v')) {
    return 'Flink is brought by Maven: no `mvn` on the PATH. Install it, or set FLINK_HOME to an unpacked Flink.'
  }
  return null
}

/** Whether a real Flink can run here. */
export function javaAvailable(env: NodeJS.ProcessEnv = process.env): boolean {
  return missingForFlink(env) === null
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
  const lines = output.split('\n').filter((line) => line.trim() !== '')
  return lines.find((line) => /error/i.test(line)) ?? lines[0] ?? 'it said nothing'
}

function answers(command: string, flag: string): boolean {
  return spawnSync(command, [flag], { stdio: 'ignore' }).status === 0
}
