import type { PeerConnection, Track } from 'node-datachannel'
import type { Answer, DataChannels } from './data-channel.ts'
import { gatheredAnswer } from './peer-answer.ts'

/** What is sent of one session, as it was negotiated. */
export type MediaPlan = {
  readonly video: {
    readonly mid: string
    readonly payloadType: number
    readonly formatParameters: string
    readonly ssrc: number
    readonly rtx?: { readonly payloadType: number; readonly ssrc: number } // absent: lost packets are sent again as they are, or not
  }
  readonly audio?: { readonly mid: string; readonly payloadType: number; readonly ssrc: number }
  readonly unsent?: { readonly mid: string; readonly payloadType: number } // sound that is offered to be taken, where there is none
  readonly answersNack: boolean
}

export type MediaHandlers = {
  /** The page can be sent to. */
  readonly onOpen: () => void
  readonly onRtcp: (datagram: Uint8Array) => void
  /** The page or the network ended it; told once, also when it never opened. */
  readonly onClosed: () => void
}

export type AnsweredMedia = Answer & { readonly write: (packet: Uint8Array, trackIndex: number) => void }

const STREAM = 'weir' // pictures and sound of one stream are played in step

/** Feedback that is never answered: a relay of what is encoded already makes no keyframe on demand (PLI) and keeps its rate. */
const UNANSWERED_FEEDBACK = /^a=rtcp-fb:\S+ (?:nack pli|ccm fir|goog-remb|transport-cc)\r?\n/gm
const NACK = /^a=rtcp-fb:\S+ nack\r?\n/gm

/** Answers a page's offer to receive with the tracks of the plan. Throws `bad-offer`. */
export async function answerMedia(
  library: DataChannels,
  offer: string,
  plan: MediaPlan,
  handlers: MediaHandlers,
): Promise<AnsweredMedia> {
  const peer = new library.PeerConnection('weir', { iceServers: [] })
  const media = new MediaPeer(peer, tracksOf(library, peer, plan), handlers)
  try {
    const sdp = await gatheredAnswer(peer, offer, () => media.isConnecting)
    return {
      sdp: spokenFeedback(sdp, plan.answersNack),
      write: (packet, trackIndex) => media.write(packet, trackIndex),
      close: () => media.close(),
    }
  } catch (error) {
    media.close()
    throw error
  }
}

function spokenFeedback(sdp: string, answersNack: boolean): string {
  const answered = sdp.replaceAll(UNANSWERED_FEEDBACK, '')
  return answersNack ? answered : answered.replaceAll(NACK, '')
}

/** In the order of their indexes in a playout: pictures, sound. */
function tracksOf({ Video, Audio }: DataChannels, peer: PeerConnection, plan: MediaPlan): readonly Track[] {
  const { video: pictures, audio: sound, unsent } = plan
  const video = new Video(pictures.mid, 'SendOnly')
  video.addH264Codec(pictures.payloadType, pictures.formatParameters)
  video.addSSRC(pictures.ssrc, STREAM, STREAM, 'video')
  if (pictures.rtx !== undefined) {
    video.addRTXCodec(pictures.rtx.payloadType, pictures.payloadType, 90_000)
    video.addSSRC(pictures.rtx.ssrc, STREAM, STREAM, 'video')
    video.parseSdpLine(`a=ssrc-group:FID ${pictures.ssrc} ${pictures.rtx.ssrc}`) // RFC 5576, RFC 4588 section 8.8
  }
  const tracks = [peer.addTrack(video)]
  if (sound !== undefined) {
    const audio = new Audio(sound.mid, 'SendOnly')
    audio.addOpusCodec(sound.payloadType)
    audio.addSSRC(sound.ssrc, STREAM, STREAM, 'audio')
    tracks.push(peer.addTrack(audio))
  }
  if (unsent !== undefined) {
    const audio = new Audio(unsent.mid, 'Inactive')
    audio.addOpusCodec(unsent.payloadType)
    peer.addTrack(audio)
  }
  return tracks
}

/** The tracks of a page, over one connection. */
class MediaPeer {
  readonly #peer: PeerConnection
  readonly #tracks: readonly Track[] // one that nothing refers to would be collected, and closed
  readonly #handlers: MediaHandlers
  #newestRtcp: { readonly track: Track; readonly datagram: Buffer } | undefined
  #isOpen = false
  #isClosed = false

  constructor(peer: PeerConnection, tracks: readonly Track[], handlers: MediaHandlers) {
    this.#peer = peer
    this.#tracks = tracks
    this.#handlers = handlers
    for (const track of tracks) {
      track.onOpen(() => this.#open())
      track.onMessage((datagram) => this.#receive(track, datagram))
    }
    peer.onStateChange((state) => {
      if (state === 'closed' || state === 'failed' || state === 'disconnected') this.close()
    })
  }

  get isConnecting(): boolean {
    return !this.#isClosed && !this.#isOpen
  }

  write(packet: Uint8Array, trackIndex: number): void {
    if (this.#isClosed) return
    try {
      this.#tracks[trackIndex]?.sendMessageBinary(bufferOf(packet))
    } catch {
      this.close() // the addon's own threads have closed it, before anything tells us
    }
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    for (const track of this.#tracks) track.close()
    this.#peer.close()
    this.#handlers.onClosed()
  }

  #open(): void {
    if (this.#isOpen || this.#isClosed || !this.#tracks.every((track) => track.isOpen())) return
    this.#isOpen = true
    this.#handlers.onOpen()
  }

  /** A compound that speaks of several tracks is told by each of them. */
  #receive(track: Track, datagram: Buffer): void {
    const before = this.#newestRtcp
    this.#newestRtcp = { track, datagram }
    if (before !== undefined && before.track !== track && before.datagram.equals(datagram)) return
    this.#handlers.onRtcp(datagram)
  }
}

function bufferOf(packet: Uint8Array): Buffer {
  return Buffer.from(packet.buffer, packet.byteOffset, packet.length)
}
