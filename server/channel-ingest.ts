import type { Readable } from 'node:stream'
import type { AacConfig } from '../protocol/aac.ts'
import { MpegTsStream, type TsUnit } from '../protocol/mpeg-ts-stream.ts'
import { parameterSetsOf } from '../segmenter/live/live-renditions.ts'
import { IngestClock } from './ingest-clock.ts'
import type { LiveChannel } from './live-channel.ts'
import { Refusal } from './refusal.ts'

/** The chunks of a body, which stays open when the reader gives up: a refusal can still be answered. */
async function* readKeeping(body: Readable): AsyncGenerator<Uint8Array> {
  try {
    for await (const bytes of body.iterator({ destroyOnReturn: false })) yield bytes as Uint8Array
  } catch (error) {
    if (body.destroyed) throw new Refusal('broken-off', 'the sender broke off')
    throw error
  }
}

/** One who sends units to a channel: the only one until he is closed. */
export type UnitSender = {
  push(unit: TsUnit, audio: AacConfig | false, unixMs: number): void
  close(): void
}

/** What is sent to a channel, by one sender at a time, one after the other. */
export class ChannelIngest {
  readonly #channel: LiveChannel
  readonly #clock = new IngestClock()
  #parameterSets: string | undefined
  #isOpen = false
  #onChannelEnded: (() => void) | undefined // of one who sends units

  constructor(channel: LiveChannel) {
    this.#channel = channel
  }

  /** For who has units; told when the channel ends before him. Throws `channel-in-use`. */
  open(onChannelEnded: () => void): UnitSender {
    this.#begin()
    this.#onChannelEnded = onChannelEnded
    return {
      push: (unit, audio, unixMs) => {
        const placed = this.#clock.place(unit)
        if (placed !== undefined) this.#channel.push(placed, audio, unixMs)
      },
      close: () => {
        this.#onChannelEnded = undefined
        this.#isOpen = false
      },
    }
  }

  /** The channel has ended. */
  end(): void {
    this.#onChannelEnded?.()
  }

  /** An MPEG transport stream, as it comes. Resolves at its end; another may follow. Rejects with `channel-in-use`, `bad-stream`,
   *  `wrong-state` when the channel has ended, `broken-off`; the rest of the body is then the caller's. */
  async takeTransportStream(body: Readable): Promise<void> {
    this.#begin()
    const stream = new MpegTsStream({ hasWholePictures: false })
    try {
      for await (const bytes of readKeeping(body)) {
        const units = stream.push(bytes)
        if (!units.ok) throw new Refusal('bad-stream', JSON.stringify(units.fault))
        this.#take(units.value, stream)
        if (this.#channel.hasEnded) throw new Refusal('wrong-state', 'the channel has ended')
      }
      this.#take(stream.end(), stream)
    } finally {
      this.#isOpen = false
    }
  }

  #begin(): void {
    if (this.#isOpen) throw new Refusal('channel-in-use', 'expected one sender at a time')
    this.#isOpen = true
  }

  #take(units: readonly TsUnit[], stream: MpegTsStream): void {
    const audio = stream.program?.audioPid === undefined ? false : stream.audio
    for (const unit of units) {
      if (unit.kind === 'picture') this.#checkSame(unit.nals)
      const placed = this.#clock.place(unit)
      if (placed !== undefined) this.#channel.push(placed, audio, Date.now())
    }
  }

  /** The initialisation of players holds for the whole channel. */
  #checkSame(nals: readonly Uint8Array[]): void {
    const sets = parameterSetsOf(nals)
    if (sets === undefined) return
    const told = Buffer.concat([sets.sps, sets.pps]).toString('hex')
    this.#parameterSets ??= told
    if (told !== this.#parameterSets)
      throw new Refusal('bad-stream', 'expected the picture format that the channel began with')
  }
}
