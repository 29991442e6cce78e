import type { DataChannel, PeerConnection } from 'node-datachannel'
import { gatheredAnswer } from './peer-answer.ts'
import { Refusal } from './refusal.ts'
import type { SessionChannel } from './udp-session.ts'

export type DataChannels = typeof import('node-datachannel')

export type ChannelHandlers = {
  /** Both channels are open; messages come after this. */
  readonly onOpen: (channel: SessionChannel) => void
  readonly onControl: (text: string) => void
  readonly onDatagram: (datagram: Uint8Array) => void
  /** The page or the network ended it; told once, also when it never opened. */
  readonly onClosed: () => void
}

export type Answer = { readonly sdp: string; readonly close: () => void }

let loading: Promise<DataChannels | undefined> | undefined

/** The optional addon, loaded with the first session: once loaded it keeps the process alive until `process.exit`.
 *  undefined where it is not installed or does not fit this machine. */
export function loadDataChannels(): Promise<DataChannels | undefined> {
  loading ??= import('node-datachannel').catch(() => undefined)
  return loading
}

/** Answers a page's offer of two channels: one of datagrams (unordered, never retransmitted; `rtp` unless it is said
 *  otherwise) and `control` (reliable). The answer has all candidates. Throws `bad-offer`. */
export async function answerOffer(
  { PeerConnection }: DataChannels,
  offer: string,
  handlers: ChannelHandlers,
  datagramLabel = 'rtp',
): Promise<Answer> {
  if (!offer.includes('m=application')) throw new Refusal('bad-offer', 'expected an SDP offer of data channels')
  const peer = new PeerConnection('weir', { iceServers: [] })
  const pair = new ChannelPair(peer, handlers, datagramLabel)
  try {
    const sdp = await gatheredAnswer(peer, offer, () => !pair.isOpenOrClosed)
    return { sdp, close: () => pair.close() }
  } catch (error) {
    pair.close()
    throw error
  }
}

/** The two channels of a page, which open in any order; the session begins when both are there. */
class ChannelPair {
  readonly #peer: PeerConnection
  readonly #handlers: ChannelHandlers
  readonly #datagramLabel: string
  readonly #channels = new Map<string, DataChannel>()
  #earlyMessages: string[] | undefined = []
  #isClosed = false

  constructor(peer: PeerConnection, handlers: ChannelHandlers, datagramLabel: string) {
    this.#peer = peer
    this.#handlers = handlers
    this.#datagramLabel = datagramLabel
    peer.onDataChannel((channel) => this.#add(channel))
    peer.onStateChange((state) => {
      if (state === 'closed' || state === 'failed' || state === 'disconnected') this.close()
    })
  }

  get isOpenOrClosed(): boolean {
    return this.#isClosed || this.#channels.size > 0
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    for (const channel of this.#channels.values()) channel.close()
    this.#peer.close()
    this.#handlers.onClosed()
  }

  #add(channel: DataChannel): void {
    const label = channel.getLabel()
    if (label !== this.#datagramLabel && label !== 'control') return channel.close()
    channel.onClosed(() => this.close())
    if (label === 'control') channel.onMessage((message) => this.#receive(message))
    else channel.onMessage((message) => this.#receiveDatagram(message))
    this.#channels.set(label, channel)
    const [datagrams, control] = [this.#channels.get(this.#datagramLabel), this.#channels.get('control')]
    if (datagrams !== undefined && control !== undefined) this.#open(datagrams, control)
  }

  #open(datagrams: DataChannel, control: DataChannel): void {
    this.#handlers.onOpen({
      transport: 'data-channel',
      bufferedBytes: () => this.#attempt(() => datagrams.bufferedAmount()) ?? 0,
      write: (packet) => void this.#attempt(() => datagrams.sendMessageBinary(packet)),
      sendControl: (text) => void this.#attempt(() => control.sendMessage(text)),
      close: () => this.close(),
    })
    const messages = this.#earlyMessages ?? []
    this.#earlyMessages = undefined
    messages.forEach((text) => this.#handlers.onControl(text))
  }

  /** A channel that the addon's own threads have closed throws, before anything tells us of it. */
  #attempt<T>(act: () => T): T | undefined {
    if (this.#isClosed) return undefined
    try {
      return act()
    } catch {
      this.close()
      return undefined
    }
  }

  #receiveDatagram(message: string | Buffer | ArrayBuffer): void {
    if (typeof message !== 'string') this.#handlers.onDatagram(new Uint8Array(message))
  }

  #receive(message: string | Buffer | ArrayBuffer): void {
    const text = typeof message === 'string' ? message : ''
    if (this.#earlyMessages === undefined) this.#handlers.onControl(text)
    else this.#earlyMessages.push(text)
  }
}
