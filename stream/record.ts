import type { FrameState } from './reference-chain.ts'

/** What a viewer tells of a run, HLS and UDP alike; every measure is a fold over it (measures.ts).
 *  `atMs` is the viewer's monotonic clock. */
export type RunEvent =
  | { readonly kind: 'play-asked'; readonly atMs: number } // the wish to play, or to go on from elsewhere
  | { readonly kind: 'paused' | 'resumed' | 'ended'; readonly atMs: number }
  | { readonly kind: 'playhead'; readonly atMs: number; readonly positionSeconds: number } // at least every 50 ms
  | { readonly kind: 'frame-shown'; readonly atMs: number; readonly state: Exclude<FrameState, 'frozen'> }
  | { readonly kind: 'frame-frozen'; readonly atMs: number } // was due, could not be shown
  | { readonly kind: 'media-received'; readonly atMs: number; readonly sizeBytes: number } // an RTP packet, an HLS segment
  | { readonly kind: 'packets-given-up'; readonly atMs: number; readonly packets: number } // did not come in time
  | { readonly kind: 'packet-late'; readonly atMs: number } // one of those came after all
