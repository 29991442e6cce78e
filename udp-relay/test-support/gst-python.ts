import { spawnSync } from 'node:child_process'
import type { TestContext } from 'vitest'

export const PYTHON = '/usr/bin/python3' // Debian's bindings belong to Debian's Python

/** Of the bindings, and of what they drive. */
const packages = {
  Gst: 'gir1.2-gstreamer-1.0',
  GstSdp: 'gir1.2-gst-plugins-base-1.0 gstreamer1.0-plugins-good',
  GstRtspServer: 'gir1.2-gst-rtsp-server-1.0',
} as const

/** Skips the test where this part of GStreamer cannot be had in Python; fails where `WEIR_TEST_ALL=1` asks for every test. */
export function needsGstPython(context: Pick<TestContext, 'skip'>, part: keyof typeof packages): void {
  if (spawnSync(PYTHON, ['-c', `import gi; gi.require_version("${part}", "1.0")`]).status === 0) return
  const reason = `${part} for Python is not on this machine (apt-get install python3-gi ${packages[part]})`
  if (process.env['WEIR_TEST_ALL'] === '1') throw new Error(reason)
  context.skip(reason)
}
