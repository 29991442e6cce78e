import { spawn } from 'node:child_process'
import { basename } from 'node:path'
import { clearTimeout, setTimeout } from 'node:timers'
import { trackChild } from './child-processes.ts'
import { TailBuffer } from './tail-buffer.ts'

export type ClientRun = { readonly status: number | null; readonly stdout: string; readonly stderr: string }
export type ClientLimits = {
  readonly timeoutMs: number
  readonly env?: NodeJS.ProcessEnv
  readonly cwd?: string
  readonly signal?: AbortSignal // ends the client as a person would: SIGINT
}

const OUTPUT_BYTES = 1_000_000
const NOBODY = '65534'

/** Runs a client to its end. After `timeoutMs` it is killed and its `status` is null; of each output the last
 *  megabyte is kept. VLC refuses to run as root, so there it runs as nobody: give it files that anyone may write. */
export async function runClient(path: string, args: readonly string[], limits: ClientLimits): Promise<ClientRun> {
  const [file, fileArgs] = withoutRoot(path, args)
  const env = { ...process.env, ...limits.env, ...(file === path ? {} : { HOME: '/tmp' }) }
  const child = trackChild(spawn(file, fileArgs, { stdio: ['ignore', 'pipe', 'pipe'], env, cwd: limits.cwd }))
  const stdout = new TailBuffer(OUTPUT_BYTES)
  const stderr = new TailBuffer(OUTPUT_BYTES)
  child.stdout.on('data', (bytes: Buffer) => stdout.push(bytes))
  child.stderr.on('data', (bytes: Buffer) => stderr.push(bytes))
  const interrupt = (): void => void child.kill('SIGINT')
  limits.signal?.addEventListener('abort', interrupt)
  const timer = setTimeout(() => child.kill('SIGKILL'), limits.timeoutMs)
  try {
    const status = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', resolve)
    })
    return { status, stdout: stdout.text(), stderr: stderr.text() }
  } finally {
    clearTimeout(timer)
    limits.signal?.removeEventListener('abort', interrupt)
  }
}

function withoutRoot(path: string, args: readonly string[]): [string, readonly string[]] {
  if (!basename(path).includes('vlc') || process.getuid?.() !== 0) return [path, args]
  return ['setpriv', [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', path, ...args]]
}
