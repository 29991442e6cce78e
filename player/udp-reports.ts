import { seededRandom } from '../link/random.ts'
import { isRtcp } from '../protocol/rtcp.ts'
import { ReceiverReports, type ReceivedStream } from '../stream/receiver-reports.ts'

/** RTCP of one UDP session: takes the sender's off the shared channel (RFC 5761), and gives the viewer's. */
export class UdpReports {
  readonly #send: (datagram: Uint8Array<ArrayBuffer>) => void
  #reports: ReceiverReports | undefined

  constructor(send: (datagram: Uint8Array<ArrayBuffer>) => void) {
    this.#send = send
  }

  /** What is received from now on. The times of the reports are drawn by the SSRC of the first stream of all. */
  follow(streams: readonly ReceivedStream[], nowMs: number): void {
    this.#reports ??= new ReceiverReports(seededRandom(streams[0]?.ssrc ?? 0))
    this.#reports.follow(streams, nowMs)
  }

  /** Whether a datagram was RTCP: then nobody else wants it. */
  take(datagram: Uint8Array, arrivalMs: number): boolean {
    if (!isRtcp(datagram)) return false
    this.#reports?.receive(datagram, arrivalMs)
    return true
  }

  /** For packets of a stream that have not come, RFC 4585. */
  ask(mediaSsrc: number, lostSequenceNumbers: readonly number[]): void {
    const nack = this.#reports?.nack(mediaSsrc, lostSequenceNumbers)
    if (nack !== undefined) this.#send(new Uint8Array(nack))
  }

  advance(nowMs: number): void {
    const report = this.#reports?.advance(nowMs)
    if (report !== undefined) this.#send(new Uint8Array(report))
  }
}
