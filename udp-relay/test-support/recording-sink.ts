import { decodeRtcp, type RtcpPacket } from '../../protocol/rtcp.ts'
import { decodeRtp, type RtpPacket } from '../../protocol/rtp.ts'
import type { PacketKind, PacketSink } from '../packet-sink.ts'

export type SentRtp = RtpPacket & { readonly trackIndex: number; readonly scheduledMs: number }
export type SentRtcp = {
  readonly trackIndex: number
  readonly packets: readonly RtcpPacket[]
  readonly afterRtp: number
  readonly sizeBytes: number
  readonly scheduledMs: number
}

/** Keeps what was sent, read back from the bytes. */
export class RecordingSink implements PacketSink {
  readonly rtp: SentRtp[] = []
  readonly rtcp: SentRtcp[] = []

  send(kind: PacketKind, trackIndex: number, packet: Uint8Array, scheduledMs: number): void {
    if (kind !== 'rtcp') {
      const decoded = decodeRtp(packet)
      if (!decoded.ok) throw new Error(`bad RTP: ${decoded.fault.code}`)
      this.rtp.push({ ...decoded.value, trackIndex, scheduledMs })
    } else {
      const decoded = decodeRtcp(packet)
      if (!decoded.ok) throw new Error(`bad RTCP: ${decoded.fault.code}`)
      const [afterRtp, sizeBytes] = [this.rtp.length, packet.length]
      this.rtcp.push({ trackIndex, packets: decoded.value, afterRtp, sizeBytes, scheduledMs })
    }
  }

  close(): void {}

  ofTrack(trackIndex: number): SentRtp[] {
    return this.rtp.filter((packet) => packet.trackIndex === trackIndex)
  }

  byes(): SentRtcp[] {
    return this.rtcp.filter(({ packets }) => packets.some(({ kind }) => kind === 'bye'))
  }
}
