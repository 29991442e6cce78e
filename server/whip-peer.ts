import type { PeerConnection, Track } from 'node-datachannel'
import { receivingAnswer, type WhipOffer, type WhipTrack } from '../protocol/whip-sdp.ts'
import type { DataChannels } from './data-channel.ts'
import { gatheredAnswer } from './peer-answer.ts'

export type WhipPeerHandlers = {
  readonly onOpen: () => void
  /** RTP and RTCP of a track, as they come (RFC 5761). */
  readonly onPacket: (kind: keyof WhipOffer, packet: Uint8Array) => void
  /** The publisher or the network ended it; told once. */
  readonly onClosed: () => void
}

/** The connection to one who publishes. */
export type WhipPeer = {
  readonly sdp: string // the answer
  sendRtcp(datagram: Uint8Array): void
  close(): void
}

/** So many kbit/s Chromium begins with, instead of 300, at which it would scale its first pictures down. */
const START_KBIT_PER_SECOND = 2000

/** Answers a publisher's offer, which has been read. Throws `bad-offer`. */
export async function answerWhip(
  { PeerConnection, Video, Audio }: DataChannels,
  sdp: string,
  { video, audio }: WhipOffer,
  handlers: WhipPeerHandlers,
): Promise<WhipPeer> {
  const peer = new PeerConnection('weir', { iceServers: [] })
  // Of a track that only receives the addon sends no RTCP of ours: it believes to send, too, and the publisher is told otherwise.
  const pictures = new Video(video.mid, 'SendRecv')
  pictures.addH264Codec(video.payloadType, withStartRate(video))
  const tracks = [receive(peer.addTrack(pictures), 'video', handlers)]
  if (audio !== undefined) {
    const sound = new Audio(audio.mid, 'SendRecv')
    sound.addOpusCodec(audio.payloadType, 'minptime=10;useinbandfec=1;stereo=1')
    tracks.push(receive(peer.addTrack(sound), 'audio', handlers))
  }
  const connection = new WhipConnection(peer, tracks, handlers)
  try {
    const answer = await gatheredAnswer(peer, sdp, () => connection.isWaiting)
    return Object.assign(connection, { sdp: receivingAnswer(answer) })
  } catch (error) {
    connection.close()
    throw error
  }
}

function withStartRate({ formatParameters }: WhipTrack): string {
  return `${formatParameters};x-google-start-bitrate=${START_KBIT_PER_SECOND}`
}

function receive(track: Track, kind: keyof WhipOffer, { onPacket }: WhipPeerHandlers): Track {
  track.onMessage((packet) => onPacket(kind, packet))
  return track
}

class WhipConnection {
  readonly #peer: PeerConnection
  readonly #tracks: readonly Track[]
  readonly #handlers: WhipPeerHandlers
  #isOpen = false
  #isClosed = false

  constructor(peer: PeerConnection, tracks: readonly Track[], handlers: WhipPeerHandlers) {
    this.#peer = peer
    this.#tracks = tracks
    this.#handlers = handlers
    peer.onStateChange((state) => {
      if (state === 'connected') this.#open()
      if (state === 'closed' || state === 'failed' || state === 'disconnected') this.close()
    })
  }

  get isWaiting(): boolean {
    return !this.#isOpen && !this.#isClosed
  }

  sendRtcp(datagram: Uint8Array): void {
    if (this.#isClosed) return
    try {
      this.#tracks[0]?.sendMessageBinary(Buffer.from(datagram))
    } catch {
      this.close() // the addon's own threads have closed it, before anything tells us of it
    }
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#peer.close()
    this.#handlers.onClosed()
  }

  #open(): void {
    if (!this.isWaiting) return
    this.#isOpen = true
    this.#handlers.onOpen()
  }
}
