import type { FrameHeader } from './web-socket-frame.ts'

/** What a tap at the server's end of a WebSocket tells of it, in order. Bytes are hexadecimal. */
export type OpenedSocketEntry = { readonly atUnixMs: number } & (
  | { readonly kind: 'handshake'; readonly request: string; readonly response: string }
  | {
      readonly kind: 'frame'
      readonly from: 'page' | 'server'
      readonly header: FrameHeader
      readonly headerHex: string
      readonly payloadHex: string // as on the wire; of a long one the first bytes
    }
  | { readonly kind: 'closed' }
)
