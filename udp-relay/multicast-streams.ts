import type { StreamAddress } from '../protocol/presentation-sdp.ts'
import type { Reception } from '../protocol/weir-api.ts'
import { MulticastGroups, type MulticastOptions } from './multicast-groups.ts'
import { multicastPorts, MulticastSink } from './multicast-sink.ts'
import { MulticastStream } from './multicast-stream.ts'
import type { OpenPresentation } from './presentation-source.ts'
import type { PresentationWish } from './presentation-wish.ts'
import { rtpFormat } from './rtp-format.ts'
import { RtspRefusal } from './rtsp-refusal.ts'
import type { SegmentCache } from './segment-cache.ts'
import type { SendTimer } from './send-timer.ts'

export type MulticastParts = {
  readonly segments: SegmentCache
  readonly timer: SendTimer
  readonly random: () => number
  readonly onReception: (reception: Reception) => void // what receiver reports say
}

/** The streams that are sent to groups: one for each variant of each video, and each way to send it, that
 *  somebody watches so. */
export class MulticastStreams {
  readonly options: MulticastOptions
  readonly #parts: MulticastParts
  readonly #groups: MulticastGroups
  readonly #streams = new Map<string, Promise<MulticastStream>>() // by package, payload, loop and parity

  /** Throws RangeError when `groups` is no range. */
  constructor(options: MulticastOptions, parts: MulticastParts) {
    this.options = options
    this.#parts = parts
    this.#groups = new MulticastGroups(options.groups)
  }

  /** Where a stream is sent, or would be; undefined when all groups are in use. */
  addressOf(presentation: OpenPresentation, wish: PresentationWish): StreamAddress | undefined {
    const group = this.#groups.of(keyOf(presentation, wish))
    const { ttl } = this.options
    return group === undefined ? undefined : { group, ttl, portOf: (trackIndex) => this.ports(trackIndex)[0] }
  }

  ports(trackIndex: number): readonly [number, number] {
    return multicastPorts(this.options, trackIndex)
  }

  /** The stream of a presentation, which is its to close from here on. Rejects with RtspRefusal 453 when all groups are in
   *  use, 500 when the system has no way to the group. */
  async streamOf(presentation: OpenPresentation, wish: PresentationWish): Promise<MulticastStream> {
    const key = keyOf(presentation, wish)
    const known = this.#streams.get(key)
    if (known !== undefined) {
      presentation.close()
      return known
    }
    const coming = this.#open(presentation, wish)
    this.#streams.set(key, coming)
    try {
      return await coming
    } catch (error) {
      presentation.close()
      this.#forget(key)
      throw error
    }
  }

  async #open(presentation: OpenPresentation, wish: PresentationWish): Promise<MulticastStream> {
    const key = keyOf(presentation, wish)
    const group = this.#groups.of(key)
    if (group === undefined) throw new RtspRefusal(453, 'all multicast groups are in use')
    this.#groups.hold(key)
    return MulticastStream.open({
      ...this.#parts,
      presentation,
      ...rtpFormat(wish.payload, false),
      isLooped: wish.isLooped,
      fecGroupPackets: wish.fecGroupPackets,
      withAudio: true,
      openSink: (stream) => MulticastSink.open(group, this.options, stream.takeRtcp.bind(stream)),
      onEmpty: () => this.#forget(key),
    })
  }

  #forget(key: string): void {
    this.#streams.delete(key)
    this.#groups.release(key)
  }
}

function keyOf({ packageKey }: OpenPresentation, { payload, isLooped, fecGroupPackets }: PresentationWish): string {
  return [packageKey, payload, isLooped, fecGroupPackets].join('\n')
}
