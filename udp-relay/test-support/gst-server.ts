import { spawn } from 'node:child_process'
import { join } from 'node:path'
import type { TestContext } from 'vitest'
import { trackChild } from '../../lab/test-support/child-processes.ts'
import { PYTHON } from './gst-python.ts'

const SCRIPT = join(import.meta.dirname, 'gst-rtsp-server.py')
const START_MS = 60_000 // the first start on a machine looks through all plugins

export type GstWish = 'shared' | 'digest' | 'basic' | 'rtx'

/** A gst-rtsp-server with the presentation that `launch` describes; gives its port. It ends with the test. */
export async function startGstServer(
  context: Pick<TestContext, 'onTestFinished'>,
  launch: string,
  wishes: readonly GstWish[] = [],
): Promise<number> {
  const child = trackChild(spawn(PYTHON, [SCRIPT, launch, ...wishes], { stdio: ['pipe', 'pipe', 'pipe'] }))
  context.onTestFinished(() => void child.kill('SIGKILL'))
  return new Promise((resolve, reject) => {
    let complaints = ''
    const timer = setTimeout(() => reject(new Error(`gst-rtsp-server has no port: ${complaints}`)), START_MS)
    child.stderr.on('data', (bytes: Buffer) => (complaints += bytes.toString()))
    child.once('exit', () => reject(new Error(`gst-rtsp-server ended: ${complaints}`)))
    child.stdout.once('data', (bytes: Buffer) => {
      clearTimeout(timer)
      resolve(Number(bytes.toString().trim()))
    })
  })
}
