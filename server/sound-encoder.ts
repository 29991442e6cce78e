import type { Writable } from 'node:stream'
import { AdtsStream } from '../protocol/mpeg-ts-audio.ts'
import type { TsUnit } from '../protocol/mpeg-ts-stream.ts'
import { OggOpusWriter } from '../protocol/ogg-opus.ts'
import { runChild } from '../segmenter/child-run.ts'
import { ENCODED_SOUND, soundArguments } from '../segmenter/live/sound-arguments.ts'
import type { Tools } from '../segmenter/tools.ts'
import { UnbrokenSound } from '../stream/unbroken-sound.ts'

export type SoundListener = {
  onSound(unit: TsUnit & { kind: 'sound' }): void
  /** It ended by itself; nothing more comes. */
  onFailed(error: unknown): void
}

const UNIT_TICKS = (ENCODED_SOUND.samplesPerFrame * 90_000) / ENCODED_SOUND.sampleRateHz
const MAX_UNREAD_BYTES = 1_000_000 // about a minute; an ffmpeg that does not follow hears silence instead

/** Opus with its times in, AAC with the same times out, by an ffmpeg of its own. What comes out counts samples from the first one on, as
 *  what goes in has no holes: unit k is of sample 1,024 k (tried with ffmpeg 5.1: its ADTS has no priming before). */
export class SoundEncoder {
  readonly #ending = new AbortController()
  readonly #sound = new UnbrokenSound()
  readonly #ogg = new OggOpusWriter(0)
  readonly #adts = new AdtsStream([])
  readonly #listener: SoundListener
  #input: Writable | undefined
  #givenUnits = 0

  constructor({ ffmpeg }: Tools, listener: SoundListener) {
    this.#listener = listener
    runChild(ffmpeg.path, soundArguments(), {
      signal: this.#ending.signal,
      onStdin: (input) => this.#begin(input),
      onStdoutBytes: (bytes) => this.#take(bytes),
    }).then(
      () => this.#fail(new Error('the encoder of sound ended')),
      (error: unknown) => this.#fail(error),
    )
  }

  push(opus: Uint8Array, ptsTicks: number): void {
    if (this.#input === undefined || this.#input.writableLength > MAX_UNREAD_BYTES) return
    for (const { data, samples } of this.#sound.push(opus, ptsTicks)) this.#input.write(this.#ogg.packet(data, samples))
  }

  close(): void {
    this.#ending.abort(new Error('the publisher has gone'))
  }

  #begin(input: Writable): void {
    this.#input = input
    input.on('error', () => {}) // the process has ended, which its own end tells
    input.write(this.#ogg.head(ENCODED_SOUND.channelCount))
  }

  #take(payload: Uint8Array): void {
    this.#adts.push({ payload, followsHole: false, ...(this.#givenUnits === 0 ? { ptsTicks: 0 } : {}) }) // counted below
    for (const { data } of this.#adts.units.splice(0)) {
      const ptsTicks = Math.round((this.#sound.firstTicks ?? 0) + this.#givenUnits * UNIT_TICKS)
      this.#givenUnits += 1
      this.#listener.onSound({ kind: 'sound', ptsTicks, data })
    }
  }

  #fail(error: unknown): void {
    if (!this.#ending.signal.aborted) this.#listener.onFailed(error)
  }
}
