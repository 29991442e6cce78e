import { decodeParity, recoverPacket } from '../protocol/rtp-ulpfec.ts'
import { extendSequenceNumber } from '../protocol/rtp.ts'
import { GroupRecovery, type GroupNews, type ProtectedGroup, type RecoveredPacket } from './group-recovery.ts'

/** A datagram that had been lost, as it was sent. */
export type Recovered = RecoveredPacket<Uint8Array>

/** Gives back datagrams that were lost, of one SSRC, out of the others of their groups and their parity packets (RFC 5109
 *  section 9). Sequence numbers are extended ones. */
export class ParityRecovery {
  readonly #ssrc: number
  readonly #groups = new GroupRecovery<Uint8Array>()

  constructor(ssrc: number) {
    this.#ssrc = ssrc
  }

  /** A packet of the media has come; gives what can be recovered now. */
  takeMedia(sequenceNumber: number, datagram: Uint8Array): readonly Recovered[] {
    return this.#groups.takeMedia(sequenceNumber, datagram)
  }

  /** A parity packet has come. What is none, by its bytes, tells nothing. */
  takeParity(sequenceNumber: number, payload: Uint8Array): GroupNews<Uint8Array> {
    return this.#groups.takeParity(sequenceNumber, this.#readGroup(sequenceNumber, payload))
  }

  #readGroup(sequenceNumber: number, payload: Uint8Array): ProtectedGroup<Uint8Array> | undefined {
    const read = decodeParity(payload)
    if (!read.ok) return undefined
    return {
      sequenceNumbers: read.value.sequenceNumbers.map((number) => extendSequenceNumber(number, sequenceNumber)),
      recover: (missing, others) =>
        recoverPacket(read.value, { sequenceNumber: missing & 0xffff, ssrc: this.#ssrc }, others),
    }
  }
}
