import { expect, test } from 'vitest'
import { AccessLink } from '../link/access-link.ts'
import type { LinkProfile } from '../link/profile.ts'
import type { ViewerEvent } from '../stream/record.ts'
import type { RtpRepair } from '../protocol/ways.ts'
import { DEFAULT_FEC_GROUP } from '../stream/parity-bounds.ts'
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

const groupOf = (repair: RtpRepair) => (repair === 'fec' ? DEFAULT_FEC_GROUP : undefined)

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

function send(link: AccessLink, way: RtpWay, fecGroupPackets: number | undefined): void {
  const options = { plan, startSeconds: 0, linkSeed: lossy.seed, fecGroupPackets, ended: () => {} }
  const sender = new RtpSender(link.alarms, way, options)
  sender.begin(0)
  link.advance(SECONDS * 1000 + 5000)
}

/** The relay's own parts, with bytes. */
function live(repair: RtpRepair): Truth {
  const packets: string[] = []
  const link = observedLink(packets)
  const course = plan.courseFrom(0, groupOf(repair))
  const way = new LiveWay(link, course, { jitterBufferMs: JITTER_BUFFER_MS, roundTripMs: ROUND_TRIP_MS, repair })
  send(link, way, groupOf(repair))
  return { packets, figures: way.figures() }
}

function virtual(repair: RtpRepair): Truth {
  const packets: string[] = []
  const link = observedLink(packets)
  const fold = new SideMeasuresFold({ side: 'udp', frameIntervalMs: 1000 / 30 })
  let repairBytes = 0
  const tell = (event: ViewerEvent) => {
    fold.add(event)
    if (event.kind === 'repair-received') repairBytes += event.sizeBytes
  }
  const fecGroupPackets = groupOf(repair)
  const way = new UdpWay(link, plan.courseFrom(0, fecGroupPackets), {
    arrived: (place, atMs) => viewer.receive(place, atMs),
    resent: (place, sizeBytes, atMs) => viewer.receiveAgain(place, sizeBytes, atMs),
    asked: (lost, atMs) => sender.resend(lost, atMs),
  })
  const ask = repair === 'rtx' ? { ask: way.ask.bind(way) } : {}
  const common = { plan, startSeconds: 0, fecGroupPackets }
  const viewer = new RtpViewer(link.alarms, { ...common, jitterBufferMs: JITTER_BUFFER_MS, tell, ...ask })
  const ended = (packetsOfTrack: readonly number[]) => viewer.end(packetsOfTrack)
  const sender = new RtpSender(link.alarms, way, {
    ...common,
    linkSeed: lossy.seed,
    canRepair: repair === 'rtx',
    ended,
  })
  viewer.begin(0, ROUND_TRIP_MS)
  sender.begin(0)
  link.advance(SECONDS * 1000 + 5000)
  const { repairedPackets = 0, lateRepairs = 0, lostPackets = 0, latePackets = 0 } = fold.measures(undefined)
  const missing = lostPackets + latePackets
  return { packets, figures: { repaired: repairedPackets, lateRepairs, missing, repairBytes } }
}

const cases = [
  { repair: 'rtx', figures: { repaired: 594, lateRepairs: 0, missing: 14, repairBytes: 606_469 } },
  { repair: 'fec', figures: { repaired: 310, lateRepairs: 0, missing: 330, repairBytes: 645_490 } },
] as const

for (const { repair, figures } of cases) {
  test(`with ${repair} a virtual viewer's packets are those of the relay's own parts, one by one`, () => {
    const [real, simulated] = [live(repair), virtual(repair)]
    expect(simulated.packets).toEqual(real.packets)
    expect(simulated.figures).toEqual(real.figures)
    expect(simulated.figures).toEqual(figures)
  })
}
