import { GroupRecovery } from '../stream/group-recovery.ts'
import { SeenLately } from '../stream/seen-lately.ts'
import type { SendCourse } from '../stream/send-course.ts'

/** What has come back of a track: sequence numbers and their places in the course. */
export type ParityNews = {
  readonly recovered: readonly { readonly sequenceNumber: number; readonly place: number }[]
  readonly lostParity: number | undefined // the number of a parity packet that did not come, and is not missed
}

/** What a viewer makes of one track's parity, as stream/repaired-buffer.ts does, by places of the course in place of bytes. */
export class TrackParity {
  readonly #protectedPackets: Uint8Array
  readonly #places: readonly number[] // by sequence number
  readonly #groups = new GroupRecovery<number>()
  readonly #repaired = new SeenLately()

  constructor({ trackIndices }: SendCourse, trackIndex: number, protectedPackets: Uint8Array) {
    const places: number[] = []
    for (let place = 0; place < trackIndices.length; place += 1)
      if (trackIndices[place] === trackIndex) places.push(place)
    this.#places = places
    this.#protectedPackets = protectedPackets
  }

  isParity(place: number): boolean {
    return (this.#protectedPackets[place] as number) > 0
  }

  placeOf(sequenceNumber: number): number {
    return this.#places[sequenceNumber] as number
  }

  /** How many of so many packets are of the media. */
  mediaAmong(firstSequenceNumber: number, packets: number): number {
    const places = this.#places.slice(firstSequenceNumber, firstSequenceNumber + packets)
    return places.filter((place) => !this.isParity(place)).length
  }

  /** It has been put in its place already. */
  isRepaired(sequenceNumber: number): boolean {
    return this.#repaired.has(sequenceNumber)
  }

  noteRepaired(sequenceNumber: number): void {
    this.#repaired.add(sequenceNumber)
  }

  /** A packet has come: of the media, or of parity. */
  take(sequenceNumber: number, place: number): ParityNews {
    if (!this.isParity(place))
      return { recovered: told(this.#groups.takeMedia(sequenceNumber, place)), lostParity: undefined }
    const packets = this.#protectedPackets[place] as number
    const { recovered, lostParity } = this.#groups.takeParity(sequenceNumber, {
      sequenceNumbers: Array.from({ length: packets }, (_, index) => sequenceNumber - packets + index),
      recover: (missing) => this.placeOf(missing),
    })
    return { recovered: told(recovered), lostParity }
  }
}

function told(recovered: ReturnType<GroupRecovery<number>['takeMedia']>): ParityNews['recovered'] {
  return recovered.map(({ sequenceNumber, packet: place }) => ({ sequenceNumber, place }))
}
