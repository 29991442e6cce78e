import { seededRandom } from '../link/random.ts'
import type { UdpSessionStatus } from '../protocol/weir-api.ts'
import { reportSeed } from '../stream/report-schedule.ts'
import { MAX_WAITING_BYTES } from '../stream/unit-gate.ts'
import { FrameGate } from '../udp-relay/frame-gate.ts'
import { beginningOf } from '../udp-relay/interleaved-sink.ts'
import type { PacketKind } from '../udp-relay/packet-sink.ts'
import { DropLog } from './drop-log.ts'
import type { LastHop } from './gateway-sink.ts'
import type { ViewerLane } from './viewer-lane.ts'
import type { ModelledConversation } from './modelled-conversation.ts'
import type { SessionPath } from './session-path.ts'

export type InterleavedPathOptions = {
  readonly hop: LastHop // reliable and in order, as what it stands for
  readonly link: Pick<ViewerLane, 'profile'> | undefined
  readonly conversation: () => ModelledConversation | undefined // the one that the newest play has set up
  readonly codecOf: (trackIndex: number) => string | undefined // as RFC 6381 names it
}

const FRAMING_BYTES = 4 // $, channel, length: RFC 2326 section 10.12
const MAX_UPLINK_BYTES = 65_536 // under way: as much as a receiver's reports take in hours

/** A packet under way, with who waits for it to come. */
type Sent = { isOver: boolean; followers?: (() => void)[] }

/** RTP between the messages of the RTSP connection that the viewer is charged for: over modelled TCP, in order and without
 *  loss, a late packet before all that follow. When too much waits, whole frames are dropped before they are sent, as the
 *  relay drops them for an RTSP viewer (InterleavedSink). */
export class InterleavedPath implements SessionPath {
  readonly #options: InterleavedPathOptions
  readonly #log = new DropLog()
  readonly #gates = new Map<number, FrameGate>()
  #underWayBytes = 0 // down
  #uplinkBytes = 0 // under way
  #newest: Sent | undefined
  #isClosed = false

  constructor(options: InterleavedPathOptions) {
    this.#options = options
  }

  send(kind: PacketKind, trackIndex: number, packet: Uint8Array, scheduledMs: number): void {
    if (this.#isClosed) return
    if (kind === 'rtp') {
      this.#log.offeredPackets += 1
      const waitingBytes = this.#underWayBytes + this.#options.hop.bufferedBytes()
      if (!this.#gateOf(trackIndex).admits(packet, waitingBytes)) return this.#log.drop(packet, 'sender')
    }
    const conversation = this.#options.conversation()
    if (conversation === undefined) return this.#options.hop.write(packet)
    const sent: Sent = { isOver: false }
    this.#newest = sent
    this.#underWayBytes += FRAMING_BYTES + packet.length
    conversation.write(FRAMING_BYTES + packet.length, scheduledMs, (bytes, _atMs, isWhole) => {
      this.#underWayBytes -= bytes
      if (isWhole) this.#arrive(packet, sent)
    })
  }

  sendUp(datagram: Uint8Array, nowMs: number, arrived: (atMs: number) => void): void {
    const { link, conversation: current } = this.#options
    if (link === undefined) return arrived(nowMs)
    const conversation = current()
    if (conversation === undefined || this.#uplinkBytes > MAX_UPLINK_BYTES) return
    this.#uplinkBytes += FRAMING_BYTES + datagram.length
    conversation.say(FRAMING_BYTES + datagram.length, (bytes, atMs, isWhole) => {
      this.#uplinkBytes -= bytes
      if (isWhole && !this.#isClosed) arrived(atMs)
    })
  }

  newReportRandom(): () => number {
    const { link } = this.#options
    return link === undefined ? Math.random : seededRandom(reportSeed(link.profile.seed))
  }

  afterNewest(_nowMs: number, act: () => void): void {
    if (this.#newest === undefined || this.#newest.isOver) act()
    else (this.#newest.followers ??= []).push(act)
  }

  status(): Pick<UdpSessionStatus, 'offeredPackets' | 'droppedPackets' | 'dropped'> {
    return this.#log.status()
  }

  close(): void {
    this.#isClosed = true
  }

  #arrive(packet: Uint8Array, sent: Sent): void {
    if (this.#isClosed) return
    this.#options.hop.write(packet)
    sent.isOver = true
    sent.followers?.forEach((act) => act())
  }

  #gateOf(trackIndex: number): FrameGate {
    const known = this.#gates.get(trackIndex)
    if (known !== undefined) return known
    const canBegin = (payload: Uint8Array) => beginningOf(this.#options.codecOf(trackIndex))(payload)
    const gate = new FrameGate(MAX_WAITING_BYTES, canBegin)
    this.#gates.set(trackIndex, gate)
    return gate
  }
}
