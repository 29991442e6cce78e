import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { BufferSource, EncodedPacketSink, Input, MPEG_TS, type EncodedPacket } from 'mediabunny'
import { expect, test, type TestContext } from 'vitest'
import { needs } from '../lab/test-support/clients.ts'
import { sharedFile } from '../lab/test-support/shared-files.ts'
import { temporaryFolder } from '../lab/test-support/temporary-folder.ts'
import { frameKind, nalType } from './h264.ts'
import type { VideoCodec } from './nal-syntax.ts'
import { demuxMpegTs, type TsSegment } from './mpeg-ts-demuxer.ts'

const TICKS_PER_SECOND = 90_000
const ADTS_BYTES = 7

/** Two seconds with B-frames, sound, and two IDRs. */
function makeClip(context: TestContext): string {
  const ffmpeg = needs(context, 'ffmpeg')
  const file = join(temporaryFolder(context), 'clip.ts')
  const picture = ['-f', 'lavfi', '-i', 'testsrc=size=320x240:rate=30']
  const sound = ['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=44100']
  const video = ['-c:v', 'libx264', '-preset', 'veryfast', '-bf', '2', '-g', '30', '-pix_fmt', 'yuv420p']
  const output = ['-t', '2', ...video, '-c:a', 'aac', '-f', 'mpegts', file]
  execFileSync(ffmpeg, ['-loglevel', 'error', ...picture, ...sound, ...output])
  return file
}

function demuxFile(file: string): TsSegment {
  const segment = demuxMpegTs(readFileSync(file))
  if (!segment.ok) throw new Error(JSON.stringify(segment.fault))
  return segment.value
}

async function packetsByMediabunny(file: string, codec: 'avc' | 'hevc' | 'aac'): Promise<EncodedPacket[]> {
  const input = new Input({ formats: [MPEG_TS], source: new BufferSource(new Uint8Array(readFileSync(file))) })
  const track = (await input.getTracks()).find((candidate) => candidate.codec === codec)
  if (track === undefined) return []
  const packets: EncodedPacket[] = []
  for await (const packet of new EncodedPacketSink(track).packets()) packets.push(packet)
  return packets
}

/** Annex B split another way than ours: by searching the three bytes alone; without what says nothing. */
function nalsOf(data: Uint8Array, codec: VideoCodec): Buffer[] {
  const bytes = Buffer.from(data)
  const startCode = Buffer.of(0, 0, 1)
  const starts: number[] = []
  for (let at = bytes.indexOf(startCode); at >= 0; at = bytes.indexOf(startCode, at + 3)) starts.push(at)
  const nals = starts.map((start, index) => bytes.subarray(start + 3, starts[index + 1]))
  const trimmed = nals.map((nal) => nal.subarray(0, nal.findLastIndex((byte) => byte !== 0) + 1))
  if (codec === 'h264') return trimmed.filter((nal) => nalType(nal) !== 9 && nalType(nal) !== 12)
  return trimmed.filter((nal) => ![35, 38].includes((nal[0] ?? 0) >> 1))
}

async function expectSameVideo(file: string, { video, videoCodec = 'h264' }: TsSegment): Promise<void> {
  const packets = await packetsByMediabunny(file, videoCodec === 'h264' ? 'avc' : 'hevc')
  expect(video.map((unit) => unit.ptsTicks)).toEqual(
    packets.map((packet) => Math.round(packet.timestamp * TICKS_PER_SECOND)),
  )
  const differing = video.filter((unit, index) => {
    return !Buffer.concat(unit.nals).equals(Buffer.concat(nalsOf((packets[index] as EncodedPacket).data, videoCodec)))
  })
  expect(differing).toEqual([])
}

async function expectSameAudio(file: string, { audio }: TsSegment): Promise<void> {
  const packets = await packetsByMediabunny(file, 'aac')
  const differing = audio.filter(({ data }, index) => {
    return Buffer.compare(data, (packets[index] as EncodedPacket).data.subarray(ADTS_BYTES)) !== 0
  })
  const apartTicks = audio.map(({ ptsTicks }, index) => {
    return Math.abs(ptsTicks - (packets[index] as EncodedPacket).timestamp * TICKS_PER_SECOND)
  })
  expect(audio.length).toBe(packets.length)
  expect(differing).toEqual([])
  expect(Math.max(0, ...apartTicks)).toBeLessThan(6) // mediabunny rounds each frame's duration before it adds it
}

test('demuxMpegTs reads a clip of ffmpeg as mediabunny does, picture by picture and frame by frame', async (context) => {
  const file = makeClip(context)
  const segment = demuxFile(file)
  expect(segment.faults).toEqual([])
  expect(segment.video.length).toBe(60)
  expect(segment.video.filter((unit) => frameKind(unit.nals) === 'idr').length).toBe(2)
  expect(segment.adts).toMatchObject({ objectType: 2, sampleRateHz: 44100, channelCount: 1 })
  await expectSameVideo(file, segment)
  await expectSameAudio(file, segment)
})

test('demuxMpegTs tells the times and places that ffprobe tells', (context) => {
  const ffprobe = needs(context, 'ffprobe')
  const file = makeClip(context)
  const { video, audio } = demuxFile(file)
  const probe = (stream: string) => {
    const fields = ['-show_entries', 'packet=pts,dts,pos', '-of', 'json']
    const text = execFileSync(ffprobe, ['-loglevel', 'error', '-select_streams', stream, ...fields, file], {
      encoding: 'utf8',
    })
    const { packets } = JSON.parse(text) as { packets: { pts: number; dts: number; pos: string }[] }
    return packets.map(({ pts, dts, pos }) => ({ pts, dts, pos }))
  }
  const pictures = video.map(({ ptsTicks, dtsTicks, atByte }) => ({ pts: ptsTicks, dts: dtsTicks, pos: `${atByte}` }))
  expect(pictures).toEqual(probe('v:0'))
  const apartTicks = probe('a:0').map(({ pts }, index) => Math.abs(pts - (audio[index]?.ptsTicks ?? Infinity)))
  expect(Math.max(...apartTicks)).toBeLessThanOrEqual(1)
})

for (const { path, pictures, audioUnits } of [
  { path: 'media/ts/1080p30_baseline_mp2_10s.ts', pictures: 299, audioUnits: 0 },
  { path: 'media/ts/ec3_51_720p.ts', pictures: 150, audioUnits: 0 },
  { path: 'media/ts/hevc_1080p_aac51.ts', pictures: 120, audioUnits: 235 },
  { path: 'media/ts/hlg_720p60_aac.ts', pictures: 298, audioUnits: 234 },
  { path: 'media/ts/opus_in_ts.ts', pictures: 83, audioUnits: 0 },
  { path: 'media/ts/sintel_608_captions.ts', pictures: 240, audioUnits: 212 },
]) {
  test(`demuxMpegTs reads ${path} as mediabunny does`, async (context) => {
    const file = sharedFile(context, path)
    const segment = demuxFile(file)
    expect(segment.faults).toEqual([])
    expect([segment.video.length, segment.audio.length]).toEqual([pictures, audioUnits])
    await expectSameVideo(file, segment)
    await expectSameAudio(file, segment)
  })
}

test('demuxMpegTs finds 300 pictures in a broadcast whose first one overflows its PES length', (context) => {
  const { video, faults } = demuxFile(sharedFile(context, 'media/ts/iptv_1024x576_aac_12s.ts'))
  expect(video.length).toBe(300)
  expect(video[0]?.nals.map((nal) => nal.length)).toEqual([28, 5, 65_478])
  expect(faults).toEqual([])
})

test('demuxMpegTs finds the media before a program map that stands in the middle', (context) => {
  const { video, audio } = demuxFile(sharedFile(context, 'media/ts/mid_pat_pmt.ts'))
  expect([video.length, audio.length]).toEqual([15, 28])
})

for (const [path, fault] of [
  ['media/ts/avchd_623663.mts', { code: 'bad-sync', byte: 0, atByte: 0 }], // 192-byte packets
  ['media/ts/uhd_hevc_scte35.ts', { code: 'unsupported', what: 'a transport stream without a program map' }],
] as const) {
  test(`demuxMpegTs refuses ${path}`, (context) => {
    expect(demuxMpegTs(readFileSync(sharedFile(context, path)))).toEqual({ ok: false, fault })
  })
}
