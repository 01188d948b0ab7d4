import { setMaxListeners } from 'node:events'
import { Command, Errors, type Interfaces } from '@oclif/core'
import { createContext } from '../context.js'
import { EXIT, FlinkopsError } from '../errors.js'
import { withoutGiven } from '../given.js'
import { jsonPieces } from '../large-json.js'
import { failureOf, interrupted } from './failure.js'
import { describeFailure } from './failure-output.js'
import { baseFlags } from './flags.js'
import { wantsJson } from './json-wanted.js'
import { Progress } from './progress.js'
import { ask } from './prompt.js'
import { detectStreams, type Streams } from './streams.js'
import { type OutputFormat, renderTable, type Table } from './table.js'
import { jsonToStdout, toStderr, toStdout } from './terminal.js'
import { typedPaths } from './typed-paths.js'
import type { Screen } from './window.js'

type Flags = Interfaces.OutputFlags<Interfaces.FlagInput>
type Args = Interfaces.OutputArgs<Interfaces.ArgInput>
type BaseFlags = Interfaces.InferredFlags<typeof baseFlags>

/** Streams, JSON, Ctrl-C, `--timeout` and exit codes, the same for every command. */
export abstract class BaseCommand extends Command {
  static override enableJsonFlag = true
  static override baseFlags = baseFlags

  protected streams: Streams = detectStreams(false)
  protected readonly warnings: string[] = []
  readonly #abort = new AbortController()
  #timer: NodeJS.Timeout | undefined
  #quiet = false
  #format: OutputFormat | undefined
  #typedPaths: readonly string[] = []
  #progress: Progress | undefined

  /** Ends every wait and request: Ctrl-C (exit 130) or `--timeout` (exit 8). */
  protected get signal(): AbortSignal {
    return this.#abort.signal
  }

  protected get progress(): Progress {
    this.#progress ??= new Progress(this.streams, this.#quiet || this.jsonEnabled())
    return this.#progress
  }

  protected override async init(): Promise<void> {
    await super.init()
    // As many requests as are in flight listen to it.
    setMaxListeners(0, this.#abort.signal)
    process.on('SIGINT', this.#onInterrupt)
    process.on('SIGTERM', this.#onInterrupt)
  }

  readonly #onInterrupt = () => {
    if (this.#abort.signal.aborted) process.exit(EXIT.interrupted)
    this.#abort.abort(interrupted())
  }

  /** Takes over the global flags. */
  protected adopt(flags: BaseFlags): void {
    this.streams = detectStreams(flags['no-color'])
    this.#quiet = flags.quiet
    this.#format = flags.output
    const { timeout } = flags
    if (timeout !== undefined) this.#timer ??= setTimeout(() => this.#abort.abort(timedOut(timeout)), timeout)
  }

  /** What every context needs of a command. */
  protected surroundings() {
    return {
      signal: this.signal,
      onProblem: (problem: Error) => this.notice(problem.message),
      onNotice: (text: string) => this.notice(text),
    }
  }

  /** Remembers which paths were typed: they name accounts, as the configuration does. */
  protected override async parse<F extends Flags, B extends Flags, A extends Args>(
    options?: Interfaces.Input<F, B, A>,
    argv?: string[],
  ): Promise<Interfaces.ParserOutput<F, B, A>> {
    const parsed = await super.parse(options, argv)
    this.#typedPaths = typedPaths(parsed.raw)
    return parsed
  }

  /** Takes over the global flags and builds the context. */
  protected async connect(flags: BaseFlags, more: Parameters<typeof createContext>[0]['flags'] = {}) {
    this.adopt(flags)
    const context = await createContext({
      ...this.surroundings(),
      flags: { ...more, config: flags.config, context: flags.context, jobmanager: flags.jobmanager, paths: this.#typedPaths },
    })
    // The configuration may be read again, later in the same command.
    for (const warning of context.config.warnings) if (!this.warnings.includes(warning)) this.notice(warning)
    return context
  }

  /** A warning of one line: on stderr for a person, in `warnings` for JSON. */
  protected notice(text: string): void {
    this.warnings.push(text)
    if (!this.jsonEnabled()) this.progress.say(`Warning: ${text}`)
  }

  #rowFormat(): Exclude<OutputFormat, 'json'> {
    return this.#format === undefined || this.#format === 'json' ? (this.streams.stdoutTty ? 'table' : 'tsv') : this.#format
  }

  /** The terminal, for an act that is longer than a command should be. */
  protected screen(flags: { 'no-input': boolean }): Screen {
    return {
      streams: this.streams,
      format: this.#rowFormat(),
      print: (text) => {
        this.progress.done()
        this.print(text)
      },
      say: (text) => this.progress.say(text),
      update: (text) => this.progress.update(text),
      notice: (text) => this.notice(text),
      complain: (text) => {
        this.progress.done()
        if (!this.jsonEnabled()) toStderr(`${text}\n`)
      },
      confirm: (question) => this.confirm(question, ['y', 'yes'], flags),
    }
  }

  protected renderTable(table: Table): void {
    if (this.jsonEnabled()) return
    const format = this.#rowFormat()
    const text = renderTable(table, format, this.streams)
    if (text === '' && format === 'table') this.progress.say(table.empty)
    toStdout(text)
  }

  /** Text on stdout; nothing under JSON. */
  protected print(text: string): void {
    if (!this.jsonEnabled()) toStdout(`${text}\n`)
  }

  /** Only with a terminal to ask on; else `null`, and the caller refuses. */
  protected async confirm(question: string, accepted: string[], flags: { 'no-input': boolean }): Promise<boolean | null> {
    const canAsk =
      this.streams.stdinTty &&
      this.streams.stdoutTty &&
      this.streams.stderrTty &&
      !this.jsonEnabled() &&
      !flags['no-input'] &&
      !process.env['CI']
    return canAsk ? ask(question, accepted, this.signal) : null
  }

  override jsonEnabled(): boolean {
    return super.jsonEnabled() || this.#format === 'json' || wantsJson(this.argv)
  }

  /** What is too long for one string, as the plan of millions of deletions, is written on one line and in pieces. */
  override logJson(json: unknown): void {
    try {
      jsonToStdout(`${JSON.stringify(json, null, 2)}\n`)
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      for (const piece of jsonPieces(json)) jsonToStdout(piece)
      jsonToStdout('\n')
    }
  }

  protected override toSuccessJson(result: unknown): unknown {
    return typeof result === 'object' && result !== null ? { ...result, warnings: this.warnings } : result
  }

  protected override async catch(error: Error): Promise<void> {
    this.#progress?.done()
    const failure = failureOf(error, this.signal)
    process.exitCode = failure.exitCode
    if (this.jsonEnabled()) this.logJson({ error: failure })
    else if (error instanceof Errors.ExitError) throw error
    else toStderr(`${describeFailure(failure)}\n`)
    if (failure.code === 'INTERNAL' && /(^|[\s,])(\*|flinkops)/.test(process.env['DEBUG'] ?? ''))
      toStderr(`${withoutGiven(error.stack ?? 'no stack')}\n`)
  }

  protected override async finally(error: Error | undefined): Promise<void> {
    process.off('SIGINT', this.#onInterrupt)
    process.off('SIGTERM', this.#onInterrupt)
    clearTimeout(this.#timer)
    this.#progress?.done()
    await super.finally(error)
  }
}

function timedOut(ms: number): FlinkopsError {
  return new FlinkopsError(`Gave up waiting after ${Math.round(ms / 1000)} s (--timeout).`, {
    code: 'TIMEOUT',
    exitCode: EXIT.stillRunning,
  })
}
