import { expect, test } from 'vitest'
import { AccessLink } from '../link/access-link.ts'
import type { LinkProfile } from '../link/profile.ts'
import type { ViewerEvent } from '../stream/record.ts'
import { MeasuresFold, type Measures } from '../stream/measures.ts'
import type { Outline } from '../protocol/outline.ts'
import { hlsPackage } from './hls-package.ts'
import { HlsSession, type HlsSessionOptions } from './hls-session.ts'
import { testOutline } from './test-support/test-outline.ts'

const video = testOutline({ seconds: 20, videoBitsPerSecond: 2_000_000 })
const tcp = { congestionControl: 'cubic', tlsRoundTrips: 0 } as const

type Changes = Partial<HlsSessionOptions> & { readonly outline?: Outline }

function play(profile: LinkProfile, { outline = video, ...changes }: Changes = {}) {
  const fold = new MeasuresFold(1000 / 30)
  const requests: number[] = []
  const link = new AccessLink(profile, {
    accepted: (direction, { sizeBytes }, atMs) => {
      if (direction === 'up' && sizeBytes > 500) requests.push(atMs)
    },
    dropped: () => {},
    delivered: () => {},
  })
  const { variants, multivariantPlaylistBytes } = hlsPackage([outline])
  const tell = (event: ViewerEvent) => fold.add(event)
  const session = new HlsSession(link, { ladder: variants, multivariantPlaylistBytes, tcp, tell, ...changes })
  session.play(0)
  link.advance(120_000)
  const measures: Measures = fold.at(120_000)
  return { measures, requests, hasEnded: session.hasEnded }
}

const symmetric = (oneWayDelayMs: number): LinkProfile => ({
  seed: 7,
  downlink: { oneWayDelayMs },
  uplink: { oneWayDelayMs },
})

test('HlsSession starts after a round trip each for the handshake, two playlists and the first segment’s windows', () => {
  const small = testOutline({ seconds: 20, videoBitsPerSecond: 1000 }) // mostly sound
  const oneSegment = { ...small, segments: small.segments.map((segment) => ({ ...segment, sizeBytes: 10_000 })) }
  expect(play(symmetric(150), { outline: oneSegment }).measures.startupMs).toBe(4 * 300)
  const twoWindows = { ...small, segments: small.segments.map((segment) => ({ ...segment, sizeBytes: 20_000 })) }
  expect(play(symmetric(150), { outline: twoWindows }).measures.startupMs).toBe(5 * 300)
})

test('HlsSession pays for the round trips of TLS', () => {
  const startupMs = (tlsRoundTrips: 0 | 1 | 2) =>
    play(symmetric(150), { tcp: { congestionControl: 'cubic', tlsRoundTrips } }).measures.startupMs ?? 0
  expect([startupMs(1) - startupMs(0), startupMs(2) - startupMs(1)]).toEqual([300, 300])
})

test('HlsSession shows every frame without a stall where the line is fast enough', () => {
  const profile = { seed: 7, downlink: { rateBitsPerSecond: 8_000_000, oneWayDelayMs: 20 } }
  const { measures, requests, hasEnded } = play(profile)
  expect(hasEnded).toBe(true)
  expect(measures).toMatchObject({ intactFrames: 600, stallCount: 0, freezeCount: 0, receivedPackets: 5 })
  expect(requests).toHaveLength(7) // two playlists, five segments
})

test('HlsSession stalls where the line is slower than the video, and shows all of it', () => {
  const profile = { seed: 7, downlink: { rateBitsPerSecond: 1_500_000, oneWayDelayMs: 20 } }
  const { measures, hasEnded } = play(profile)
  expect([hasEnded, measures.intactFrames, measures.stallCount]).toEqual([true, 600, 4])
})

test('HlsSession asks for no more while the limit is buffered', () => {
  const { requests } = play(symmetric(0), { maxBufferSeconds: 6 })
  expect(requests.map((atMs) => Math.round(atMs))).toEqual([0, 0, 0, 0, 2000, 6000, 10_000])
})

test('HlsSession begins with the segment of the start', () => {
  const { measures, requests } = play(symmetric(10), { startSeconds: 13 })
  expect([measures.intactFrames, requests.length]).toEqual([7 * 30, 4])
})
