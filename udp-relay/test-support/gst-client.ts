import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { TestContext } from 'vitest'
import { trackChild } from '../../lab/test-support/child-processes.ts'
import { PYTHON } from './gst-python.ts'

const SCRIPT = join(import.meta.dirname, 'gst-rtsp-client.py')

/** GStreamer's rtspsrc, which is told what to do. */
export type GstClient = {
  tell(order: 'pause' | 'play' | `seek ${number}`): void
  /** Resolves with the next line that begins so; rejects when it fails or ends before. */
  said(word: 'began' | 'playing' | 'paused' | 'seeked' | 'frames'): Promise<string>
}

/** Plays the picture and the sound of an address. It ends with the test. */
export function startGstClient(
  context: Pick<TestContext, 'onTestFinished'>,
  url: string,
  protocols: 'udp' | 'tcp' | 'udp-mcast',
): GstClient {
  const child = trackChild(spawn(PYTHON, [SCRIPT, url, protocols], { stdio: ['pipe', 'pipe', 'pipe'] }))
  context.onTestFinished(() => void child.kill('SIGKILL'))
  child.stdin.on('error', () => {}) // it has ended, which `said` tells
  let complaints = ''
  child.stderr.on('data', (bytes: Buffer) => (complaints += bytes.toString()))
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  return {
    tell: (order) => void child.stdin.write(`${order}\n`),
    said: async (word) => {
      for (;;) {
        const { value: line = '', done } = await lines.next()
        if (line.startsWith(word)) return line
        if (done || line.startsWith('failed'))
          throw new Error(`GStreamer ended instead of "${word}": ${line} ${complaints}`)
      }
    },
  }
}
