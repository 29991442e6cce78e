import { expect, test } from 'vitest'
import { AccessLink } from '../link/access-link.ts'
import { UDP_IPV4_HEADER_BYTES } from '../link/link-packet.ts'
import { seededRandom } from '../link/random.ts'
import { reportSeed } from '../stream/report-schedule.ts'
import { SendPlan } from '../stream/send-plan.ts'
import { DEFAULT_MAX_RTP_BYTES } from '../stream/send-schedule.ts'
import { Playout } from '../udp-relay/playout.ts'
import { SegmentCache } from '../udp-relay/segment-cache.ts'
import {
  CLIP_SECONDS,
  makePackageClip,
  presentationOf,
  type PackageClip,
} from '../udp-relay/test-support/package-clip.ts'
import { makeSoundClip } from '../udp-relay/test-support/sound-clip.ts'
import { VirtualTimer } from '../udp-relay/test-support/virtual-timer.ts'
import { RtpSender, type RtpSenderOptions } from './rtp-sender.ts'
import { UdpWay } from './rtp-way.ts'
import { testOutline } from './test-support/test-outline.ts'

const clips = { 'a video': makePackageClip(), 'sound alone': makeSoundClip() }
const SEED = 1

type Entry = readonly [traffic: string, sizeBytes: number, atMs: number]

async function liveEntries(clip: PackageClip, startSeconds: number): Promise<Entry[]> {
  const entries: Entry[] = []
  const timer = new VirtualTimer()
  let zeroMs: number | undefined
  const playout = new Playout({
    presentation: presentationOf(clip),
    segments: new SegmentCache({ maxBytes: 10_000_000 }),
    sink: {
      send(kind, _trackIndex, bytes, scheduledMs) {
        zeroMs ??= scheduledMs
        const linkMs = Math.round((scheduledMs - zeroMs) * 1000) / 1000 // as server/era.ts
        entries.push([kind, bytes.length + UDP_IPV4_HEADER_BYTES, linkMs])
      },
      close: () => {},
    },
    timer,
    random: () => 0.5,
    newReportRandom: () => seededRandom(reportSeed(SEED)),
    maxRtpBytes: DEFAULT_MAX_RTP_BYTES,
    withAudio: true,
    onEnded: () => {},
    onFailed: (error) => {
      throw error
    },
  })
  await playout.play(startSeconds)
  await timer.advance(CLIP_SECONDS * 1000)
  return entries
}

function virtualEntries(clip: PackageClip, startSeconds: number): Entry[] {
  const entries: Entry[] = []
  const link = new AccessLink(
    { seed: SEED, downlink: {} },
    {
      accepted: (_direction, { traffic, sizeBytes }, atMs) => void entries.push([traffic, sizeBytes, atMs]),
      dropped: () => {},
      delivered: () => {},
    },
  )
  const options = { plan: new SendPlan(clip.outline, DEFAULT_MAX_RTP_BYTES), startSeconds, linkSeed: SEED }
  newSender(link, options).begin(0)
  link.advance(CLIP_SECONDS * 1000)
  return entries
}

function newSender(link: AccessLink, options: Omit<RtpSenderOptions, 'ended'> & Partial<RtpSenderOptions>): RtpSender {
  const way = new UdpWay(link, options.plan.courseFrom(options.startSeconds), { arrived: () => {} })
  return new RtpSender(link.alarms, way, { ended: () => {}, ...options })
}

for (const [what, clip] of Object.entries(clips)) {
  for (const startSeconds of [0, 2.5]) {
    test(`RtpSender sends of ${what} what the live playout sends from ${startSeconds} s on, at the same moments`, async () => {
      const [live, virtual] = [await liveEntries(clip, startSeconds), virtualEntries(clip, startSeconds)]
      const lastRtp = live.findLastIndex(([traffic]) => traffic === 'rtp')
      expect(virtual).toEqual(live.slice(0, lastRtp + 1))
      const tracks = clip.outline.video === undefined ? 1 : 2
      expect(virtual.filter(([traffic]) => traffic === 'rtcp')).toHaveLength(2 * tracks) // twice
    })
  }
}

test('RtpSender tells the end once, with the packets of each track', () => {
  const link = new AccessLink({ seed: SEED, downlink: {} })
  const ends: (readonly number[])[] = []
  const outline = testOutline({ seconds: 8, videoBitsPerSecond: 1_000_000 })
  const options = { plan: new SendPlan(outline, DEFAULT_MAX_RTP_BYTES), startSeconds: 0, linkSeed: SEED }
  newSender(link, { ...options, ended: (packets) => ends.push(packets) }).begin(0)
  link.advance(60_000)
  expect(ends).toEqual([[1012, 375]])
  expect(link.nextEventMs()).toBe(Infinity)
})

test('RtpSender refuses an outline without a keyframe', () => {
  const link = new AccessLink({ seed: SEED, downlink: {} })
  const outline = { ...testOutline({ seconds: 8, videoBitsPerSecond: 1_000_000 }), segments: [] }
  const options = { plan: new SendPlan(outline, DEFAULT_MAX_RTP_BYTES), startSeconds: 0, linkSeed: SEED }
  expect(() => newSender(link, options)).toThrow('made-up has no keyframe')
})
