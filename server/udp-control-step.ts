import { z } from 'zod'
import type { ErrorCodeName } from '../protocol/error-codes.ts'
import type { ControlRequest } from '../protocol/udp-control.ts'

/** Where a viewer's session stands. `resumeSeconds`: where a play without a start begins, if not at the pause point. */
export type ControlState = {
  readonly phase: 'idle' | 'playing' | 'paused' | 'ended'
  readonly resumeSeconds?: number
}

/** What the shell has to do; it answers when that is done. */
export type ControlEffect =
  | { readonly kind: 'play'; readonly startSeconds?: number } // without: from the pause point
  | { readonly kind: 'pause' }
  | { readonly kind: 'switch'; readonly variant: string; readonly positionSeconds: number; readonly thenPlay: boolean }
  | { readonly kind: 'refuse'; readonly code: ErrorCodeName; readonly message: string }

/** `state` counts once the effect has been carried out; a refused one leaves the session as it was. */
export type ControlStep = { readonly state: ControlState; readonly effect: ControlEffect }

/** What follows from a request of the page. `positionSeconds` is what is being sent now. */
export function step(state: ControlState, request: ControlRequest, positionSeconds: number): ControlStep {
  switch (request.method) {
    case 'play':
      return play(request.startSeconds ?? state.resumeSeconds)
    case 'seek':
      return play(request.startSeconds)
    case 'pause':
      if (state.phase === 'playing') return { state: { phase: 'paused' }, effect: { kind: 'pause' } }
      return {
        state,
        effect: { kind: 'refuse', code: 'not-playing', message: `expected a playing session, it is ${state.phase}` },
      }
    case 'variant':
      return switchVariant(state, request.variant, positionSeconds)
  }
}

function play(startSeconds: number | undefined): ControlStep {
  const from = startSeconds === undefined ? {} : { startSeconds }
  return { state: { phase: 'playing' }, effect: { kind: 'play', ...from } }
}

/** Goes on at the same position where it plays; else the position is kept for the next play. */
function switchVariant(state: ControlState, variant: string, positionSeconds: number): ControlStep {
  const resumeSeconds = state.phase === 'ended' ? 0 : (state.resumeSeconds ?? positionSeconds)
  const effect = { kind: 'switch', variant, positionSeconds: resumeSeconds } as const
  if (state.phase === 'playing') return { state: { phase: 'playing' }, effect: { ...effect, thenPlay: true } }
  return { state: { phase: state.phase, resumeSeconds }, effect: { ...effect, thenPlay: false } }
}

const id = z.int()
const seconds = z.number().min(0).max(1e9)

const requestSchema = z.discriminatedUnion('method', [
  z.strictObject({ id, method: z.literal('play'), startSeconds: seconds.exactOptional() }),
  z.strictObject({ id, method: z.literal('pause') }),
  z.strictObject({ id, method: z.literal('seek'), startSeconds: seconds }),
  z.strictObject({ id, method: z.literal('variant'), variant: z.string().min(1).max(100) }),
])

export const MAX_CONTROL_CHARACTERS = 4096

export type ControlRead =
  | { readonly ok: true; readonly request: ControlRequest }
  | { readonly ok: false; readonly id: number; readonly message: string } // id -1 when none could be read

/** Reads a message of the page, or says what is wrong with it. */
export function readControlRequest(text: string): ControlRead {
  if (text.length > MAX_CONTROL_CHARACTERS)
    return { ok: false, id: -1, message: `expected at most ${MAX_CONTROL_CHARACTERS} characters` }
  const value = parseJson(text)
  const read = requestSchema.safeParse(value)
  if (read.success) return { ok: true, request: read.data }
  const named = z.object({ id }).safeParse(value)
  const problems = read.error.issues.map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(': '))
  return { ok: false, id: named.data?.id ?? -1, message: problems.join('; ') }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
