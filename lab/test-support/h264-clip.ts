import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'vitest'
import { needs } from './clients.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { demuxMpegTs } from '../../protocol/mpeg-ts-demuxer.ts'
import { outlineSegment, type OutlineFrame } from '../../protocol/outline.ts'
import { packetiseRtpH264, planRtpH264 } from '../../protocol/rtp-h264.ts'
import { RTP_HEADER_BYTES, type RtpPacket } from '../../protocol/rtp.ts'

export type Clip = { readonly frames: readonly OutlineFrame[]; readonly packets: readonly RtpPacket[] }

export const MAX_RTP_BYTES = 300 // small, so that a small picture has many packets

/** Two seconds that ffmpeg encodes, as an outline's frames and as the packets of a stream that is about to wrap. */
export function makeClip(context: TestContext, x264Params: string): Clip {
  const file = join(temporaryFolder(context), 'clip.ts')
  const source = ['-f', 'lavfi', '-i', 'testsrc2=size=160x96:rate=24:duration=2']
  const codec = ['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '26', '-x264-params', x264Params]
  execFileSync(needs(context, 'ffmpeg'), ['-v', 'error', ...source, ...codec, '-threads', '1', '-f', 'mpegts', file])
  const ts = demuxMpegTs(readFileSync(file))
  if (!ts.ok) throw new Error(`ffmpeg's clip is unreadable: ${ts.fault.code}`)

  const place = { uri: 'clip.ts', sizeBytes: 0, startSeconds: 0, durationSeconds: 2 }
  const { frames } = outlineSegment(ts.value, { ...place, originTicks: ts.value.video[0]?.ptsTicks ?? 0 })
  let sequenceNumber = 0xff80
  const packets = frames.flatMap((frame, index) => {
    const nals = ts.value.video[index]?.nals ?? []
    const payloads = packetiseRtpH264(nals, planRtpH264(frame.nalSizesBytes, MAX_RTP_BYTES - RTP_HEADER_BYTES))
    return payloads.map((payload, part) => ({
      marker: part === payloads.length - 1,
      payloadType: 96,
      sequenceNumber: sequenceNumber++ & 0xffff,
      timestampTicks: rtpTimestamp(frame),
      ssrc: 7,
      payload,
    }))
  })
  return { frames, packets }
}

/** A clock that wraps half a second into the clip. */
export function rtpTimestamp({ ptsTicks }: OutlineFrame): number {
  return (0xffff_ffff - 45_000 + ptsTicks) >>> 0
}
