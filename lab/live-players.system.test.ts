import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Channel } from '../protocol/weir-api.ts'
import { loopChannel } from './live-latency.ts'
import { needs } from './test-support/clients.ts'
import { livePages } from './test-support/hls-pages.ts'
import { livePrograms } from './test-support/hls-programs.ts'
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
    const { pictures, seconds, complaints } = await players[player](context, url)
    expect(complaints).toEqual([])
    expect(Math.abs(seconds - SECONDS)).toBeLessThan(0.2)
    expect(Math.abs(pictures - SECONDS * FRAMES_PER_SECOND)).toBeLessThan(0.1 * SECONDS * FRAMES_PER_SECOND)
  })
}
