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
