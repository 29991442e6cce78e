import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Channel } from '../protocol/weir-api.ts'
import { loopChannel, makeChannel } from './live-latency.ts'
import { needs } from './test-support/clients.ts'
import { livePage, livePages, pagePlayers } from './test-support/hls-pages.ts'
import { livePrograms, type Played } from './test-support/hls-programs.ts'
import { inLongRun } from './test-support/long-run.ts'
import { runClient } from './test-support/run-client.ts'
import { ServedClip } from './test-support/served-clip.ts'

const SECONDS = 6 // three segments
const FRAMES_PER_SECOND = 25

let clip: ServedClip | undefined
let channel: Channel | undefined
beforeAll(async () => {
  clip = await ServedClip.start({ seconds: 4, size: '320x180' })
  channel = clip && (await loopChannel(clip.weir.url, clip.videoId))
}, 120_000)
afterAll(() => clip?.stop())

const players = { ...livePrograms(SECONDS), ...livePages(SECONDS) }

for (const [player, way] of [
  ['ffmpeg', 'hls'],
  ['mpv', 'hls'],
  ['hls.js', 'hls'],
  ['hls.js', 'lowLatencyHls'],
  ['Shaka Player', 'hls'],
  ['video.js', 'hls'],
] as const) {
  test(`${player} plays a live channel (${way}) without complaint`, async (context) => {
    if (clip === undefined) return needs(context, 'ffmpeg')
    const url = `${clip.weir.url}${channel?.urls[way]}`
    expectPlayed(await players[player](context, url))
  })
}

/** What ffmpeg sends, a keyframe each second or two: its pictures in the order of showing, and in another one. */
const senders = [
  { name: 'without B-frames', ingest: 'ts', coded: '-preset veryfast -g 50 -bf 0' },
  { name: 'as x264 encodes by itself', ingest: 'ts', coded: '-g 50' },
  { name: 'with B-frames over RTSP', ingest: 'rtsp', coded: '-preset veryfast -g 25 -bf 2' },
] as const

/** By its segments alone: with the parts Shaka Player 5.2.12 asks, while one segment is listed, for a file without a name, and later
 *  leaves parts that it has fetched out of its buffer, so that it leaps over holes; also where there are no B-frames. */
const shakaBySegments = livePage(
  {
    ...pagePlayers['Shaka Player'],
    start: pagePlayers['Shaka Player'].start.replace(
      'await player.attach',
      'player.configure({ streaming: { lowLatencyMode: false } })\n      await player.attach',
    ),
  },
  SECONDS,
)
const LOW_LATENCY_IS_OFF = /^Low-latency live stream detected/

/** In parts, and by the segments that they make up. */
const nearPlayers = { 'hls.js': players['hls.js'], 'Shaka Player': shakaBySegments }

// Registered in the long run alone.
for (const [player, { name, ingest, coded }] of inLongRun ? nearRows() : []) {
  test(`${player} plays low-latency.m3u8 of what ffmpeg sends ${name}, without complaint`, async (context) => {
    const ffmpeg = needs(context, 'ffmpeg')
    const { weir } = clip as ServedClip
    const made = await makeChannel(weir.url, { ingest })
    const sources = ['testsrc2=size=320x180:rate=25', 'sine=r=48000'].flatMap((source) => ['-f', 'lavfi', '-i', source])
    const codecs = `-c:v libx264 ${coded} -pix_fmt yuv420p -c:a aac`.split(' ')
    const output = ingest === 'ts' ? ['-f', 'mpegts', '-method', 'PUT'] : ['-f', 'rtsp', '-rtsp_transport', 'tcp']
    const ending = new AbortController()
    const args = ['-v', 'error', '-re', ...sources, ...codecs, ...output, made.ingest?.url ?? '']
    const sending = runClient(ffmpeg, args, { timeoutMs: 60_000, signal: ending.signal })
    const played = await nearPlayers[player](context, `${weir.url}/hls/${made.id}/low-latency.m3u8`)
    expectPlayed({ ...played, complaints: played.complaints.filter((text) => !LOW_LATENCY_IS_OFF.test(text)) })
    ending.abort()
    await sending
    await fetch(`${weir.url}/api/channels/${made.id}`, { method: 'DELETE' })
  })
}

function nearRows() {
  return (['hls.js', 'Shaka Player'] as const).flatMap((player) => senders.map((sender) => [player, sender] as const))
}

function expectPlayed({ pictures, seconds, complaints }: Played): void {
  expect(complaints).toEqual([])
  expect(Math.abs(seconds - SECONDS)).toBeLessThan(0.2)
  expect(Math.abs(pictures - SECONDS * FRAMES_PER_SECOND)).toBeLessThan(0.1 * SECONDS * FRAMES_PER_SECOND)
}
