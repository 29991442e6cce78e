import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test, type TestContext } from 'vitest'
import { demuxMpegTs } from '../protocol/mpeg-ts-demuxer.ts'
import { readOutline, type Outline } from '../protocol/outline.ts'
import { lintFolder } from '../segmenter/lint/lint.ts'
import { makePackage, type PackageOptions, type PackageResult } from '../segmenter/package.ts'
import { findTools } from '../segmenter/tools.ts'
import { Links } from '../server/links.ts'
import { LinksOfViewers } from '../server/rtsp-through-link.ts'
import type { PresentationSource } from '../udp-relay/presentation-source.ts'
import { startReceiver } from '../udp-relay/receiver.ts'
import { startClipRelay, type ClipRelayChanges } from '../udp-relay/test-support/clip-relay.ts'
import { freeMulticast } from '../udp-relay/test-support/free-multicast.ts'
import { presentationOf } from '../udp-relay/test-support/package-clip.ts'
import { inLongRun, matrix } from './test-support/long-run.ts'
import { needs } from './test-support/clients.ts'
import { encodeHevc, needsX265, type HevcOptions } from './test-support/h265-clip.ts'
import { runGstLaunch } from './test-support/gst-launch.ts'
import { unexpectedLines } from './test-support/harmless-lines.ts'
import { runClient } from './test-support/run-client.ts'
import { temporaryFolder } from './test-support/temporary-folder.ts'

const FRAMES = 150
const COPY = '240p-hevc'
const LIMIT = { timeoutMs: 40_000 }
const mp4 = ['-tag:v', 'hvc1']

type Made = { readonly folder: string; readonly source: string; readonly result: PackageResult }

async function packaged(
  context: TestContext,
  clip: HevcOptions = {},
  options: Partial<PackageOptions> & { readonly extension?: string } = {},
): Promise<Made> {
  const ffmpeg = needsX265(context)
  needs(context, 'ffprobe')
  const { extension = 'mp4', ...wishes } = options
  const folder = temporaryFolder(context)
  const source = join(folder, `source.${extension}`)
  encodeHevc(ffmpeg, source, { outputOptions: extension === 'mp4' ? mp4 : [], ...clip })
  const out = join(folder, 'out')
  const result = await makePackage(source, out, { tools: await findTools(process.env), keepOriginal: true, ...wishes })
  return { folder: out, source, result }
}

let shared: Promise<Made> | undefined
let release = (): void => {}

/** One package for all tests that only read it. */
function sharedPackage(context: TestContext): Promise<Made> {
  needsX265(context)
  shared ??= packaged(
    { skip: context.skip, onTestFinished: (clean: () => void) => void (release = clean) } as unknown as TestContext,
    { isNoisy: true },
  )
  return shared
}

afterAll(() => release())

function outlineOf(folder: string, variant: string): Outline {
  const read = readOutline(readFileSync(join(folder, variant, 'outline.json'), 'utf8'))
  if (!read.ok) throw new Error(JSON.stringify(read.fault))
  return read.value
}

/** The package's copied variant as the relay's only one. */
async function relayOf(context: TestContext, changes: ClipRelayChanges = {}) {
  const { folder } = await sharedPackage(context)
  const outline = outlineOf(folder, COPY)
  const segments = outline.segments.map(({ uri }) => readFileSync(join(folder, COPY, uri)))
  const presentation = presentationOf({ outline, segments }, { packageKey: COPY, variant: COPY })
  const source: PresentationSource = { open: async (id) => (id === 'clip' ? presentation : undefined) }
  const relay = await startClipRelay(context, { outline, segments }, { source, ...changes })
  return { ...relay, outline, variantUrl: `${relay.url}/${COPY}` }
}

const countVideo = ['-count_packets', '-select_streams', 'v', '-show_entries', 'stream=codec_name,nb_read_packets']

async function expectEveryFrame(context: TestContext, args: readonly string[]): Promise<void> {
  const run = await runClient(
    needs(context, 'ffprobe'),
    ['-v', 'warning', ...countVideo, '-of', 'csv=p=0', ...args],
    LIMIT,
  )
  expect({ status: run.status, lines: unexpectedLines('ffprobe', run.stderr) }).toEqual({ status: 0, lines: [] })
  expect(run.stdout.trim().split('\n')[0]).toBe(`hevc,${FRAMES}`)
}

test('a package keeps the HEVC of its source, cut where the H.264 variants are, and says so', async (context) => {
  const { folder, result, source } = await sharedPackage(context)
  expect(result.warnings).toEqual([])
  expect(result.variants.map(({ name }) => name)).toEqual(['240p', COPY])
  const [encoded, copied] = ['240p', COPY].map((name) => outlineOf(folder, name))
  expect(copied?.video).toMatchObject({
    codec: 'hev1.1.6.L60.90',
    widthPixels: 320,
    heightPixels: 240,
    framesPerSecond: 25,
  })
  expect(copied?.segments.map(({ durationSeconds }) => durationSeconds)).toEqual([4, 2])
  const places = (outline: Outline | undefined) =>
    outline?.segments.map(({ startSeconds, durationSeconds }) => [startSeconds, durationSeconds])
  expect(places(copied)).toEqual(places(encoded))
  const sounds = (outline: Outline | undefined) => outline?.segments.flatMap(({ audio }) => audio?.sizesBytes)
  expect(sounds(copied)).toEqual(sounds(encoded)) // the same, and cut a frame or two earlier
  expect(copied?.originTicks).toBe(encoded?.originTicks)
  const kinds = copied?.segments.flatMap(({ frames }) => frames.map(({ kind }) => kind)) ?? []
  expect(kinds).toHaveLength(FRAMES)
  expect(kinds.filter((kind) => kind === 'idr')).toHaveLength(3)
  expect(kinds.filter((kind) => kind === 'disposable').length).toBeGreaterThan(30)

  const master = readFileSync(join(folder, 'master.m3u8'), 'utf8')
  const line = master.split('\n').find((text) => text.includes('hev1')) ?? ''
  expect(line).toContain('CODECS="hev1.1.6.L60.90,mp4a.40.2"')
  expect(line).toContain('RESOLUTION=320x240')
  const bytes = copied?.segments[0]?.sizeBytes ?? 0
  const told = Number(/BANDWIDTH=(\d+)/.exec(line)?.[1])
  expect(told).toBe(result.variants[1]?.bandwidthBitsPerSecond)
  expect(told).toBeGreaterThanOrEqual(Math.floor((bytes * 8) / 4))

  const tool = needs(context, 'ffmpeg')
  const hash = async (path: string): Promise<string> => {
    const args = ['-v', 'error', '-i', path, '-map', '0:v', '-f', 'framemd5', '-']
    const run = await runClient(tool, args, LIMIT)
    const rows = run.stdout.split('\n').filter((row) => row !== '' && !row.startsWith('#'))
    return rows.map((row) => row.split(',').at(-1)?.trim()).join()
  }
  expect(await hash(join(folder, COPY, 'index.m3u8'))).toBe(await hash(source)) // the very pictures
})

test('ffprobe reads every frame of the HLS variant, as HEVC', async (context) => {
  const { folder } = await sharedPackage(context)
  await expectEveryFrame(context, [join(folder, COPY, 'index.m3u8')])
})

test.concurrent('each keyframe comes with its parameter sets in band, and the description tells them', async (context) => {
  const { outline, url } = await relayOf(context)
  for (const { frames } of outline.segments) {
    for (const { kind, headerNals = 0 } of frames) if (kind === 'idr') expect(headerNals).toBeGreaterThanOrEqual(3)
  }
  const ffprobe = needs(context, 'ffprobe')
  const { stderr } = await runClient(ffprobe, ['-v', 'debug', '-rtsp_transport', 'tcp', url], LIMIT)
  expect(stderr).toMatch(/a=rtpmap:96 H265\/90000/)
  expect(stderr).toMatch(
    /a=fmtp:96 profile-space=0;profile-id=1;tier-flag=0;level-id=60;interop-constraints=900000000000/,
  )
})

type Play = {
  readonly lossRatio: number
  readonly seed?: number
  readonly query?: string
  readonly transport?: 'udp' | 'tcp'
}

/** Plays it all through a link of one seed with our receiver, which records. */
async function playThrough(context: TestContext, { lossRatio, seed = 7, query = '', transport = 'udp' }: Play) {
  const links = new Links({ defaultProfile: { seed: 1, downlink: {} } })
  context.onTestFinished(() => links.close())
  const loss = lossRatio === 0 ? {} : ({ loss: { kind: 'random', lossRatio } } as const)
  const { id } = links.create({ seed, downlink: { oneWayDelayMs: 10, ...loss } })
  let calls = 0
  const random = (): number => (calls += 1) / 1000
  const relay = await relayOf(context, { links: new LinksOfViewers(links), random })
  const written: Uint8Array[] = []
  const receiver = await startReceiver({
    url: `rtsp://127.0.0.1:${relay.rtspPort}/link/${id}/clip/${COPY}${query}`,
    jitterBufferMs: 200,
    userAgent: 'weir tests',
    transport,
    onTransportStream: (bytes) => written.push(bytes),
  })
  context.onTestFinished(() => receiver.close())
  expect(await receiver.ended).toEqual({ reason: 'bye' })
  const truth = links.get(id).udp.flows.find(({ what }) => what === 'rtp')?.downlink
  await receiver.close()
  const file = join(temporaryFolder(context), 'record.ts')
  writeFileSync(file, Buffer.concat(written))
  return { ...receiver.figures(), truth, file }
}

for (const play of matrix<Parameters<typeof playThrough>[1]>([
  { lossRatio: 0 },
  { lossRatio: 0, transport: 'tcp' },
  { lossRatio: 0, query: '?payload=mp2t' },
])) {
  test.concurrent(`our receiver plays and records every frame: ${JSON.stringify(play)}`, async (context) => {
    const { measures, skippedFrames, tracks, file } = await playThrough(context, play)
    expect(measures).toMatchObject({ damagedFrames: 0, frozenFrames: 0 })
    expect(measures.intactFrames + skippedFrames).toBe(FRAMES) // a busy machine may be late for one
    expect(tracks[0]).toMatchObject({ lostPackets: 0, missingPackets: 0, strangePackets: 0 })
    const record = demuxMpegTs(readFileSync(file))
    expect(record.ok && [record.value.videoCodec, record.value.video.length]).toEqual(['h265', FRAMES])
    await expectEveryFrame(context, [file])
  })
}

// Registered in the long run alone.
if (inLongRun) {
  // Seeds under which the goodbye is not lost.
  for (const [query, seed] of [
    ['', 7],
    ['?payload=mp2t', 8],
  ] as const) {
    test.concurrent(`at 5 % loss our receiver loses the packets that the link dropped, no more and no less ${query}`, async (context) => {
      const { measures, tracks, truth } = await playThrough(context, { lossRatio: 0.05, seed, query })
      const sum = (name: 'expectedPackets' | 'lostPackets' | 'missingPackets') =>
        tracks.reduce((total, track) => total + track[name], 0)
      expect(truth?.lostPackets).toBeGreaterThan(20)
      expect([sum('expectedPackets'), sum('lostPackets'), sum('missingPackets')]).toEqual([
        truth?.acceptedPackets,
        truth?.lostPackets,
        truth?.lostPackets,
      ])
      expect((measures.damagedFrames ?? 0) + (measures.frozenFrames ?? 0)).toBeGreaterThan(0)
    })
  }

  test('without the switch a source in HEVC has no such variant', async (context) => {
    const { result, folder } = await packaged(context, {}, { keepOriginal: false })
    expect(result.variants.map(({ name }) => name)).toEqual(['240p'])
    expect(result.warnings).toEqual([])
    expect(outlineOf(folder, '240p').segments.map(({ durationSeconds }) => durationSeconds)).toEqual([4, 2])
  })

  test('in fragmented MP4 it is hvc1, last in its playlist, and nothing is wrong with the package', async (context) => {
    const { result, folder } = await packaged(context, {}, { segments: 'fmp4', singleFiles: true })
    expect(result.warnings).toEqual([])
    for (const name of ['master-fmp4', 'master-fmp4-single']) {
      const codecs = readFileSync(join(folder, `${name}.m3u8`), 'utf8').match(/(?<=CODECS=")[^,]+/g)
      expect(codecs).toEqual([expect.stringMatching(/^avc1\./), 'hvc1.1.6.L60.90'])
    }
    const { ffprobe } = await findTools(process.env)
    expect((await lintFolder(folder, { ffprobe })).findings).toEqual([])
  })

  test('open keyframes are told as the reason, and the H.264 variants are as ever', async (context) => {
    const { result, folder } = await packaged(context, { x265Params: 'bframes=3' })
    expect(result.variants.map(({ name }) => name)).toEqual(['240p'])
    expect(result.warnings).toEqual([
      'The HEVC of the source was not kept: its keyframes are open: pictures after them lean on pictures before.',
    ])
    expect(existsSync(join(folder, COPY))).toBe(false)
  })

  test('while it is being made, the copied variant has a BANDWIDTH that no run of its segments exceeds', async (context) => {
    const bounds: number[] = []
    const onPlayable: PackageOptions['onPlayable'] = ({ variants }) =>
      void bounds.push(variants[1]?.bandwidthBitsPerSecond ?? 0)
    const { result } = await packaged(context, { isNoisy: true }, { onPlayable })
    const told = result.variants[1]?.bandwidthBitsPerSecond ?? 0
    expect(bounds).toHaveLength(1)
    expect(bounds[0]).toBeGreaterThanOrEqual(told)
    expect(bounds[0]).toBeLessThan(1.25 * told)
  })

  test('keyframes at odd moments cut every variant there; a Matroska file counts in ms', async (context) => {
    const uneven = 'open-gop=0:keyint=70:min-keyint=70'
    const { result, folder } = await packaged(context, { x265Params: uneven, seconds: 12 }, { extension: 'mkv' })
    expect(result.warnings).toEqual([])
    const durations = ['240p', COPY].map((name) => outlineOf(folder, name).segments.map((row) => row.durationSeconds))
    expect(durations[0]).toEqual([5.6, 2.8, 3.6]) // keyframes each 2.8 s: the first at or after 4 s, 8 s
    expect(durations[1]).toEqual(durations[0])
  })

  for (const clip of [
    { rate: 12, x265Params: 'open-gop=0:bframes=0' },
    { rate: 60, x265Params: 'open-gop=0:bframes=4:b-pyramid=1' },
  ]) {
    test(`the copied variant tells the times of the others: ${JSON.stringify(clip)}`, async (context) => {
      const { result, folder } = await packaged(context, { ...clip, seconds: 5 })
      expect(result.warnings).toEqual([])
      const [encoded, copied] = ['240p', COPY].map((name) => outlineOf(folder, name))
      expect(Math.abs((copied?.originTicks ?? 0) - (encoded?.originTicks ?? 0))).toBeLessThanOrEqual(2)
    })
  }

  for (const transport of ['udp', 'tcp'] as const) {
    test.concurrent(`ffprobe reads every frame over RTSP and ${transport}, as HEVC`, async (context) => {
      const { variantUrl } = await relayOf(context)
      await expectEveryFrame(context, ['-rtsp_transport', transport, variantUrl])
    })

    test.concurrent(`ffprobe reads every frame as a transport stream over RTSP and ${transport}`, async (context) => {
      const { variantUrl } = await relayOf(context)
      await expectEveryFrame(context, ['-rtsp_transport', transport, `${variantUrl}?payload=mp2t`])
    })

    test.concurrent(`GStreamer counts every picture over ${transport}`, async (context) => {
      const { variantUrl } = await relayOf(context)
      await expectEveryFrameInGst(context, `location=${variantUrl} protocols=${transport}`)
    })
  }

  async function expectEveryFrameInGst(context: TestContext, from: string): Promise<void> {
    const file = join(temporaryFolder(context), 'picture.h265')
    const pipeline = `rtspsrc ${from} name=s
      s. ! application/x-rtp,media=video ! rtph265depay ! h265parse ! video/x-h265,stream-format=byte-stream,alignment=au
         ! filesink location=${file}
      s. ! application/x-rtp,media=audio ! rtpmp4gdepay ! fakesink`
    expect(await runGstLaunch(context, pipeline, LIMIT)).toEqual({ status: 0, lines: [] })
    await expectEveryFrame(context, [file])
  }

  for (const client of ['ffprobe', 'GStreamer'] as const) {
    test.concurrent(`${client} counts every picture of the group that all watch`, async (context) => {
      const { variantUrl } = await relayOf(context, { multicast: await freeMulticast() })
      if (client === 'ffprobe') await expectEveryFrame(context, ['-rtsp_transport', 'udp_multicast', variantUrl])
      else await expectEveryFrameInGst(context, `location=${variantUrl} protocols=udp-mcast multicast-iface=lo`)
    })
  }

  test.concurrent('what is lost of it is sent again where it is asked for', async (context) => {
    const { measures, skippedFrames, tracks, truth } = await playThrough(context, {
      lossRatio: 0.02,
      query: '?repair=rtx',
    })
    const repaired = tracks.reduce((sum, { repairedPackets }) => sum + repairedPackets, 0)
    expect(truth?.lostPackets).toBeGreaterThan(10)
    expect(repaired).toBeGreaterThan(10)
    expect(measures).toMatchObject({ damagedFrames: 0, frozenFrames: 0 })
    expect(measures.intactFrames + skippedFrames).toBe(FRAMES)
  })

  test.concurrent('as a loop for all it goes on over its end, and the times with it', async (context) => {
    const { variantUrl } = await relayOf(context)
    const ffprobe = needs(context, 'ffprobe')
    const packets = ['-select_streams', 'v', '-show_entries', 'packet=pts_time', '-of', 'csv=p=0']
    const args = ['-v', 'warning', '-rtsp_transport', 'tcp', '-read_intervals', '%+8', ...packets]
    const run = await runClient(ffprobe, [...args, `${variantUrl}?live=loop`], LIMIT)
    expect(unexpectedLines('ffprobe', run.stderr)).toEqual([])
    const times = run.stdout.split('\n').flatMap((line) => (/^[\d.]+/.test(line) ? [Number.parseFloat(line)] : []))
    times.sort((a, b) => a - b)
    expect(times.length).toBeGreaterThan(FRAMES + 25)
    for (const [index, seconds] of times.entries()) {
      if (index > 1) expect(seconds - times[index - 1]!).toBeCloseTo(1 / 25, 2)
    }
  })
}
