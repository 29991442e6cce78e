import type { ErrorCodeName } from '../protocol/error-codes.ts'

/** A source that we do not segment, or a place that we do not write to: its stable code, and a sentence for people. */
export class SegmenterRefusal extends Error {
  readonly code: ErrorCodeName

  constructor(code: ErrorCodeName, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'SegmenterRefusal'
    this.code = code
  }
}

/** A source that has packets, of which ffmpeg made no picture. */
export function nothingDecoded(cause?: Error): SegmenterRefusal {
  const message = 'not one picture of this video could be decoded; it may be damaged or encrypted'
  return new SegmenterRefusal('no-pictures', message, cause === undefined ? {} : { cause })
}
