import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'

/** A server that this program started for itself, as it is shipped. */
export type OwnServer = {
  readonly url: string
  readonly rtspUrl: string
  readonly pid: number
  stop(): Promise<void>
}

const START_MS = 30_000
const STOP_MS = 10_000

/** `program`: the arguments of Node that run `weir`. It takes free ports of 127.0.0.1, stands in its media folder so that
 *  nobody's weir.yaml is read, and ends with this process. Rejects with what it said when it does not start. */
export async function startOwnServer(
  program: readonly string[],
  mediaFolder: string,
  { args = [], env = {} }: { readonly args?: readonly string[]; readonly env?: NodeJS.ProcessEnv },
): Promise<OwnServer> {
  const ports = ['--port', '0', '--rtsp-port', '0', '--rtp-port', '0']
  const child = spawn(process.execPath, [...program, 'serve', ...ports, '--media', mediaFolder, ...args], {
    cwd: mediaFolder,
    env: { ...process.env, INIT_CWD: mediaFolder, WEIR_LOG_LEVEL: 'warn', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const killNow = (): void => void child.kill('SIGKILL')
  process.once('exit', killNow)
  child.once('exit', () => process.off('exit', killNow))
  const addresses = await printedAddresses(child)
  return { ...addresses, pid: child.pid ?? 0, stop: () => stop(child) }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const killer = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
  await ended
  clearTimeout(killer)
}

function printedAddresses(child: ChildProcess): Promise<{ readonly url: string; readonly rtspUrl: string }> {
  let said = ''
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => {
      child.kill('SIGKILL')
      reject(new Error(`the server ${why}; it said:\n${said.slice(-2000)}`))
    }
    const timer = setTimeout(() => fail(`told no addresses within ${START_MS} ms`), START_MS)
    child.once('error', reject)
    child.once('exit', (code) => fail(`ended with ${code} before it listened`))
    const listen = (bytes: Buffer): void => {
      if (said.length < 100_000) said += bytes.toString()
      const url = /https?:\/\/[^\s/"]+:\d+(?=[\s/"])/.exec(said)?.[0]
      const rtspUrl = /rtsp:\/\/[^\s/"]+:\d+(?=[\s/"])/.exec(said)?.[0]
      if (url === undefined || rtspUrl === undefined) return
      clearTimeout(timer)
      resolve({ url, rtspUrl })
    }
    child.stdout?.on('data', listen)
    child.stderr?.on('data', listen)
  })
}
