import { answerOffer, loadDataChannels } from '../data-channel.ts'
import type { LiveLink } from '../live-link.ts'
import { Refusal, refusalFor } from '../refusal.ts'
import { DatagramWay } from './datagram-way.ts'
import type { WayParts } from './way-parts.ts'

const MOST_PEERS = 4
const CONNECTING_MS = 15_000
const UNSENT_BYTES = 64_000 // beyond that SCTP's congestion control has no room: the event is lost, as UDP would lose it

type Peer = { close(): void; way?: DatagramWay }

/** The browser's UDP: an unordered data channel that never retransmits (RFC 8831 section 6.1), a message an event. */
export class DataChannelPeers {
  readonly #parts: WayParts
  readonly #link: LiveLink | undefined
  readonly #peers = new Set<Peer>()

  constructor(parts: WayParts, link: LiveLink | undefined) {
    this.#parts = parts
    this.#link = link
  }

  /** Answers a page's offer of the channels `events` and `control`. Throws `no-data-channel`, `bad-offer`,
   *  `too-many-requests`. */
  async answer(offer: string): Promise<string> {
    const dataChannels = await loadDataChannels()
    if (dataChannels === undefined) throw new Refusal('no-data-channel', 'node-datachannel could not be loaded')
    if (this.#peers.size >= MOST_PEERS) throw new Refusal('too-many-requests', `expected at most ${MOST_PEERS} peers`)
    const peer: Peer = { close: () => {} }
    this.#peers.add(peer)
    try {
      const answer = await answerOffer(
        dataChannels,
        offer,
        {
          onOpen: (channel) => this.#begin(peer, channel),
          onControl: (text) => this.#hear(text),
          onDatagram: (datagram) => this.#receive(peer, datagram),
          onClosed: () => this.#end(peer),
        },
        'events',
      )
      peer.close = answer.close
      setTimeout(() => peer.way ?? answer.close(), CONNECTING_MS).unref()
      return answer.sdp
    } catch (error) {
      this.#end(peer)
      throw error
    }
  }

  close(): void {
    for (const peer of [...this.#peers]) peer.close()
  }

  #begin(peer: Peer, channel: { bufferedBytes(): number; write(datagram: Uint8Array): void }): void {
    const { datagrams } = this.#parts.counters
    datagrams.connections += 1
    datagrams.openConnections += 1
    peer.way = new DatagramWay(this.#parts, this.#link, {
      write: (datagram) => {
        if (channel.bufferedBytes() > UNSENT_BYTES) return false
        datagrams.writtenBytes += datagram.length
        channel.write(datagram)
        return true
      },
      onMessage: (text) => this.#hear(text),
    })
  }

  #receive({ way }: Peer, datagram: Uint8Array): void {
    this.#parts.counters.datagrams.readBytes += datagram.length
    way?.receive(datagram)
  }

  #hear(text: string): void {
    try {
      this.#parts.onMessage(text)
    } catch (error) {
      if (refusalFor(error) === undefined) throw error // nobody is told: a datagram that is no message is dropped
    }
  }

  #end(peer: Peer): void {
    if (!this.#peers.delete(peer) || peer.way === undefined) return
    peer.way.close()
    this.#parts.counters.datagrams.openConnections -= 1
  }
}
