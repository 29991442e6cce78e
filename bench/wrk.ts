import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

export type WrkResult = { readonly requestsPerSecond: number; readonly p99Ms: number }

export type WrkOptions = {
  readonly url: string
  readonly connections: number
  readonly seconds: number
  readonly script?: string // a Lua file
}

/** Loads an address by wrk with one thread. Throws when any answer was not 200, or any connection failed. */
export async function wrk({ url, connections, seconds, script }: WrkOptions): Promise<WrkResult> {
  const scriptArgs = script === undefined ? [] : ['-s', script]
  const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '--latency', '--timeout', '10s', ...scriptArgs, url]
  const { stdout } = await run('wrk', args)
  const wrong = /^\s*(?:Non-2xx.*|Socket errors: .*)$/m.exec(stdout)?.[0]
  if (wrong !== undefined) throw new Error(`${url}: ${wrong.trim()}`)
  const [, latency = '', unit = ''] = /^\s*99%\s+([\d.]+)(us|ms|s)$/m.exec(stdout) ?? []
  const requests = /^Requests\/sec:\s+([\d.]+)$/m.exec(stdout)?.[1]
  if (requests === undefined || latency === '') throw new Error(`wrk printed what cannot be read:\n${stdout}`)
  return { requestsPerSecond: Number(requests), p99Ms: Number(latency) * MS_OF[unit as keyof typeof MS_OF] }
}

const MS_OF = { us: 0.001, ms: 1, s: 1000 }

/** Whether a program can be run here. */
export async function isInstalled(program: string, flag: string): Promise<boolean> {
  try {
    await run(program, [flag])
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ENOENT' // wrk tells its version and fails
  }
}
