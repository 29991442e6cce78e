import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ALL_FORMATS, BufferSource, EncodedPacketSink, Input, type EncodedPacket } from 'mediabunny'
import { expect } from 'vitest'
import { readOutline, type Outline, type OutlineFrame, type OutlineSegment } from '../../protocol/outline.ts'
import { readThumbnailTrack } from '../../protocol/thumbnail-track.ts'
import { runChild } from '../child-run.ts'
import type { Tools } from '../tools.ts'
import { countPictures, decodingComplaints, playlistOf } from './clips.ts'

const TICKS_PER_SECOND = 90_000

export async function outlineOf(folder: string, variant: string): Promise<Outline> {
  const read = readOutline(await readFile(join(folder, variant, 'outline.json'), 'utf8'))
  if (!read.ok) throw new Error(JSON.stringify(read.fault))
  return read.value
}

type Range = {
  readonly uri: string
  readonly durationSeconds: number
  readonly sizeBytes: number
  readonly offsetBytes: number
}

/** Read in another way than the writer writes. */
function rangesOf(playlist: string): Range[] {
  const found = playlist.matchAll(/#EXTINF:([\d.]+),\n#EXT-X-BYTERANGE:(\d+)@(\d+)\n(\S+)\n/g)
  return Array.from(found, ([, duration, size, offset, uri = '']) => ({
    uri,
    durationSeconds: Number(duration),
    sizeBytes: Number(size),
    offsetBytes: Number(offset),
  }))
}

/** Each range of the I-frame playlist, alone, decodes to one keyframe without complaint, at its time. */
export async function expectIframes(tools: Tools, folder: string, variant: string): Promise<void> {
  const { segments, originTicks } = await outlineOf(folder, variant)
  const keyframes = segments.flatMap(listedKeyframes)
  const ranges = rangesOf(await readFile(join(folder, variant, 'iframes.m3u8'), 'utf8'))
  expect(ranges).toHaveLength(keyframes.length)
  let atSeconds = 0
  for (const { uri, sizeBytes, offsetBytes, durationSeconds } of ranges) {
    const bytes = await readFile(join(folder, variant, uri))
    const alone = join(folder, 'range.ts')
    await writeFile(alone, bytes.subarray(offsetBytes, offsetBytes + sizeBytes))
    const asking = ['-select_streams', 'v', '-show_entries', 'frame=key_frame,pict_type,pts']
    const told = await runChild(tools.ffprobe.path, ['-v', 'warning', ...asking, '-of', 'json', alone])
    const { frames } = JSON.parse(told) as { readonly frames: readonly Record<string, unknown>[] }
    expect(frames).toMatchObject([{ key_frame: 1, pict_type: 'I' }])
    const ticks = Number(frames[0]?.['pts']) - originTicks
    expect(Math.abs(ticks - atSeconds * TICKS_PER_SECOND)).toBeLessThan(3)
    expect(await decodingComplaints(tools, alone)).toBe('')
    atSeconds += durationSeconds
  }
  const lastFrames = segments.at(-1)
  expect(atSeconds).toBeCloseTo((lastFrames?.startSeconds ?? 0) + (lastFrames?.durationSeconds ?? 0), 4)
}

/** Those of a segment that can be shown alone: ffmpeg writes tables at its start, and at a keyframe that follows others. */
function listedKeyframes({ frames }: OutlineSegment): OutlineFrame[] {
  return frames.filter(({ kind }, index) => kind === 'idr' && frames[index - 1]?.kind !== 'idr')
}

/** The sheet's part of each cue is the picture of that moment, within what JPEG and a small size make of it. */
export async function expectThumbnails(tools: Tools, folder: string, smallest: string): Promise<void> {
  const track = readThumbnailTrack(await readFile(join(folder, 'thumbnails.vtt'), 'utf8'))
  if (!track.ok) throw new Error(JSON.stringify(track.fault))
  const { segments } = await outlineOf(folder, smallest)
  const keyframes = segments.flatMap(listedKeyframes)
  expect(track.value).toHaveLength(keyframes.length)
  for (const [index, { x, y, widthPixels, heightPixels, startSeconds }] of track.value.entries()) {
    expect(startSeconds).toBeCloseTo((keyframes[index]?.ptsTicks ?? 0) / TICKS_PER_SECOND, 3)
    const crop = `crop=${widthPixels}:${heightPixels}:${x}:${y}:exact=1`
    const shown = await grayOf(tools, join(folder, 'thumbnails.jpg'), [], `${crop},scale=16:16`)
    const due = await grayOf(tools, playlistOf(folder, smallest), ['-ss', `${startSeconds}`], 'scale=16:16')
    const differences = shown.map((value, at) => Math.abs(value - (due[at] ?? 0)))
    expect(differences.reduce((sum, difference) => sum + difference, 0) / differences.length).toBeLessThan(6)
  }
}

async function grayOf(tools: Tools, path: string, seek: readonly string[], filter: string): Promise<number[]> {
  const chunks: Uint8Array[] = []
  const output = ['-frames:v', '1', '-vf', filter, '-pix_fmt', 'gray', '-f', 'rawvideo', 'pipe:1']
  await runChild(tools.ffmpeg.path, ['-nostdin', '-v', 'error', '-i', path, ...seek, ...output], {
    onStdoutBytes: (bytes) => chunks.push(bytes),
  })
  return [...Buffer.concat(chunks)]
}

const EXACT_TICKS = 2.5
/** Of pictures whose container counts in milliseconds: copied they keep its times, and fMP4 lays them on their frame grid. */
export const COPIED_TICKS = 45 + EXACT_TICKS

/** The fragmented MP4 of a variant has the pictures and the sound of its transport stream, at the same times. */
export async function expectFmp4(
  tools: Tools,
  folder: string,
  variant: string,
  roundingTicks = EXACT_TICKS,
): Promise<void> {
  const outline = await outlineOf(folder, variant)
  const playlist = join(folder, variant, 'fmp4.m3u8')
  const text = await readFile(playlist, 'utf8')
  const ofTs = await readFile(playlistOf(folder, variant), 'utf8')
  const asTs = text
    .replace('VERSION:7', 'VERSION:3')
    .replace('#EXT-X-MAP:URI="init.mp4"\n', '')
    .replaceAll('.m4s', '.ts')
  expect(asTs).toBe(ofTs)
  await expectTimes(join(folder, variant), outline, roundingTicks)
  expect(await decodingComplaints(tools, playlist)).toBe('')
  expect(await countPictures(tools, playlist)).toBe(outline.segments.flatMap(({ frames }) => frames).length)
  expect(await hashPictures(tools, playlist)).toBe(await hashPictures(tools, playlistOf(folder, variant)))
  const starts = await startsOf(tools, playlist)
  const originSeconds = outline.originTicks / TICKS_PER_SECOND
  expect(Math.abs((starts['video'] ?? 0) - originSeconds)).toBeLessThan(0.001)
  if (outline.audio === undefined) return
  const unitSeconds = outline.audio.samplesPerFrame / outline.audio.sampleRateHz
  const lateUnits = ((starts['audio'] ?? 0) - originSeconds) / unitSeconds
  const toldUnits = (outline.segments[0]?.audio?.firstPtsTicks ?? 0) / TICKS_PER_SECOND / unitSeconds
  expect(lateUnits).toBeGreaterThan(-0.01)
  expect(Math.abs(lateUnits - toldUnits - Math.round(lateUnits - toldUnits))).toBeLessThan(0.01) // whole ones are left out
}

/** As another reader of MP4 has it: no gap, no overlap, each unit where the outline says. */
async function expectTimes(
  folder: string,
  { segments, originTicks, audio }: Outline,
  roundingTicks: number,
): Promise<void> {
  const names = ['init.mp4', ...segments.map(({ uri }) => uri.replace('.ts', '.m4s'))]
  const bytes = Buffer.concat(await Promise.all(names.map((name) => readFile(join(folder, name)))))
  const input = new Input({ formats: ALL_FORMATS, source: new BufferSource(new Uint8Array(bytes)) })
  const pictures = await packetsOf(input, 'video')
  const dueTicks = segments.flatMap(({ frames }) => frames.map(({ ptsTicks }) => originTicks + ptsTicks))
  expect(pictures).toHaveLength(dueTicks.length)
  for (const [index, { timestamp, type }] of pictures.entries()) {
    expect(Math.abs(timestamp * TICKS_PER_SECOND - (dueTicks[index] ?? 0))).toBeLessThan(roundingTicks)
    expect(type).toBe(segments.flatMap(({ frames }) => frames)[index]?.kind === 'idr' ? 'key' : 'delta')
  }
  const sounds = await packetsOf(input, 'audio')
  if (audio === undefined) return expect(sounds).toEqual([])
  const unitSeconds = audio.samplesPerFrame / audio.sampleRateHz
  const firstTicks = segments[0]?.audio?.firstPtsTicks ?? 0
  const units = segments.flatMap((segment) => segment.audio?.sizesBytes ?? [])
  const skipped = units.length - sounds.length
  const firstSeconds = firstTicks / TICKS_PER_SECOND + skipped * unitSeconds
  expect(firstSeconds).toBeGreaterThan(-0.0001)
  expect(firstSeconds).toBeLessThan(unitSeconds)
  for (const [index, { timestamp, data }] of sounds.entries()) {
    const due = originTicks / TICKS_PER_SECOND + firstSeconds + index * unitSeconds
    expect(Math.abs(timestamp - due)).toBeLessThan(1 / audio.sampleRateHz)
    expect(data.length).toBe(units[skipped + index])
  }
}

async function packetsOf(input: Input, kind: 'video' | 'audio'): Promise<EncodedPacket[]> {
  const track = (await input.getTracks()).find(({ type }) => type === kind)
  const packets: EncodedPacket[] = []
  if (track !== undefined) for await (const packet of new EncodedPacketSink(track).packets()) packets.push(packet)
  return packets
}

async function hashPictures({ ffmpeg }: Tools, path: string): Promise<string> {
  return runChild(ffmpeg.path, ['-nostdin', '-v', 'error', '-i', path, '-map', '0:v', '-f', 'md5', 'pipe:1'])
}

/** When picture and sound begin, as ffprobe has it. */
async function startsOf({ ffprobe }: Tools, path: string): Promise<Record<string, number>> {
  const asking = ['-show_entries', 'stream=codec_type,start_time', '-of', 'json']
  const told = JSON.parse(await runChild(ffprobe.path, ['-v', 'error', ...asking, path])) as {
    readonly streams: readonly { readonly codec_type: string; readonly start_time: string }[]
  }
  return Object.fromEntries(told.streams.map(({ codec_type, start_time }) => [codec_type, Number(start_time)]))
}
