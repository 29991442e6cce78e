/** The JSON messages of a browser's UDP session: on the reliable channel `control`, or text frames of the WebSocket. */

export type ControlRequest =
  | { readonly id: number; readonly method: 'play'; readonly startSeconds?: number } // without: resume, or from 0
  | { readonly id: number; readonly method: 'pause' }
  | { readonly id: number; readonly method: 'seek'; readonly startSeconds: number }
  | { readonly id: number; readonly method: 'variant'; readonly variant: string } // goes on at the next keyframe of the same position

/** Where one track goes on, as RTSP's RTP-Info tells it (RFC 2326 section 12.33). */
export type ControlTrack = {
  readonly kind: 'video' | 'audio'
  readonly payloadType: number
  readonly ssrc: number
  readonly clockRateHz: number
  readonly sequenceNumber: number // of the first packet after this answer
  readonly timestampTicks: number // RTP time that is `startSeconds` of the video
  readonly codec: string // RFC 6381
  readonly configHex?: string // audio: AudioSpecificConfig
  readonly rtxPayloadType?: number // of retransmissions, where lost packets may be asked for again (RFC 4588)
  readonly parityPayloadType?: number // of parity packets, where they are among the track's (RFC 5109)
}

/** A part of the conversation that an RTSP viewer would have had, in link time: the handshake, an answered request, or the
 *  way of the last request to the server. */
export type SetupStep = { readonly name: 'connect' | 'DESCRIBE' | 'SETUP' | 'PLAY' | 'PAUSE'; readonly ms: number }

/** What a viewer behind a link is charged before his first packet leaves: modelled, ICE and DTLS not in it. */
export type ModelledSetup = { readonly modelledMs: number; readonly steps: readonly SetupStep[] }

export type ControlAnswer =
  | {
      readonly kind: 'playing'
      readonly id: number
      readonly variant: string
      readonly startSeconds: number // the actual start: the keyframe at or before the one asked for
      readonly durationSeconds: number
      readonly tracks: readonly ControlTrack[]
      readonly setup?: ModelledSetup // absent without a link
    }
  | { readonly kind: 'paused'; readonly id: number; readonly positionSeconds: number }
  | { readonly kind: 'refused'; readonly id: number; readonly code: string; readonly message: string }

/** Told without being asked. `lastSequenceNumbers` by payload type: what went into the link, so that loss at the end is seen. */
export type ControlEvent =
  | { readonly kind: 'session'; readonly id: string } // the first message: GET /api/udp-sessions/:id has the ground truth
  | { readonly kind: 'connected' } // behind a link: the modelled handshake is through
  | { readonly kind: 'ended'; readonly lastSequenceNumbers: Readonly<Record<string, number>> }
  | { readonly kind: 'stopped'; readonly code: string; readonly message: string }

export type ControlMessage = ControlAnswer | ControlEvent
