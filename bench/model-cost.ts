import { AccessLink } from '../link/access-link.ts'
import { UDP_IPV4_HEADER_BYTES } from '../link/link-packet.ts'
import type { CongestionControl, LinkProfile } from '../link/profile.ts'
import { TcpConnection } from '../link/tcp/connection.ts'
import { compare } from '../simulation/comparison.ts'
import { runExperiment, type NamedSide } from '../simulation/experiment.ts'
import { SendPlan } from '../stream/send-plan.ts'
import { DEFAULT_MAX_RTP_BYTES } from '../stream/send-schedule.ts'
import { testOutline } from '../simulation/test-support/test-outline.ts'
import { cpuMicroseconds } from './cpu-time.ts'

const RATE_BITS_PER_SECOND = 5_000_000
/** Long enough that the compiler's share, the collector's turns and a neighbour's moment are small in each run. */
export const BULK_SECONDS = 900
const RTP_PACKET_BYTES = 1100
const COMPARED_SECONDS = 600

const line: LinkProfile = {
  seed: 7,
  downlink: { rateBitsPerSecond: RATE_BITS_PER_SECOND, queueMs: 200, oneWayDelayMs: 20 },
  uplink: { oneWayDelayMs: 20 },
}

/** One response at 5 Mbit/s: microseconds per data packet, its ACK included. */
export function tcpMicroseconds(congestionControl: CongestionControl): number {
  const link = new AccessLink(line)
  const connection = new TcpConnection(
    link,
    { congestionControl, tlsRoundTrips: 0 },
    {
      requestArrived: (_bytes, atMs) => void connection.write((RATE_BITS_PER_SECOND / 8) * BULK_SECONDS * 2, atMs),
      responseArrived: () => {},
    },
  )
  connection.open(0)
  connection.request(500, 0)
  const cpu = cpuMicroseconds(() => link.advance(BULK_SECONDS * 1000))
  return cpu / connection.state().sentSegments
}

/** Microseconds per RTP packet of a stream of 4.5 Mbit/s, each entering at its own time. */
export function rtpMicroseconds(): number {
  const link = new AccessLink(line)
  let deliveredPackets = 0
  const flow = link.openFlow({ down: { delivered: () => void (deliveredPackets += 1) } })
  const sizeBytes = RTP_PACKET_BYTES + UDP_IPV4_HEADER_BYTES
  const intervalMs = (sizeBytes * 8) / 4500 // 8 bit a byte, 4,500 bit a ms
  const packets = Math.floor((BULK_SECONDS * 1000) / intervalMs)
  const cpu = cpuMicroseconds(() => {
    for (let id = 1; id <= packets; id += 1) {
      link.advance(id * intervalMs)
      link.send('down', { id, flow, sizeBytes, traffic: 'rtp' }, id * intervalMs)
    }
    link.advance(BULK_SECONDS * 2000)
  })
  if (deliveredPackets !== packets) throw new Error(`${deliveredPackets} of ${packets} packets came`)
  return cpu / packets
}

const compared: LinkProfile = {
  seed: 7,
  downlink: {
    rateBitsPerSecond: 8_000_000,
    queueMs: 200,
    oneWayDelayMs: 20,
    loss: { kind: 'random', lossRatio: 0.005 },
  },
  uplink: { rateBitsPerSecond: 2_000_000, oneWayDelayMs: 20 },
}

/** About 5 Mbit/s; planned once, as for any number of comparisons of one video. */
export const plan = new SendPlan(
  testOutline({ seconds: COMPARED_SECONDS, videoBitsPerSecond: 4_800_000 }),
  DEFAULT_MAX_RTP_BYTES,
)

const EXPERIMENT_SECONDS = 120
const EXPERIMENTS = 5
const experimentVideo = {
  title: 'modelled',
  outlines: [testOutline({ seconds: EXPERIMENT_SECONDS, videoBitsPerSecond: 4_800_000 })],
}
const experimentSides: readonly NamedSide[] = [
  { name: 'hls', spec: { kind: 'hls', abr: 'fixed' } },
  { name: 'udp', spec: { kind: 'udp', repair: 'off' } },
]

/** Two-minute experiments of two sides, one seed after the other, with all measures of the lab: seconds of video per second
 *  of CPU time. */
export function experimentSpeed(): number {
  const cpu = cpuMicroseconds(() => {
    for (let seed = 1; seed <= EXPERIMENTS; seed += 1) {
      const profile = { ...compared, seed }
      const durationSeconds = 2 * EXPERIMENT_SECONDS
      const outcomes = runExperiment({ video: experimentVideo, sides: experimentSides, profile, durationSeconds })
      if (!outcomes.every(({ hasEnded }) => hasEnded)) throw new Error('a side did not come to its end')
    }
  })
  return (EXPERIMENTS * EXPERIMENT_SECONDS) / (cpu / 1e6) // µs to s
}

/** Both sides of that video: seconds of it per second of CPU time. */
export function comparisonSpeed(): number {
  let ended = false
  const cpu = cpuMicroseconds(() => {
    const { hls, rtp } = compare({ outline: plan.outline, plan, profile: compared })
    ended = hls.hasEnded && rtp.hasEnded
  })
  if (!ended) throw new Error('a side did not come to its end')
  return COMPARED_SECONDS / (cpu / 1e6) // µs to s
}
