import type { ControlAnswer } from '../protocol/udp-control.ts'
import type { RunEvent } from '../stream/record.ts'
import type { Measures } from '../stream/measures.ts'
import type { SoundUnit } from './audio-output.ts'

export type PlayingAnswer = Extract<ControlAnswer, { kind: 'playing' }>

/** What the page tells its UDP worker. Moments are wallMs(). */
export type ToWorker =
  | {
      readonly kind: 'open'
      readonly canvas: OffscreenCanvas
      readonly packageUrl: string
      readonly jitterBufferMs: number
      readonly channel: string | undefined // of what is live
    }
  | { readonly kind: 'asked'; readonly atMs: number; readonly fromSeconds: number } // to play from elsewhere: the picture stays until the answer
  | { readonly kind: 'playing'; readonly answer: PlayingAnswer; readonly bitsPerSecond: number } // begins anew
  | { readonly kind: 'resumed'; readonly answer: PlayingAnswer } // goes on where it paused
  | { readonly kind: 'pause' }
  | { readonly kind: 'resuming' } // before the page asks: what comes from now on is placed by the answer
  | { readonly kind: 'datagram'; readonly bytes: ArrayBuffer; readonly arrivalMs: number }
  | { readonly kind: 'ended'; readonly lastSequenceNumbers: Readonly<Record<string, number>> }

/** What the worker tells the page, some times a second. The lists hold what has come since the message before. */
export type UdpProgress = {
  readonly phase: 'starting' | 'playing' | 'paused' | 'ended'
  readonly positionSeconds: number
  readonly atMs: number // when the position was that
  readonly durationSeconds: number // as far as it is known; of what is live the position
  readonly bufferSeconds: number
  readonly measures: Measures
  readonly lostSequenceNumbers: { readonly video: readonly number[]; readonly audio: readonly number[] } // 16 bits
  readonly damagedPtsTicks: readonly number[] // 90 kHz, 0 is the first picture of the video
  readonly frozenPtsTicks: readonly number[]
  readonly shownFrames: number
  readonly skippedFrames: number // decoded, but another one was due as well
  readonly decoderResets: number
}

export type FromWorker =
  | { readonly kind: 'sound'; readonly unit: SoundUnit }
  | { readonly kind: 'report'; readonly datagram: Uint8Array<ArrayBuffer> } // RTCP for the server
  | { readonly kind: 'events'; readonly events: readonly RunEvent[] } // of the run, since the ones before
  | { readonly kind: 'progress'; readonly progress: UdpProgress }
  | { readonly kind: 'failed'; readonly message: string }
