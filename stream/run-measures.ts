import { receiverOf, viewerOf } from './event-kinds.ts'
import { LinkMeasuresFold, type LinkMeasures } from './link-measures.ts'
import type { LinkEvent, PacketEvent, RunEvent, ViewerSide } from './record.ts'
import { SideMeasuresFold, type SideMeasures } from './side-measures.ts'
import type { OutlineOf } from './video-losses.ts'

export type RunMeasures = {
  readonly [side in ViewerSide]: SideMeasures
} & { readonly leftOutEvents: number } // of a record with gaps: what all figures lack

export type RunMeasuresOptions = {
  readonly frameIntervalMs: number
  readonly outlineOf?: OutlineOf // what is known of the packets' frames
}

/** The fold over a run of two viewers: the same measures of both, at the newest moment that each has told. What the link
 *  tells of a lane counts for whoever is on it; on a shared one the truth is both's, and TCP's bytes are HLS'. */
export class RunMeasuresFold {
  readonly #viewers: { readonly [side in ViewerSide]: SideMeasuresFold }
  readonly #link = new LinkMeasuresFold()
  readonly #wireBytes = { hls: 0, udp: 0 }
  #linkMs = 0 // the newest link time
  #leftOutEvents = 0

  constructor(options: RunMeasuresOptions) {
    this.#viewers = {
      hls: new SideMeasuresFold({ ...options, side: 'hls' }),
      udp: new SideMeasuresFold({ ...options, side: 'udp' }),
    }
  }

  add(event: RunEvent): void {
    if (event.kind === 'clock') return
    if (event.kind === 'events-left-out') this.#leftOutEvents += event.events
    else if ('lane' in event) this.#addOfLink(event)
    else this.#viewers[viewerOf(event)].add(event)
  }

  measures(): RunMeasures {
    const truths = this.#link.at(this.#linkMs)
    return { hls: this.#side('hls', truths), udp: this.#side('udp', truths), leftOutEvents: this.#leftOutEvents }
  }

  #side(side: ViewerSide, truths: readonly LinkMeasures[]): SideMeasures {
    const ownLane = side === 'hls' ? 'tcp' : 'udp'
    const truth = truths.find(({ lane, direction }) => direction === 'down' && (lane === ownLane || lane === 'shared'))
    const wireBytes = truth === undefined ? undefined : this.#wireBytes[side]
    return { ...this.#viewers[side].measures(wireBytes), ...(truth === undefined ? {} : linkSideMeasures(truth)) }
  }

  #addOfLink(event: LinkEvent): void {
    this.#linkMs = Math.max(this.#linkMs, event.atMs)
    this.#link.add(event)
    if (isOffered(event)) this.#wireBytes[receiverOf(event)] += event.sizeBytes
  }
}

/** What the server sent to a viewer: a packet is accepted by the downlink's queue, or found no way into it. */
function isOffered(event: LinkEvent): event is PacketEvent {
  if (event.direction !== 'down') return false
  return event.kind === 'packet-accepted' || (event.kind === 'packet-dropped' && event.cause !== 'loss')
}

/** What the measures of a side say of its downlink. */
export function linkSideMeasures(truth: LinkMeasures) {
  return {
    linkOfferedPackets: truth.offeredPackets,
    linkLostPackets: truth.lostPackets,
    linkTailDroppedPackets: truth.tailDroppedPackets,
    linkBlockedPackets: truth.blockedPackets,
    queueingDelayMsMean: truth.queueingDelayMsMean,
    queueingDelayMsP95: truth.queueingDelayMsP95,
    ...(truth.utilisationRatio === undefined ? {} : { utilisationRatio: truth.utilisationRatio }),
  }
}
