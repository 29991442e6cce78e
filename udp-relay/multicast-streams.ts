import type { StreamAddress } from '../protocol/presentation-sdp.ts'
import type { Reception } from '../protocol/weir-api.ts'
import { DEFAULT_MAX_RTP_BYTES } from '../stream/send-schedule.ts'
import { MulticastGroups, type MulticastOptions } from './multicast-groups.ts'
import { multicastPorts, MulticastSink } from './multicast-sink.ts'
import { MulticastStream } from './multicast-stream.ts'
import type { OpenPresentation } from './presentation-source.ts'
import { RtspRefusal } from './rtsp-refusal.ts'
import type { SegmentCache } from './segment-cache.ts'
import type { SendTimer } from './send-timer.ts'

export type MulticastParts = {
  readonly segments: SegmentCache
  readonly timer: SendTimer
  readonly random: () => number
  readonly onReception: (reception: Reception) => void // what receiver reports say
}

/** The streams that are sent to groups: one for each variant of each video that somebody watches so. */
export class MulticastStreams {
  readonly options: MulticastOptions
  readonly #parts: MulticastParts
  readonly #groups: MulticastGroups
  readonly #streams = new Map<string, Promise<MulticastStream>>() // by package

  /** Throws RangeError when `groups` is no range. */
  constructor(options: MulticastOptions, parts: MulticastParts) {
    this.options = options
    this.#parts = parts
    this.#groups = new MulticastGroups(options.groups)
  }

  /** Where a stream is sent, or would be; undefined when all groups are in use. */
  addressOf({ packageKey }: OpenPresentation): StreamAddress | undefined {
    const group = this.#groups.of(packageKey)
    const { ttl } = this.options
    return group === undefined ? undefined : { group, ttl, portOf: (trackIndex) => this.ports(trackIndex)[0] }
  }

  ports(trackIndex: number): readonly [number, number] {
    return multicastPorts(this.options, trackIndex)
  }

  /** The stream of a presentation, which is its to close from here on. Rejects with RtspRefusal 453 when all groups are in
   *  use, 500 when the system has no way to the group. */
  async streamOf(presentation: OpenPresentation): Promise<MulticastStream> {
    const { packageKey } = presentation
    const known = this.#streams.get(packageKey)
    if (known !== undefined) {
      presentation.close()
      return known
    }
    const coming = this.#open(presentation)
    this.#streams.set(packageKey, coming)
    try {
      return await coming
    } catch (error) {
      presentation.close()
      this.#forget(packageKey)
      throw error
    }
  }

  async #open(presentation: OpenPresentation): Promise<MulticastStream> {
    const { packageKey } = presentation
    const group = this.#groups.of(packageKey)
    if (group === undefined) throw new RtspRefusal(453, 'all multicast groups are in use')
    this.#groups.hold(packageKey)
    return MulticastStream.open({
      ...this.#parts,
      presentation,
      maxRtpBytes: DEFAULT_MAX_RTP_BYTES,
      withAudio: true,
      openSink: (stream) => MulticastSink.open(group, this.options, stream.takeRtcp.bind(stream)),
      onEmpty: () => this.#forget(packageKey),
    })
  }

  #forget(packageKey: string): void {
    this.#streams.delete(packageKey)
    this.#groups.release(packageKey)
  }
}
