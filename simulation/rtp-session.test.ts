import { expect, test } from 'vitest'
import { AccessLink } from '../link/access-link.ts'
import type { LinkProfile } from '../link/profile.ts'
import { MeasuresFold, type Measures } from '../stream/measures.ts'
import { SideMeasuresFold } from '../stream/side-measures.ts'
import { packetEvents } from '../stream/packet-events.ts'
import { SendPlan } from '../stream/send-plan.ts'
import { DEFAULT_MAX_RTP_BYTES } from '../stream/send-schedule.ts'
import { RtpSession, type RtpSessionOptions } from './rtp-session.ts'
import { testOutline } from './test-support/test-outline.ts'

const SECONDS = 20
const FRAMES = SECONDS * 30
const plan = new SendPlan(testOutline({ seconds: SECONDS, videoBitsPerSecond: 2_000_000 }), DEFAULT_MAX_RTP_BYTES)

function play(
  profile: LinkProfile,
  changes: Partial<RtpSessionOptions> = {},
): Measures & { readonly hasEnded: boolean } {
  const fold = new MeasuresFold(1000 / 30)
  const link = new AccessLink(
    profile,
    packetEvents('udp', (event) => fold.add(event)),
  )
  const session = new RtpSession(link, {
    plan,
    linkSeed: profile.seed,
    tell: (event) => fold.add(event),
    ...changes,
  })
  session.play(0)
  link.advance(60_000)
  return { ...fold.at(60_000), hasEnded: session.hasEnded }
}

const downlinkOf = ({ link }: Measures) => link?.find(({ direction }) => direction === 'down')

test('RtpSession shows every frame intact over a line without loss, after delay and jitter buffer', () => {
  const measures = play({ seed: 7, downlink: { oneWayDelayMs: 50 } })
  expect(measures).toMatchObject({
    hasEnded: true,
    intactFrames: FRAMES,
    damagedFrames: 0,
    frozenFrames: 0,
    freezeCount: 0,
    stallCount: 0,
    lostPackets: 0,
  })
  // Handshake, DESCRIBE and two SETUPs, each 50 ms here, then the packets' own way; the first picture is sent a frame ahead.
  expect(measures.startupMs).toBeCloseTo(4 * 50 + 50 + 200 + 1000 / 30, 9)
  expect(downlinkOf(measures)?.offeredPackets).toBe(measures.receivedPackets + 8 + 6) // sender reports, the set-up's answers
})

test('RtpSession gives the same figures for the same seed, with 2 % loss', () => {
  const lossy: LinkProfile = { seed: 7, downlink: { oneWayDelayMs: 20, loss: { kind: 'random', lossRatio: 0.02 } } }
  expect(play(lossy)).toEqual(play(lossy))
  expect(play(lossy)).toMatchObject({ lostPackets: 109, intactFrames: 34, damagedFrames: 490, frozenFrames: 76 })
})

test('RtpSession freezes where the line is slower than the video', () => {
  const measures = play({ seed: 7, downlink: { rateBitsPerSecond: 1_500_000, queueMs: 200, oneWayDelayMs: 20 } })
  const down = downlinkOf(measures)
  expect(down?.tailDroppedPackets).toBe(measures.lostPackets)
  expect(down?.utilisationRatio).toBeUndefined() // nobody told the rate
  expect(measures.freezeMs).toBeGreaterThan(0)
})

test('RtpSession shows nothing where UDP is blocked', () => {
  const measures = play({ seed: 7, downlink: {}, udpBlocked: true })
  expect(measures).toMatchObject({ hasEnded: false, receivedPackets: 0, intactFrames: 0 })
  const { blockedPackets = 0, offeredPackets = 0 } = downlinkOf(measures) ?? {}
  expect(offeredPackets - blockedPackets).toBe(6) // the set-up is TCP
})

test('RtpSession begins at the keyframe at or before the start', () => {
  const { intactFrames } = play({ seed: 7, downlink: {} }, { startSeconds: 11 })
  expect(intactFrames).toBe((SECONDS - 10) * 30)
})

test('RtpSession with retransmissions repairs 2 % loss within a jitter buffer of three round trips', () => {
  const downlink = {
    rateBitsPerSecond: 6_000_000,
    oneWayDelayMs: 50,
    loss: { kind: 'random', lossRatio: 0.02 },
  } as const
  const profile: LinkProfile = { seed: 7, downlink, uplink: { oneWayDelayMs: 50 } }
  const told = (changes: Partial<RtpSessionOptions>) => {
    const fold = new SideMeasuresFold({ side: 'udp', frameIntervalMs: 1000 / 30 })
    const { hasEnded } = play(profile, { ...changes, tell: (event) => fold.add(event) })
    const { lostPackets, repairedPackets, residualLossRatio = 1, repairOverheadRatio } = fold.measures(undefined)
    return { hasEnded, lostPackets, repairedPackets, residualLossRatio, repairOverheadRatio }
  }
  expect(told({ jitterBufferMs: 300 })).toMatchObject({ lostPackets: 109, repairedPackets: 0, repairOverheadRatio: 0 })
  const repaired = told({ jitterBufferMs: 300, repair: 'rtx' })
  expect(repaired).toMatchObject({ hasEnded: true, lostPackets: 0, repairedPackets: 109 })
  expect(repaired.residualLossRatio).toBeLessThanOrEqual(0.001)
  const tooShort = told({ jitterBufferMs: 100, repair: 'rtx' }) // repairs come after 100 ms, waited for 70 ms
  expect(tooShort).toMatchObject({ lostPackets: 109, repairedPackets: 0 })
})

const interleaved = { transport: 'interleaved' } as const

test('RtpSession on the RTSP connection loses nothing, and is late where packets have to wait for a lost one', () => {
  const downlink = {
    rateBitsPerSecond: 6_000_000,
    oneWayDelayMs: 50,
    loss: { kind: 'random', lossRatio: 0.002 },
  } as const
  const profile: LinkProfile = { seed: 7, downlink, uplink: { oneWayDelayMs: 50 } }
  for (const [jitterBufferMs, freezes, intactFrames] of [
    [50, 1, 553],
    [200, 0, FRAMES],
  ] as const) {
    const measures = play(profile, { ...interleaved, jitterBufferMs })
    expect(measures).toMatchObject({ hasEnded: true, receivedPackets: 5988, lostPackets: 0, latePackets: 0 })
    expect(measures).toMatchObject({ damagedFrames: 0, frozenFrames: 0, stallCount: 0 })
    expect([measures.freezeCount, measures.intactFrames]).toEqual([freezes, intactFrames])
  }
})

test('RtpSession on the RTSP connection adds four bytes a packet to TCP', () => {
  const profile: LinkProfile = { seed: 7, downlink: { oneWayDelayMs: 10 } }
  const measures = play(profile, interleaved)
  const down = downlinkOf(measures)
  expect(measures).toMatchObject({ hasEnded: true, intactFrames: FRAMES, lostPackets: 0 })
  expect(down?.offeredBytes).toBe(5_743_703) // UDP: 5,765,471
})

test('RtpSession on the RTSP connection drops whole frames where too much waits', () => {
  const profile: LinkProfile = { seed: 7, downlink: { rateBitsPerSecond: 500_000, oneWayDelayMs: 20 } }
  const measures = play(profile, interleaved)
  expect([measures.receivedPackets, measures.lostPackets, measures.damagedFrames]).toEqual([2220, 3768, 0])
  expect([measures.freezeCount, measures.stallCount, measures.hasEnded]).toEqual([96, 0, true])
})

test('RtpSession with a line for the set-up begins at link time 0, and loses what it loses however long that took', () => {
  const loss = { kind: 'bad-moments', lossRatio: 0.05, meanBurstMs: 40 } as const
  const near: LinkProfile = { seed: 7, downlink: { loss } }
  const far: LinkProfile = { seed: 7, downlink: { loss, oneWayDelayMs: 300 }, uplink: { oneWayDelayMs: 300 } }
  const apart = (profile: LinkProfile) => play(profile, { setUpLine: new AccessLink(profile) })
  expect([near, far].map((profile) => apart(profile).lostPackets)).toEqual([401, 401])
  expect(play(far).lostPackets).not.toBe(401) // on the line it moves all that follows
  // The wish came before: handshake, DESCRIBE, two SETUPs and the PLAY's way; the packets' way; the buffer; a frame.
  expect(apart({ ...far, downlink: { oneWayDelayMs: 300 } }).startupMs).toBeCloseTo(
    4 * 600 + 300 + 300 + 200 + 1000 / 30,
    9,
  )
})
