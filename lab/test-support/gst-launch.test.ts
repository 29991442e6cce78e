import { expect, test } from 'vitest'
import { gstEnd } from './gst-launch.ts'

const failedIn = (
  place: string,
  why: string,
): string => `ERROR: from element /GstPipeline:pipeline0/GstRTSPSrc:s: Could not write to resource.
Additional debug info:
../gst/rtsp/gstrtspsrc.c(6766): ${place} (): /GstPipeline:pipeline0/GstRTSPSrc:s:
Could not send message. (${why})
`

test('gstEnd leaves out a PAUSE that was cut off by its own TEARDOWN, and nothing else', () => {
  const cutOff =
    failedIn('gst_rtspsrc_try_send', 'Received end-of-file') + failedIn('gst_rtspsrc_pause', 'Received end-of-file')
  const run = { status: 1, stdout: '', stderr: cutOff }
  expect(gstEnd(run)).toEqual({ status: 0, lines: [] })
  expect(gstEnd({ ...run, stdout: 'WARNING: late\n' })).toEqual({ status: 0, lines: ['WARNING: late'] })
  expect(gstEnd({ ...run, status: null })).toEqual({ status: null, lines: [] })
  const inPlay = { ...run, stderr: failedIn('gst_rtspsrc_play', 'Received end-of-file') }
  expect(gstEnd(inPlay)).toMatchObject({ status: 1, lines: { length: 4 } })
  const broken = { ...run, stderr: failedIn('gst_rtspsrc_pause', 'System error') }
  expect(gstEnd(broken)).toMatchObject({ status: 1, lines: { length: 4 } })
})
