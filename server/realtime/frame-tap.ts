import { decodeFrameHeader, type FrameHeader } from '../../protocol/web-socket-frame.ts'

export type TappedFrame = { readonly header: FrameHeader; readonly headerBytes: Buffer; readonly payload: Buffer }

const SHOWN_PAYLOAD_BYTES = 64

/** Cuts the bytes of one direction of a WebSocket into frames as they pass; of a payload it keeps the beginning. */
export class FrameTap {
  readonly #onFrame: (frame: TappedFrame) => void
  #rest: Buffer = Buffer.alloc(0)
  #skipBytes = 0 // of a payload that is not shown

  constructor(onFrame: (frame: TappedFrame) => void) {
    this.#onFrame = onFrame
  }

  add(bytes: Uint8Array): void {
    this.#rest = Buffer.concat([this.#rest, bytes])
    while (this.#step());
  }

  #step(): boolean {
    const skipped = Math.min(this.#skipBytes, this.#rest.length)
    this.#skipBytes -= skipped
    this.#rest = this.#rest.subarray(skipped)
    const header = this.#skipBytes > 0 ? undefined : decodeFrameHeader(this.#rest)
    if (header === undefined) return false
    const { headerBytes, payloadBytes } = header
    const end = headerBytes + Math.min(payloadBytes, SHOWN_PAYLOAD_BYTES)
    if (this.#rest.length < end) return false
    this.#onFrame({
      header,
      headerBytes: this.#rest.subarray(0, headerBytes),
      payload: this.#rest.subarray(headerBytes, end),
    })
    this.#skipBytes = headerBytes + payloadBytes - end
    this.#rest = this.#rest.subarray(end)
    return true
  }
}
