import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { onTestFailed, onTestFinished, TestRunner } from 'vitest'
import { isFresh } from '../../build/parts.mjs'
import { trackChild } from './child-processes.ts'
import { repositoryFolder } from './shared-files.ts'
import { TailBuffer } from './tail-buffer.ts'

export type WeirOptions = {
  readonly mediaFolder: string
  readonly args?: readonly string[] // added to those of `serve`
  readonly env?: NodeJS.ProcessEnv
  readonly sample?: boolean // make the sample clip in a new media folder
}

export type WeirProcess = {
  readonly url: string // without a slash at the end
  readonly rtspUrl: string // the same
  readonly pid: number
  log(): string
  /** SIGTERM, as a service manager does; gives the exit code. Like `kill` it rejects when Node has warned of something, such
   *  as a leak. */
  stop(): Promise<number | null>
  /** SIGKILL, as a power cut does. */
  kill(): Promise<void>
}

const START_MS = 20_000
const STOP_MS = 10_000
const LOG_BYTES = 200_000

/** Starts the real server in a process of its own, on free ports of 127.0.0.1, and waits for the addresses that it prints.
 *  It ends with the test that started it, whose failure shows its log; one started outside a test ends with this process. */
export async function startWeir(options: WeirOptions): Promise<WeirProcess> {
  const log = new TailBuffer(LOG_BYTES)
  const child = trackChild(
    spawn(process.execPath, [...weirProgram(), 'serve', ...serveArgs(options)], {
      cwd: options.mediaFolder, // so that nobody's weir.yaml is read
      env: { ...process.env, INIT_CWD: options.mediaFolder, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  )
  const running = runningProcess(child, log)
  if (TestRunner.getCurrentTest() !== undefined) {
    onTestFailed(() => console.error(`--- log of weir ${child.pid}\n${log.text()}`))
    onTestFinished(running.kill)
  }
  return { ...(await printedAddresses(child, log)), ...running }
}

/** The arguments of Node that run `weir`: what was built, if it was built from these sources; else the sources. */
export function weirProgram(): string[] {
  if (isFresh('server')) return [join(repositoryFolder, 'dist/weir.js')]
  return ['--import', import.meta.resolve('tsx'), join(repositoryFolder, 'weir.ts')]
}

function serveArgs({ mediaFolder, sample = false, args = [] }: WeirOptions): string[] {
  const ports = ['--port', '0', '--rtsp-port', '0', '--rtp-port', '0']
  return [...ports, '--media', mediaFolder, ...(sample ? [] : ['--no-sample']), ...args]
}

async function printedAddresses(child: ChildProcess, log: TailBuffer): Promise<{ url: string; rtspUrl: string }> {
  let printed = ''
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => reject(new Error(`weir ${why}; it said:\n${log.text()}`))
    const timer = setTimeout(() => fail(`printed no addresses within ${START_MS} ms`), START_MS)
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      clearTimeout(timer)
      fail(`ended with ${code ?? signal} before it listened`)
    })
    child.stdout?.on('data', function listen(bytes: Buffer) {
      printed += bytes.toString()
      const url = /https?:\/\/[^\s/"]+:\d+(?=[\s/"])/.exec(printed)?.[0]
      const rtspUrl = /rtsp:\/\/[^\s/"]+:\d+(?=[\s/"])/.exec(printed)?.[0]
      if (url === undefined || rtspUrl === undefined) return
      clearTimeout(timer)
      child.stdout?.off('data', listen)
      resolve({ url, rtspUrl })
    })
  })
}

function runningProcess(child: ChildProcess, log: TailBuffer): Omit<WeirProcess, 'url' | 'rtspUrl'> {
  child.stdout?.on('data', (bytes: Buffer) => log.push(bytes))
  let warning: string | undefined
  child.stderr?.on('data', (bytes: Buffer) => {
    log.push(bytes)
    warning ??= /\(node:\d+\) .*Warning: .*/.exec(bytes.toString())?.[0]
  })
  const refuseWarning = (): void => {
    if (warning !== undefined) throw new Error(`expected no warning of Node about weir, got ${warning}`)
  }
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null
  const ended = once(child, 'exit').catch(() => undefined) // an 'error' is told by printedAddresses
  return {
    pid: child.pid ?? 0,
    log: () => log.text(),
    async stop() {
      if (hasEnded()) return child.exitCode
      child.kill('SIGTERM')
      const killer = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
      await ended
      clearTimeout(killer)
      refuseWarning()
      return child.exitCode
    },
    async kill() {
      if (!hasEnded()) child.kill('SIGKILL')
      await ended
      refuseWarning()
    },
  }
}
