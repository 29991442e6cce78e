import { createReadStream } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { aacCodecString, decodeAdts } from '../protocol/aac.ts'
import { TICKS_PER_SECOND, wrapTicks } from '../protocol/mpeg-ts-clock.ts'
import { packedAudioTag } from '../protocol/packed-audio.ts'
import type { SizedSegment } from '../protocol/playlist-bandwidth.ts'
import type { PlaylistSegment } from '../protocol/playlist-writer.ts'

/** The segments that a rendition shares with the variants. */
export type SharedCuts = {
  readonly originTicks: number // PTS of moment 0, 90 kHz
  readonly durationsSeconds: readonly number[]
}

export type WrittenSegment = PlaylistSegment & SizedSegment
export type PackedAudio = { readonly segments: readonly WrittenSegment[]; readonly codec: string }

const PRIMING_SAMPLES = 1024 // of ffmpeg's AAC encoder: its first frame comes before moment 0

/** Cuts a file of ADTS frames into segments of packed audio, `00000.aac`…, in a folder that exists. A frame belongs to the
 *  segment in which it begins; the last one has all that follow. A segment lasts as long as its frames, which is a frame more or
 *  less than the variants' at most. No more than one segment is in memory. Throws for a file that is not what our own encoder
 *  writes. */
export async function writePackedAudio(adtsPath: string, folder: string, cuts: SharedCuts): Promise<PackedAudio> {
  const writer = new PackedAudioWriter(folder, cuts)
  let unread = Buffer.alloc(0)
  for await (const chunk of createReadStream(adtsPath)) {
    unread = await writer.takeFrames(Buffer.concat([unread, chunk as Buffer]))
  }
  if (unread.length > 0) throw new Error(`${unread.length} bytes of ${adtsPath} are no whole frame`)
  return writer.end()
}

class PackedAudioWriter {
  readonly #folder: string
  readonly #cuts: SharedCuts
  readonly #segments: WrittenSegment[] = []
  #frames: Buffer[] = [] // of the segment that is being filled
  #frameSeconds = 0
  #firstTicks = 0
  #samples = -PRIMING_SAMPLES // before the next frame
  #endSeconds: number
  #codec = ''

  constructor(folder: string, cuts: SharedCuts) {
    this.#folder = folder
    this.#cuts = cuts
    this.#endSeconds = cuts.durationsSeconds[0] ?? Infinity
  }

  /** Takes the whole frames of `bytes`, and gives what is left of them. */
  async takeFrames(bytes: Buffer): Promise<Buffer<ArrayBuffer>> {
    let at = 0
    for (;;) {
      const header = decodeAdts(bytes.subarray(at))
      if (!header.ok && header.fault.code === 'too-short') break
      if (!header.ok) throw new Error(`the encoder's ADTS cannot be read: ${JSON.stringify(header.fault)}`)
      const { frameBytes, sampleRateHz, samplesPerFrame } = header.value
      if (at + frameBytes > bytes.length) break
      this.#codec ||= aacCodecString(header.value)
      this.#frameSeconds = samplesPerFrame / sampleRateHz
      await this.#take(bytes.subarray(at, at + frameBytes), this.#samples / sampleRateHz)
      this.#samples += samplesPerFrame
      at += frameBytes
    }
    return Buffer.from(bytes.subarray(at))
  }

  async #take(frame: Buffer, startSeconds: number): Promise<void> {
    const isLast = this.#segments.length === this.#cuts.durationsSeconds.length - 1
    if (startSeconds >= this.#endSeconds && !isLast) await this.#endSegment()
    if (this.#frames.length === 0) {
      this.#firstTicks = wrapTicks(this.#cuts.originTicks + Math.round(startSeconds * TICKS_PER_SECOND))
    }
    this.#frames.push(frame)
  }

  async #endSegment(): Promise<void> {
    const index = this.#segments.length
    const uri = `${String(index).padStart(5, '0')}.aac`
    const bytes = Buffer.concat([packedAudioTag(this.#firstTicks), ...this.#frames])
    await writeFile(join(this.#folder, uri), bytes)
    const durationSeconds = this.#frames.length * this.#frameSeconds
    this.#segments.push({ uri, durationSeconds, sizeBytes: bytes.length })
    this.#endSeconds += this.#cuts.durationsSeconds[index + 1] ?? Infinity
    this.#frames = []
  }

  async end(): Promise<PackedAudio> {
    if (this.#frames.length > 0) await this.#endSegment()
    if (this.#segments.length === 0) throw new Error('the encoder made no sound')
    return { segments: this.#segments, codec: this.#codec }
  }
}
