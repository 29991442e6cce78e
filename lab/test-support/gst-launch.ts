import type { TestContext } from 'vitest'
import { needs } from './clients.ts'
import { unexpectedLines } from './harmless-lines.ts'
import { runClient, type ClientLimits, type ClientRun } from './run-client.ts'

/** How gst-launch ended, and what it said that counts. */
export type GstEnd = { readonly status: number | null; readonly lines: readonly string[] }

/** Plays a pipeline to its end; white space divides its words. */
export async function runGstLaunch(context: TestContext, pipeline: string, limits: ClientLimits): Promise<GstEnd> {
  return gstEnd(await runClient(needs(context, 'gst-launch-1.0'), ['-q', ...pipeline.split(/\s+/)], limits))
}

/** At the end of a stream gst-launch pauses, and tears down right after. On a busy machine the second interrupts the first in
 *  rtspsrc: what was cancelled before a byte of it was written GStreamer 1.22 reports as an end of file (`writev_bytes` of
 *  gstrtspconnection.c), and exits with 1. Neither counts. */
export function gstEnd({ status, stdout, stderr }: ClientRun): GstEnd {
  const lines = unexpectedLines('gst-launch-1.0', stdout + stderr)
  const hasCutOffItsPause = lines.some((line, at) => pauseFailed.test(line) && lines[at + 1] === NOT_SENT)
  if (!hasCutOffItsPause) return { status, lines }
  const others = lines.filter((line) => line !== NOT_SENT && !ofFailedPause.some((pattern) => pattern.test(line)))
  return { status: status === 1 ? 0 : status, lines: others }
}

const NOT_SENT = 'Could not send message. (Received end-of-file)'
const pauseFailed = /gst_rtspsrc_pause \(\)/
const ofFailedPause = [
  pauseFailed,
  /gst_rtspsrc_try_send \(\)/,
  /^ERROR: from element .*GstRTSPSrc.*: Could not write to resource\.$/,
  /^Additional debug info:$/,
]
