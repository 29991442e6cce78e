import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findClient } from '../../lab/test-support/clients.ts'
import { aacCodecString, encodeAudioSpecificConfig } from '../../protocol/aac.ts'
import { nalType, nalTypes } from '../../protocol/h264.ts'
import { h264CodecString, readSps } from '../../protocol/h264-sps.ts'
import { demuxMpegTs, type TsSegment } from '../../protocol/mpeg-ts-demuxer.ts'
import { outlineSegment, type Outline, type OutlineSegment } from '../../protocol/outline.ts'
import type { OpenPresentation } from '../presentation-source.ts'

/** A package as the segmenter makes it, small: 6 s in segments of 4 and 2 s, keyframes each 2 s, B-frames, AAC. */
export type PackageClip = { readonly outline: Outline; readonly segments: readonly Uint8Array[] }

export const CLIP_SECONDS = 6
export const CLIP_FRAMES = 150

type ClipOptions = { readonly noiseBitsPerSecond?: number; readonly bFrames?: number }

/** `noiseBitsPerSecond`: with pictures of noise, as many bits of it. */
export function makePackageClip({ noiseBitsPerSecond, bFrames = 2 }: ClipOptions = {}): PackageClip {
  const folder = mkdtempSync(join(tmpdir(), 'weir-relay-clip-'))
  try {
    encode(folder, noiseBitsPerSecond, bFrames)
    const names = readdirSync(folder).filter((name) => name.endsWith('.ts'))
    return packageOf(names.sort().map((name) => readFileSync(join(folder, name))))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function encode(folder: string, noiseBitsPerSecond: number | undefined, bFrames: number): void {
  const picture = ['-f', 'lavfi', '-i', `testsrc2=size=320x240:rate=25:duration=${CLIP_SECONDS}`]
  const sound = ['-f', 'lavfi', '-i', `sine=frequency=440:sample_rate=44100:duration=${CLIP_SECONDS}`]
  const video = [
    '-c:v',
    'libx264',
    '-preset',
    'veryfast',
    '-bf',
    `${bFrames}`,
    '-g',
    '50',
    '-sc_threshold',
    '0',
    '-pix_fmt',
    'yuv420p',
  ]
  const noise =
    noiseBitsPerSecond === undefined ? [] : ['-vf', 'noise=alls=80:allf=t', '-b:v', String(noiseBitsPerSecond)]
  const audio = ['-c:a', 'aac', '-b:a', '64k', '-ac', '2']
  const hls = ['-f', 'hls', '-hls_time', '4', '-hls_list_size', '0', '-hls_segment_filename', join(folder, '%05d.ts')]
  const ffmpeg = findClient('ffmpeg') ?? 'ffmpeg'
  execFileSync(ffmpeg, [
    '-v',
    'error',
    ...picture,
    ...sound,
    ...video,
    ...noise,
    ...audio,
    ...hls,
    join(folder, 'index.m3u8'),
  ])
}

function packageOf(segments: readonly Uint8Array[]): PackageClip {
  const demuxed = segments.map((bytes) => {
    const ts = demuxMpegTs(bytes)
    if (!ts.ok) throw new Error(`ffmpeg's segment is unreadable: ${ts.fault.code}`)
    return ts.value
  })
  const first = demuxed[0] as TsSegment
  const originTicks = Math.min(...first.video.slice(0, 5).map(({ ptsTicks }) => ptsTicks))
  const outlines: OutlineSegment[] = []
  for (const [index, ts] of demuxed.entries()) {
    const durationSeconds = ts.video.length / 25
    const startSeconds = outlines.reduce((sum, segment) => sum + segment.durationSeconds, 0)
    const uri = `${String(index).padStart(5, '0')}.ts`
    const sizeBytes = segments[index]?.length ?? 0
    outlines.push(outlineSegment(ts, { uri, sizeBytes, originTicks, startSeconds, durationSeconds }))
  }
  return { segments, outline: outlineOf(first, originTicks, outlines) }
}

function outlineOf({ video, adts }: TsSegment, originTicks: number, segments: readonly OutlineSegment[]): Outline {
  const find = (type: number): Uint8Array => video[0]?.nals.find((nal) => nalType(nal) === type) ?? new Uint8Array(0)
  const sps = readSps(find(nalTypes.sps))
  if (!sps.ok || adts === undefined) throw new Error('ffmpeg left out SPS or sound')
  return {
    format: 'weir-outline',
    version: 1,
    variant: '240p',
    originTicks,
    video: {
      codec: h264CodecString(sps.value),
      widthPixels: 320,
      heightPixels: 240,
      framesPerSecond: 25,
      spsBase64: Buffer.from(find(nalTypes.sps)).toString('base64'),
      ppsBase64: Buffer.from(find(nalTypes.pps)).toString('base64'),
    },
    audio: {
      codec: aacCodecString(adts),
      sampleRateHz: adts.sampleRateHz,
      channelCount: adts.channelCount,
      samplesPerFrame: adts.samplesPerFrame,
      audioSpecificConfigHex: Buffer.from(encodeAudioSpecificConfig(adts)).toString('hex'),
    },
    segments,
    ended: true,
  }
}

/** The clip as the library would open it; `outline` and `readSegment` may be others. */
export function presentationOf(clip: PackageClip, changes: Partial<OpenPresentation> = {}): OpenPresentation {
  return {
    packageKey: `clip/${clip.outline.variant}`,
    title: 'A clip',
    variant: clip.outline.variant,
    outline: () => clip.outline,
    readSegment: (index) => Promise.resolve(clip.segments[index] as Uint8Array),
    close: () => {},
    ...changes,
  }
}
