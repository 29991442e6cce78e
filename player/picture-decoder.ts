import { nalSyntaxes, videoCodecOf, type NalSyntax } from '../protocol/nal-syntax.ts'

const START_CODE = Uint8Array.of(0, 0, 0, 1)

/** Annex B, what a VideoDecoder without a description takes. */
function annexB(nals: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const sizeBytes = nals.reduce((sum, nal) => sum + START_CODE.length + nal.length, 0)
  const bytes = new Uint8Array(sizeBytes)
  let at = 0
  for (const part of nals.flatMap((nal) => [START_CODE, nal])) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

/** H.264 or HEVC access units in, pictures out. It is given whole NAL units only; should it die of one nevertheless, the next
 *  keyframe brings another. */
export class PictureDecoder {
  readonly #codec: string
  readonly #syntax: NalSyntax
  readonly #onPicture: (frame: VideoFrame) => void
  #decoder: VideoDecoder
  #needsKeyframe = true
  resets = 0

  constructor(codec: string, onPicture: (frame: VideoFrame) => void) {
    this.#codec = codec
    this.#syntax = nalSyntaxes[videoCodecOf(codec)]
    this.#onPicture = onPicture
    this.#decoder = this.#create()
  }

  /** False when it cannot be decoded: there was no keyframe since the decoder's last death. */
  decode(nals: readonly Uint8Array[], timestampMicroseconds: number): boolean {
    if (!nals.some(this.#syntax.isSlice)) return false
    const isKeyframe = this.#syntax.frameKind(nals) === 'idr'
    if (this.#needsKeyframe && !isKeyframe) return false
    if (this.#decoder.state === 'closed') this.#decoder = this.#create()
    this.#needsKeyframe = false
    const type = isKeyframe ? 'key' : 'delta'
    this.#decoder.decode(new EncodedVideoChunk({ type, timestamp: timestampMicroseconds, data: annexB(nals) }))
    return true
  }

  /** Everything that is inside comes out. */
  async flush(): Promise<void> {
    if (this.#decoder.state === 'configured') await this.#decoder.flush().catch(() => undefined) // its death is told below
    this.#needsKeyframe = true
  }

  close(): void {
    if (this.#decoder.state !== 'closed') this.#decoder.close()
  }

  #create(): VideoDecoder {
    const decoder = new VideoDecoder({
      output: this.#onPicture,
      error: () => {
        this.#needsKeyframe = true
        this.resets += 1
      },
    })
    // In software, so that damage looks the same on every machine; decoders in hardware hide it each in its own way.
    decoder.configure({ codec: this.#codec, optimizeForLatency: true, hardwareAcceleration: 'prefer-software' })
    return decoder
  }
}
