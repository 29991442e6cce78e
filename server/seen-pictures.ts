import { allFrames, framesWithout, type DecodableFrame } from '../stream/decodable-frames.ts'
import { DisplayedSlots, type DisplayedSlot } from '../stream/displayed-slots.ts'
import type { RunEvent, ViewerEvent, ViewerSide } from '../stream/record.ts'
import { VideoLosses } from '../stream/video-losses.ts'
import type { OpenPresentation } from '../udp-relay/presentation-source.ts'

const LONGEST_SECONDS = 600
const REMEMBERED_PACKETS = 1_000_000 // lost ones, of a start

/** What the record of a run tells of its pictures: the slots of both sides, and what UDP's decoder was given. */
export class SeenPictures {
  readonly framesPerSecond: number
  readonly #variants: ReadonlyMap<string, OpenPresentation>
  readonly #slots: { readonly [side in ViewerSide]: DisplayedSlots }
  readonly #starts: VideoLosses[] = [] // of RTP
  readonly #decodable = new Map<string, readonly DecodableFrame[]>()
  #leftOutEvents = 0

  constructor(variants: readonly OpenPresentation[], framesPerSecond: number) {
    this.framesPerSecond = framesPerSecond
    this.#variants = new Map(variants.map((presentation) => [presentation.variant, presentation]))
    const options = { frameIntervalMs: 1000 / framesPerSecond, mostSlots: LONGEST_SECONDS * framesPerSecond }
    this.#slots = { hls: new DisplayedSlots(options), udp: new DisplayedSlots(options) }
  }

  add(event: RunEvent): void {
    if (event.kind === 'events-left-out') this.#leftOutEvents += event.events
    if (event.kind === 'clock' || event.kind === 'events-left-out' || 'lane' in event) return
    this.#slots[event.side ?? 'hls'].add(event)
    this.#follow(event)
  }

  /** After the last event. Of what nobody has the pictures any more nothing is measured. */
  slots(side: ViewerSide): readonly DisplayedSlot[] {
    return this.#slots[side].finish().filter(({ variant }) => this.#variants.has(variant))
  }

  variant(name: string): OpenPresentation {
    const found = this.#variants.get(name)
    if (found === undefined)
      throw new RangeError(`expected one of ${[...this.#variants.keys()].join(', ')}, got ${name}`)
    return found
  }

  decodable(variant: string, start: number): readonly DecodableFrame[] {
    const key = `${variant} ${start}`
    const known = this.#decodable.get(key) ?? this.#framesOf(variant, this.#starts[start])
    this.#decodable.set(key, known)
    return known
  }

  notes(): readonly string[] {
    const isCut = this.#slots.hls.isCut || this.#slots.udp.isCut
    return [
      ...(isCut ? [`Only the first ${LONGEST_SECONDS / 60} minutes were compared.`] : []), // s to min
      ...(this.#leftOutEvents > 0 ? ['The record has gaps: what was shown in them is not known.'] : []),
    ]
  }

  #follow(event: ViewerEvent): void {
    if (event.kind === 'rtp-started' && event.track === 'video') {
      this.#starts.push(new VideoLosses(event, (name) => this.#variants.get(name)?.outline(), REMEMBERED_PACKETS))
    } else if (
      event.kind === 'packets-given-up' &&
      event.track === 'video' &&
      event.firstSequenceNumber !== undefined
    ) {
      this.#starts.at(-1)?.lose(event.firstSequenceNumber, event.packets)
    }
  }

  #framesOf(variant: string, losses: VideoLosses | undefined): readonly DecodableFrame[] {
    const all = allFrames(this.variant(variant).outline(), this.framesPerSecond)
    return losses?.video === undefined ? all : framesWithout(losses, losses.video, all)
  }
}
