import { spawn, type ChildProcess } from 'node:child_process'
import { setPriority } from 'node:os'
import type { Readable, Writable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'

const KEPT_OF_STDERR_CHARACTERS = 8192
const GRACE_MS = 3000 // between asking a child to end and ending it

export type ChildOptions = {
  readonly cwd?: string
  readonly signal?: AbortSignal // honoured before the child exists, too
  readonly onStdout?: (text: string) => void // in place of collecting it
  readonly onStdoutBytes?: (bytes: Uint8Array) => void // in place of reading it as text
  readonly onStderr?: (text: string) => void // besides keeping its end
  readonly onSideChannel?: (text: string) => void // what the child writes to descriptor 3
  readonly onProcess?: (pid: number) => void
  readonly onStdin?: (stdin: Writable) => void // absent: the child has nothing to read
}

/** A child that ended in another way than with exit code 0. */
export class ChildFailed extends Error {
  readonly stderrTail: string

  constructor(program: string, ending: string, stderrTail: string) {
    super(`${program} ended with ${ending}: ${stderrTail.trim().split('\n').at(-1) ?? ''}`)
    this.name = 'ChildFailed'
    this.stderrTail = stderrTail
  }
}

/** Runs a program to its end and gives its standard output. Rejects with ChildFailed, with the error of a program that
 *  does not start, or with the signal's reason: then the child was sent SIGTERM, after 3 s SIGKILL, and has ended. */
export async function runChild(program: string, args: readonly string[], options: ChildOptions = {}): Promise<string> {
  const { signal } = options
  signal?.throwIfAborted()
  const input = options.onStdin === undefined ? 'ignore' : 'pipe'
  const child = spawn(program, args, { cwd: options.cwd, env: childEnv(), stdio: [input, 'pipe', 'pipe', 'pipe'] })
  if (child.pid !== undefined) options.onProcess?.(child.pid)
  if (child.stdin !== null) options.onStdin?.(child.stdin)
  const stopKilling = killOnAbort(child, signal)
  try {
    return await outputOf(child, program, options)
  } finally {
    stopKilling()
    signal?.throwIfAborted()
  }
}

const BACKGROUND_PRIORITY = 10 // "nice": whoever plays comes first

/** For a child's `onProcess`: all else of the machine comes first. */
export function stepBack(pid: number): void {
  try {
    setPriority(pid, BACKGROUND_PRIORITY)
  } catch {} // it has ended already, or the system has no such thing: then it is as others are
}

/** The static ffprobe of 2023 dies of SIGSEGV when glibc finds the system's character sets, which it loads for a
 *  transport stream's service name; without them the name stays as it is. */
function childEnv(): NodeJS.ProcessEnv {
  return { ...process.env, GCONV_PATH: '/nonexistent' }
}

async function outputOf(child: ChildProcess, program: string, options: ChildOptions): Promise<string> {
  const ended = new Promise<string>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, killedBy) => resolve(killedBy ?? `exit code ${code}`))
  })
  let stdout = ''
  let stderrTail = ''
  if (options.onStdoutBytes !== undefined) child.stdout?.on('data', options.onStdoutBytes)
  else follow(child.stdout, options.onStdout ?? ((told) => (stdout += told)))
  follow(child.stderr, (told) => {
    stderrTail = (stderrTail + told).slice(-KEPT_OF_STDERR_CHARACTERS)
    options.onStderr?.(told)
  })
  follow(child.stdio[3] as Readable, options.onSideChannel ?? (() => {}))
  const ending = await ended
  if (ending !== 'exit code 0') throw new ChildFailed(program, ending, stderrTail)
  return stdout
}

function follow(stream: Readable | null, listener: (text: string) => void): void {
  const decoder = new StringDecoder('utf8')
  stream?.on('data', (bytes: Buffer) => listener(decoder.write(bytes)))
}

function killOnAbort(child: ChildProcess, signal: AbortSignal | undefined): () => void {
  let timer: NodeJS.Timeout | undefined
  const end = (): void => {
    child.kill('SIGTERM')
    timer = setTimeout(() => child.kill('SIGKILL'), GRACE_MS)
  }
  signal?.addEventListener('abort', end, { once: true })
  return () => {
    signal?.removeEventListener('abort', end)
    clearTimeout(timer)
  }
}
