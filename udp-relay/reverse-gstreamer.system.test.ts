import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { matrix } from '../lab/test-support/long-run.ts'
import { runClient } from '../lab/test-support/run-client.ts'
import { nalType, nalTypes } from '../protocol/h264.ts'
import { demuxMpegTs } from '../protocol/mpeg-ts-demuxer.ts'
import { startClipRelay } from './test-support/clip-relay.ts'
import { needsGstPython, PYTHON } from './test-support/gst-python.ts'
import { makePackageClip } from './test-support/package-clip.ts'

const clip = makePackageClip() // 6 s, a keyframe each 2 s
const client = join(import.meta.dirname, 'test-support/gst-reverse-client.py')

/** Sent before the seek, and still in GStreamer's UDP socket when it begins anew: half a second of them on a busy machine. */
const LEFT_PICTURES = 12

/** Of each keyframe the SHA-1 of its slices, in their order. Those that were shown going forward tell less: a busy machine
 *  leaves out some. */
const keyframes = clip.segments.flatMap((bytes) => {
  const ts = demuxMpegTs(bytes)
  if (!ts.ok) throw new Error(ts.fault.code)
  return ts.value.video.flatMap(({ nals }) => {
    const slices = nals.filter((nal) => nalType(nal) === nalTypes.idrSlice)
    return slices.length === 0 ? [] : [createHash('sha1').update(Buffer.concat(slices)).digest('hex')]
  })
})

type Pictures = readonly (readonly [sha1: string, shownSeconds: number])[]

for (const { transport, rate } of matrix([
  { transport: 'udp', rate: -1 },
  { transport: 'tcp', rate: -2 },
  { transport: 'tcp', rate: -1 },
  { transport: 'udp', rate: -2 },
])) {
  test.concurrent(`GStreamer shows over ${transport} what a seek of rate ${rate} asks for, in its time, to the goodbye`, async (context) => {
    needsGstPython(context, 'GstSdp')
    const { url } = await startClipRelay(context, clip)
    const run = await runClient(PYTHON, [client, url, transport, '4.5', String(rate)], { timeoutMs: 60_000 })
    const { backward, complaints } = JSON.parse(run.stdout) as {
      readonly backward: Pictures
      readonly complaints: readonly string[]
    }
    expect(complaints).toEqual([])
    const leftPictures = transport === 'udp' ? backward.findIndex(([sha1]) => sha1 === keyframes[2]) : 0
    expect(leftPictures).toBeLessThanOrEqual(LEFT_PICTURES)
    const sought = backward.slice(leftPictures)
    expect(sought.map(([sha1]) => sha1)).toEqual(keyframes.toReversed())
    const shownSeconds = sought.map(([, atSeconds]) => atSeconds - (sought[0]?.[1] ?? 0))
    const apartSeconds = 2 / Math.abs(rate)
    for (const [place, atSeconds] of shownSeconds.entries()) {
      expect(Math.abs(atSeconds - place * apartSeconds)).toBeLessThan(0.5)
    }
  })
}
