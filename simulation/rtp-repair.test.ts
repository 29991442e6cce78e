import { expect, test } from 'vitest'
import { AccessLink } from '../link/access-link.ts'
import type { LinkProfile } from '../link/profile.ts'
import type { ViewerEvent } from '../stream/record.ts'
import { SendPlan } from '../stream/send-plan.ts'
import { DEFAULT_MAX_RTP_BYTES } from '../stream/send-schedule.ts'
import { SideMeasuresFold } from '../stream/side-measures.ts'
import { RtpSender } from './rtp-sender.ts'
import { RtpViewer } from './rtp-viewer.ts'
import { UdpWay, type RtpWay } from './rtp-way.ts'
import { LiveWay } from './test-support/live-way.ts'
import { testOutline } from './test-support/test-outline.ts'

const SECONDS = 20
const JITTER_BUFFER_MS = 250
const ROUND_TRIP_MS = 80
const plan = new SendPlan(testOutline({ seconds: SECONDS, videoBitsPerSecond: 2_000_000 }), DEFAULT_MAX_RTP_BYTES)
const course = plan.courseFrom(0)
const lossy: LinkProfile = {
  seed: 5,
  downlink: {
    rateBitsPerSecond: 6_000_000,
    oneWayDelayMs: 40,
    reorderRatio: 0.02,
    loss: { kind: 'random', lossRatio: 0.1 },
  },
  uplink: { rateBitsPerSecond: 1_000_000, oneWayDelayMs: 40, loss: { kind: 'random', lossRatio: 0.05 } },
}

type Truth = { readonly packets: string[]; readonly figures: Record<string, number> }

/** What enters a link, in its order: direction, kind, bytes, moment. */
function observedLink(packets: string[]): AccessLink {
  return new AccessLink(lossy, {
    accepted: (direction, { traffic, sizeBytes }, atMs) =>
      void packets.push(`${direction} ${traffic} ${sizeBytes} ${Math.round(atMs * 1000)}`), // ms to µs
    dropped: () => {},
    delivered: () => {},
  })
}

function send(link: AccessLink, way: RtpWay): void {
  const sender = new RtpSender(link.alarms, way, { plan, startSeconds: 0, linkSeed: lossy.seed, ended: () => {} })
  sender.begin(0)
  link.advance(SECONDS * 1000 + 5000)
}

/** The relay's own parts, with bytes. */
function live(): Truth {
  const packets: string[] = []
  const link = observedLink(packets)
  const way = new LiveWay(link, course, { jitterBufferMs: JITTER_BUFFER_MS, roundTripMs: ROUND_TRIP_MS })
  send(link, way)
  return { packets, figures: way.figures() }
}

function virtual(): Truth {
  const packets: string[] = []
  const link = observedLink(packets)
  const fold = new SideMeasuresFold({ side: 'udp', frameIntervalMs: 1000 / 30 })
  let repairBytes = 0
  const tell = (event: ViewerEvent) => {
    fold.add(event)
    if (event.kind === 'repair-received') repairBytes += event.sizeBytes
  }
  const way = new UdpWay(link, course, {
    arrived: (place, atMs) => viewer.receive(place, atMs),
    resent: (place, sizeBytes, atMs) => viewer.receiveAgain(place, sizeBytes, atMs),
    asked: (lost, atMs) => sender.resend(lost, atMs),
  })
  const ask = way.ask.bind(way)
  const viewer = new RtpViewer(link.alarms, { plan, startSeconds: 0, jitterBufferMs: JITTER_BUFFER_MS, tell, ask })
  const ended = (packetsOfTrack: readonly number[]) => viewer.end(packetsOfTrack)
  const sender = new RtpSender(link.alarms, way, {
    plan,
    startSeconds: 0,
    linkSeed: lossy.seed,
    canRepair: true,
    ended,
  })
  viewer.begin(0, ROUND_TRIP_MS)
  sender.begin(0)
  link.advance(SECONDS * 1000 + 5000)
  const { repairedPackets = 0, lostPackets = 0, latePackets = 0 } = fold.measures(undefined)
  return { packets, figures: { repaired: repairedPackets, missing: lostPackets + latePackets, repairBytes } }
}

test('requests and retransmissions of a virtual viewer are those of the relay’s own parts, packet by packet', () => {
  const [real, simulated] = [live(), virtual()]
  expect(simulated.packets).toEqual(real.packets)
  expect(simulated.figures).toEqual(real.figures)
  expect(simulated.figures).toEqual({ repaired: 605, missing: 13, repairBytes: 628_472 })
})
