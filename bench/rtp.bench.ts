import { RtpPacket as PeerPacket } from 'rtp.js/packets'
import { packetiseRtpH264, planRtpH264 } from '../protocol/rtp-h264.ts'
import { RTP_HEADER_BYTES, writeRtpHeader, type RtpHeader } from '../protocol/rtp.ts'
import type { Benchmark } from './benchmark.ts'

const MAX_RTP_BYTES = 1100
const FRAMES = 20_000

/** About 6 Mbit/s at 30 Hz: parameter sets, SEI and four slices, which go in fragments. */
const nals = [25, 4, 30, 6000, 6000, 6000, 6000].map((sizeBytes, index) => new Uint8Array(sizeBytes).fill(index + 1))
const plan = planRtpH264(
  nals.map((nal) => nal.length),
  MAX_RTP_BYTES - RTP_HEADER_BYTES,
)

const frameBytes = plan.parts.reduce((sum, part) => sum + RTP_HEADER_BYTES + part.sizeBytes, 0)

/** Writes one packet at `at`; its length follows from the payload. */
type Writer = (into: Uint8Array, at: number, payload: Uint8Array, header: RtpHeader) => void

const ours: Writer = (into, at, payload, header) => into.set(payload, at + writeRtpHeader(into, at, header))

const peers: Writer = (into, at, payload, { payloadType, ssrc, marker, sequenceNumber, timestampTicks }) => {
  const peerPacket = new PeerPacket() // one that has been serialised goes on living in that buffer
  peerPacket.setPayloadType(payloadType)
  peerPacket.setSsrc(ssrc)
  peerPacket.setMarker(marker)
  peerPacket.setSequenceNumber(sequenceNumber)
  peerPacket.setTimestamp(timestampTicks)
  peerPacket.setPayload(new DataView(payload.buffer, payload.byteOffset, payload.length))
  peerPacket.serialize(into.buffer, into.byteOffset + at)
}

/** The packets of one frame, one after the other in an array of their own, as a sender hands them to its socket. */
function framePackets(write: Writer, frame: number): Uint8Array {
  const into = new Uint8Array(frameBytes)
  let at = 0
  packetiseRtpH264(nals, plan).forEach((payload, index) => {
    const sequenceNumber = (frame * plan.parts.length + index) & 0xffff
    const marker = index === plan.parts.length - 1
    write(into, at, payload, { marker, payloadType: 96, sequenceNumber, timestampTicks: (frame * 3000) >>> 0, ssrc: 7 })
    at += RTP_HEADER_BYTES + payload.length
  })
  return into
}

async function packetsPerSecond(write: Writer): Promise<number> {
  const startMs = performance.now()
  for (let frame = 0; frame < FRAMES; frame += 1) framePackets(write, frame)
  return (FRAMES * plan.parts.length) / ((performance.now() - startMs) / 1000)
}

async function compare(): Promise<void> {
  for (const frame of [0, FRAMES - 1]) {
    if (Buffer.compare(framePackets(ours, frame), framePackets(peers, frame)) !== 0) {
      throw new Error(`frame ${frame} differs from the peer's`)
    }
  }
}

export default {
  title: 'H.264 frames become RTP packets',
  unit: 'packets/s',
  sides: {
    weir: () => packetsPerSecond(ours),
    'weir payloads, rtp.js headers': () => packetsPerSecond(peers), // rtp.js knows no H.264 payloads
  },
  prepare: compare,
} satisfies Benchmark
