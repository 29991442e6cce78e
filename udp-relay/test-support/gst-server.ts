import { spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import type { TestContext } from 'vitest'
import { trackChild } from '../../lab/test-support/child-processes.ts'

export const PYTHON = '/usr/bin/python3' // Debian's bindings belong to Debian's Python
const SCRIPT = join(import.meta.dirname, 'gst-rtsp-server.py')
const START_MS = 60_000 // the first start on a machine looks through all plugins

export type GstWish = 'shared' | 'digest' | 'basic' | 'rtx'

const packages = {
  GstRtspServer: 'gir1.2-gst-rtsp-server-1.0',
  GstSdp: 'gir1.2-gst-plugins-base-1.0 gstreamer1.0-plugins-good',
} as const

/** Skips the test where gst-rtsp-server is not on this machine; fails where `WEIR_TEST_ALL=1` asks for every test. */
export function needsGstServer(context: Pick<TestContext, 'skip'>): void {
  needsGstBindings(context, 'GstRtspServer')
}

/** The same for what Python is to drive of GStreamer. */
export function needsGstBindings(context: Pick<TestContext, 'skip'>, part: keyof typeof packages): void {
  const bindings = `import gi; gi.require_version("${part}", "1.0")`
  if (spawnSync(PYTHON, ['-c', bindings]).status === 0) return
  const reason = `${part} is not on this machine (apt-get install python3-gi ${packages[part]})`
  if (process.env['WEIR_TEST_ALL'] === '1') throw new Error(reason)
  context.skip(reason)
}

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
