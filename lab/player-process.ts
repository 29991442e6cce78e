import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

export type PlayerProcess = {
  readonly path: string
  readonly args: readonly string[]
  readonly durationMs: number // then it is ended
  readonly signal: AbortSignal
  readonly onLine: (line: string, nowMs: number) => void // of its standard output
}

const KILL_MS = 3000
const SAID_CHARACTERS = 2000

/** Runs somebody's player until it ends, or is ended; says whether it ended by itself and well. Rejects with what it said
 *  where it never began, or failed. */
export async function runPlayer(player: PlayerProcess): Promise<{ readonly hasEnded: boolean }> {
  const { path, args, durationMs, signal, onLine } = player
  signal.throwIfAborted()
  const child = spawn(path, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  const exited = once(child, 'exit') as Promise<[number | null]>
  exited.catch(() => undefined)
  let said = ''
  let isLeft = false
  child.stderr.on('data', (bytes: Buffer) => (said = (said + bytes.toString()).slice(-SAID_CHARACTERS)))
  createInterface({ input: child.stdout }).on('line', (line) => onLine(line, performance.now()))
  const leave = (): void => {
    isLeft = true
    child.kill('SIGINT')
    killer ??= setTimeout(() => child.kill('SIGKILL'), KILL_MS)
  }
  let killer: NodeJS.Timeout | undefined
  const timer = setTimeout(leave, durationMs)
  signal.addEventListener('abort', leave)
  try {
    const [code] = await exited
    signal.throwIfAborted()
    if (!isLeft && code !== 0) throw new Error(`${path} ended with ${code}: ${said.trim()}`)
    return { hasEnded: !isLeft }
  } finally {
    clearTimeout(timer)
    clearTimeout(killer)
    signal.removeEventListener('abort', leave)
  }
}
