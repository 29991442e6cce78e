import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'

export type LiveServerOptions = {
  readonly mediaFolder: string // of the library that it serves; nobody else's
  readonly program: readonly string[] // the arguments of Node that run `weir`
  readonly signal: AbortSignal
}

/** A server of the lab's own, in a process of its own, that listens on loopback alone. */
export type LiveServer = {
  readonly url: string // without a slash at the end
  readonly rtspUrl: string // the same
  close(): Promise<void>
}

const START_MS = 30_000
const STOP_MS = 10_000
const SAID_CHARACTERS = 4000

/** The server ends when this process does, however it ends. */
const END_WITH_PARENT = "data:text/javascript,process.on('disconnect',()=>process.kill(process.pid,'SIGTERM'))"

/** The arguments of Node by which this very process was started as `weir`. */
export function ownProgram(): readonly string[] {
  return [...process.execArgv, process.argv[1] ?? '']
}

/** Starts the server and waits for its addresses. Rejects with the signal's reason, or with what the server said. */
export async function startLiveServer({ mediaFolder, program, signal }: LiveServerOptions): Promise<LiveServer> {
  signal.throwIfAborted()
  const ports = ['--host', '127.0.0.1', '--port', '0', '--rtsp-port', '0', '--rtp-port', '0']
  const args = ['--import', END_WITH_PARENT, ...program, 'serve', ...ports, '--media', mediaFolder, '--no-sample']
  const child = spawn(process.execPath, args, {
    cwd: mediaFolder, // so that nobody's weir.yaml is read
    env: { ...process.env, INIT_CWD: mediaFolder, WEIR_LOG_LEVEL: 'warn' },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: true, // an interrupt of the terminal is ours alone to deal with
  })
  const close = (): Promise<void> => stop(child)
  try {
    return { ...(await printedAddresses(child, signal)), close }
  } catch (error) {
    await close()
    throw error
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const killer = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
  await ended
  clearTimeout(killer)
}

function printedAddresses(
  child: ChildProcess,
  signal: AbortSignal,
): Promise<{ readonly url: string; readonly rtspUrl: string }> {
  let said = ''
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => reject(new Error(`the server of the lab ${why}; it said:\n${said}`))
    const timer = setTimeout(() => fail(`told no address within ${START_MS / 1000} s`), START_MS)
    const giveUp = (): void => reject(signal.reason as Error)
    signal.addEventListener('abort', giveUp, { once: true })
    const hear = (bytes: Buffer): void => {
      said = (said + bytes.toString()).slice(-SAID_CHARACTERS)
      const url = /https?:\/\/[^\s/"]+:\d+(?=[\s/"])/.exec(said)?.[0]
      const rtspUrl = /rtsp:\/\/[^\s/"]+:\d+(?=[\s/"])/.exec(said)?.[0]
      if (url === undefined || rtspUrl === undefined) return
      clearTimeout(timer)
      signal.removeEventListener('abort', giveUp)
      resolve({ url, rtspUrl })
    }
    child.stdout?.on('data', hear)
    child.stderr?.on('data', hear) // read to the end, so that the server never waits for us
    child.once('error', reject)
    child.once('exit', (code, name) => {
      clearTimeout(timer)
      fail(`ended with ${code ?? name}`)
    })
  })
}
