import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import { readWhipOffer, type WhipOffer } from '../protocol/whip-sdp.ts'
import { ENCODED_SOUND } from '../segmenter/live/sound-arguments.ts'
import type { Tools } from '../segmenter/tools.ts'
import type { UnitSender } from './channel-ingest.ts'
import type { Channels } from './channels.ts'
import { loadDataChannels } from './data-channel.ts'
import { Refusal } from './refusal.ts'
import { SoundEncoder } from './sound-encoder.ts'
import { answerWhip, type WhipPeer } from './whip-peer.ts'
import { WhipSession } from './whip-session.ts'

export type WhipSessionsOptions = {
  readonly channels: Pick<Channels, 'requireWhip' | 'end'>
  readonly tools: Promise<Tools>
  readonly logger: Logger
}

type Entry = {
  readonly id: string
  readonly channelId: string
  readonly beganMs: number
  readonly sender: UnitSender
  sound?: SoundEncoder
  peer?: WhipPeer
  session?: WhipSession
  timer?: NodeJS.Timeout
}

const CONNECTING_MS = 15_000
const TICK_MS = 20
const SILENT_MS = 2000 // of one who may have gone

/** Those who publish by WHIP (RFC 9725), one a channel. */
export class WhipSessions {
  readonly #options: WhipSessionsOptions
  readonly #entries = new Map<string, Entry>()

  constructor(options: WhipSessionsOptions) {
    this.#options = options
  }

  /** Answers a publisher's offer. Throws `unknown-channel`, `publishing-unauthorized`, `wrong-state`, `bad-offer`, `channel-in-use`,
   *  `no-data-channel`. */
  async open(channelId: string, key: string | undefined, sdp: string): Promise<{ id: string; sdp: string }> {
    const channel = this.#options.channels.requireWhip(channelId, key)
    const read = readWhipOffer(sdp)
    if (!read.ok) throw new Refusal('bad-offer', read.why)
    this.#closeSilent(channelId)
    const id = randomUUID()
    const sender = channel.input.open(() => this.#close(id, 'its channel ended'))
    const entry: Entry = { id, channelId, beganMs: performance.now(), sender }
    this.#entries.set(id, entry)
    try {
      return { id, sdp: await this.#answer(entry, sdp, read.offer) }
    } catch (error) {
      this.#close(id, 'it could not be answered')
      throw error
    }
  }

  /** Ends what is published, and its channel. Throws `unknown-publisher` and what `open` throws of channel and key. */
  async remove(channelId: string, id: string, key: string | undefined): Promise<void> {
    this.#options.channels.requireWhip(channelId, key)
    if (this.#entries.get(id)?.channelId !== channelId) {
      throw new Refusal('unknown-publisher', `nobody publishes as "${id.slice(0, 60)}"`)
    }
    await this.#options.channels.end(channelId)
  }

  close(): void {
    for (const id of [...this.#entries.keys()]) this.#close(id, 'the server is shutting down')
  }

  async #answer(entry: Entry, sdp: string, offer: WhipOffer): Promise<string> {
    const dataChannels = await loadDataChannels()
    if (dataChannels === undefined) throw new Refusal('no-data-channel', 'node-datachannel could not be loaded')
    const tools = await this.#options.tools // before the answer: what is waited for after it, it comes later by
    const { id } = entry
    const peer = await answerWhip(dataChannels, sdp, offer, {
      onOpen: () => this.#options.logger.info({ channel: entry.channelId, publisher: id }, 'WHIP publisher connected'),
      onPacket: (kind, packet) => entry.session?.take(kind, packet, performance.now(), Date.now()),
      onClosed: () => this.#close(id, 'its connection ended'),
    })
    entry.peer = peer
    if (offer.audio !== undefined) entry.sound = this.#encodeSound(entry, tools)
    entry.session = new WhipSession(
      {
        offer,
        sender: entry.sender,
        sound: entry.sound,
        sendRtcp: (datagram) => peer.sendRtcp(datagram),
        random: Math.random,
      },
      performance.now(),
    )
    entry.timer = setInterval(() => entry.session?.advance(performance.now()), TICK_MS).unref()
    setTimeout(() => {
      if (entry.session?.pictures === 0) this.#close(id, `no picture came for ${CONNECTING_MS / 1000} s`)
    }, CONNECTING_MS).unref()
    if (!this.#entries.has(id)) throw new Refusal('wrong-state', 'the channel ended meanwhile')
    return peer.sdp
  }

  #encodeSound({ channelId, sender }: Entry, tools: Tools): SoundEncoder {
    return new SoundEncoder(tools, {
      onSound: (unit) => sender.push(unit, ENCODED_SOUND, Date.now()),
      onFailed: (error) => {
        this.#options.logger.error({ err: error, channel: channelId }, 'the sound of a publisher could not be encoded')
        void this.#options.channels.end(
          channelId,
          'its sound could not be encoded; the log of the server has the cause',
        )
      },
    })
  }

  /** Who was cut off, and comes again before his old connection is known to be dead, finds his place free. */
  #closeSilent(channelId: string): void {
    for (const entry of this.#entries.values()) {
      const silentMs = entry.session?.silentMs(performance.now()) ?? 0
      if (entry.channelId === channelId && silentMs > SILENT_MS) this.#close(entry.id, 'another came in its place')
    }
  }

  /** Its channel goes on for a while without, and another may come. */
  #close(id: string, reason: string): void {
    const entry = this.#entries.get(id)
    if (entry === undefined) return
    this.#entries.delete(id)
    clearInterval(entry.timer)
    entry.sender.close()
    entry.sound?.close()
    entry.peer?.close()
    const seconds = Math.round(performance.now() - entry.beganMs) / 1000 // ms to s
    const { channelId: channel } = entry
    this.#options.logger.info(
      { channel, publisher: id, reason, seconds, ...entry.session?.figures },
      'WHIP publisher ended',
    )
  }
}
