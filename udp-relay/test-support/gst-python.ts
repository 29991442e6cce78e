import { spawnSync } from 'node:child_process'
import type { TestContext } from 'vitest'

export const PYTHON = '/usr/bin/python3' // Debian's bindings belong to Debian's Python

/** Skips the test where this part of GStreamer cannot be had in Python; fails where `WEIR_TEST_ALL=1` asks for every test. */
export function needsGstPython(context: Pick<TestContext, 'skip'>, part: 'Gst' | 'GstRtspServer'): void {
  if (spawnSync(PYTHON, ['-c', `import gi; gi.require_version("${part}", "1.0")`]).status === 0) return
  const get = `apt-get install python3-gi gir1.2-${part === 'Gst' ? 'gstreamer' : 'gst-rtsp-server'}-1.0`
  const reason = `${part} for Python is not on this machine (${get})`
  if (process.env['WEIR_TEST_ALL'] === '1') throw new Error(reason)
  context.skip(reason)
}
