import { spawn } from 'node:child_process'
import { expect, vi } from 'vitest'
import { trackChild } from '../../lab/test-support/child-processes.ts'
import type { LinkProfile } from '../../link/profile.ts'

/** Runs a program of the tests' own in TypeScript. */
export function runProgram(script: string, ...args: string[]) {
  const child = trackChild(
    spawn(process.execPath, ['--import', 'tsx', script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] }),
  )
  let text = ''
  child.stdout.on('data', (data: Buffer) => (text += data.toString()))
  return { child, output: () => text }
}

/** A server of sessions in a process of its own: the addon of data channels keeps the one that has loaded it. */
export class SessionServer {
  readonly origin: string
  readonly stop: () => void

  private constructor(origin: string, stop: () => void) {
    this.origin = origin
    this.stop = stop
  }

  static async start(): Promise<SessionServer> {
    const { child, output } = runProgram('server/test-support/udp-session-server.ts')
    await vi.waitFor(() => expect(output()).toMatch(/^\d+\n/), { timeout: 30_000 })
    return new SessionServer(`http://127.0.0.1:${output().trim()}`, () => void child.kill('SIGKILL'))
  }

  /** The id of a link with seed 7. */
  async makeLink(downlink: LinkProfile['downlink']): Promise<string> {
    const response = await fetch(`${this.origin}/api/links`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ profile: { seed: 7, downlink } }),
    })
    expect(response.status).toBe(201)
    return ((await response.json()) as { readonly id: string }).id
  }
}
