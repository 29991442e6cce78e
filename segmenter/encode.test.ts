import { expect, test } from 'vitest'
import { planCuts, planCutsAt } from './cut-list.ts'
import { encodeArguments, segmentName, type EncodePlan } from './encode.ts'

const frameRate = { numerator: 30_000, denominator: 1001 }
const plan: EncodePlan = {
  sourcePath: '/media/-i evil.mp4',
  originSeconds: 0.023,
  durationSeconds: 5,
  frameRate,
  videoStreamIndex: 0,
  audio: { streamIndex: 1, sampleRateHz: 44_100 },
  rungs: [
    { name: '360p', widthPixels: 640, heightPixels: 360, maxRateBitsPerSecond: 920_000 },
    { name: '240p', widthPixels: 426, heightPixels: 240, maxRateBitsPerSecond: 480_000 },
  ],
  cuts: planCuts(5, frameRate),
}

function valueAfter(args: readonly string[], option: string): string | undefined {
  return args[args.indexOf(option) + 1]
}

test('encodeArguments decodes once and scales for every rung', () => {
  expect(valueAfter(encodeArguments(plan), '-filter_complex')?.split(';').slice(0, 3)).toEqual([
    '[0:0]fps=fps=30000/1001:start_time=0,split=2[copy0][copy1]',
    '[copy0]scale=640:360:flags=bicubic,setsar=1,format=yuv420p[v0]',
    '[copy1]scale=426:240:flags=bicubic,setsar=1,format=yuv420p[v1]',
  ])
})

test('encodeArguments encodes one sound, as long as the pictures, and tees it into every variant', () => {
  const args = encodeArguments(plan)
  expect(args.filter((argument) => argument === 'aac')).toHaveLength(1)
  expect(valueAfter(args, '-filter_complex')).toContain('apad=whole_len=220500,atrim=end_sample=220500')
  expect(args.at(-1)).toBe(
    "[select=\\'v:0,a\\':f=hls:hls_time=4:hls_list_size=3:max_delay=700000:hls_segment_filename=360p/%05d.ts]360p/list.m3u8|" +
      "[select=\\'v:1,a\\':f=hls:hls_time=4:hls_list_size=3:max_delay=700000:hls_segment_filename=240p/%05d.ts]240p/list.m3u8",
  )
})

test('encodeArguments lists the keyframes once, for all encoders, and none between', () => {
  const args = encodeArguments(plan)
  expect(valueAfter(args, '-force_key_frames')).toBe('0,2.002,4.004')
  expect(valueAfter(args, '-g')).toBe('60')
  expect(valueAfter(args, '-sc_threshold')).toBe('0')
})

test('encodeArguments lets no encoder add a keyframe before the end of a long last segment', () => {
  const cuts = planCutsAt([0], 6, frameRate) // the source has none to cut at behind 4 s
  expect(cuts.keyframeSeconds).toEqual([0, 2.002])
  expect(valueAfter(encodeArguments({ ...plan, durationSeconds: 6, cuts }), '-g')).toBe('120')
})

test('encodeArguments bounds each rate over one second', () => {
  const args = encodeArguments(plan)
  expect([valueAfter(args, '-maxrate:v:1'), valueAfter(args, '-bufsize:v:1')]).toEqual(['480000', '480000'])
})

test('encodeArguments cuts pictures into slices by their height', () => {
  const args = encodeArguments(plan)
  expect([valueAfter(args, '-slices:v:0'), valueAfter(args, '-slices:v:1')]).toEqual(['4', '3'])
})

test('encodeArguments names the source as a file and nothing else', () => {
  expect(valueAfter(encodeArguments(plan), '-i')).toBe('file:/media/-i evil.mp4')
  expect(valueAfter(encodeArguments(plan), '-protocol_whitelist')).toBe('file')
  expect(valueAfter(encodeArguments(plan), '-itsoffset')).toBe('-0.023000')
})

test('encodeArguments selects pictures alone from a silent source', () => {
  const { audio: _, ...silent } = plan
  const args = encodeArguments(silent)
  expect(args).not.toContain('aac')
  expect(args.at(-1)).toMatch(/^\[select=\\'v:0\\':/)
})

test('encodeArguments uses nothing that the build of 2018 lacks', () => {
  expect(encodeArguments(plan)).not.toEqual(
    expect.arrayContaining([expect.stringMatching(/^-(fps_mode|stats_period)$/)]),
  )
})

test('segmentName counts as ffmpeg does', () =>
  expect([segmentName(0), segmentName(123_456)]).toEqual(['00000.ts', '123456.ts']))

test('encodeArguments makes B-frames that nothing leans on, and none where WebRTC has to show them', () => {
  expect(valueAfter(encodeArguments(plan), '-bf')).toBe('2')
  expect(valueAfter(encodeArguments({ ...plan, hasNoBFrames: true }), '-bf')).toBe('0')
})
