import type { TransportOffer } from './transport-offer.ts'

/** How each track goes, by its index. */
export type Destinations = ReadonlyMap<number, TransportOffer>

/** The server states of RFC 2326 appendix A.2; each holds just what it needs. */
export type SessionState =
  | { readonly phase: 'init' }
  | { readonly phase: 'ready' | 'playing'; readonly tracks: Destinations }

/** `trackIndex` undefined: the URL named the whole presentation. */
export type SessionRequest =
  | { readonly method: 'SETUP'; readonly trackIndex: number | undefined; readonly destination: TransportOffer }
  | { readonly method: 'PLAY'; readonly trackIndex: number | undefined; readonly hasRange: boolean }
  | { readonly method: 'PAUSE' | 'TEARDOWN'; readonly trackIndex: number | undefined }

/** What follows. The shell owns the sockets, answers `status`, carries out `send`.
 *  454, 455, 459, 460: RFC 2326 sections 11.3.5, 11.3.6, 11.3.10, 11.3.11. */
export type Step = {
  readonly state: SessionState
  readonly status: 200 | 454 | 455 | 459 | 460
  readonly send?: 'start' | 'stop'
}

/** What a session answers to a request, and what it is afterwards. PLAY while playing seeks if it has a Range; without,
 *  it only shows that the viewer is there (section 10.5). */
export function step(state: SessionState, request: SessionRequest): Step {
  if (request.method === 'SETUP') return setUp(state, request)
  if (state.phase === 'init') return { state, status: 454 }
  // A track is a presentation of its own only when it is alone.
  if (request.trackIndex !== undefined && state.tracks.size > 1) return { state, status: 460 }
  switch (request.method) {
    case 'PLAY': {
      const goesOn = state.phase === 'playing' && !request.hasRange
      return { state: { ...state, phase: 'playing' }, status: 200, ...(goesOn ? {} : { send: 'start' }) }
    }
    case 'PAUSE':
      if (state.phase === 'ready') return { state, status: 455 }
      return { state: { ...state, phase: 'ready' }, status: 200, send: 'stop' }
    case 'TEARDOWN':
      return { state: { phase: 'init' }, status: 200, send: 'stop' }
  }
}

function setUp(state: SessionState, request: Extract<SessionRequest, { method: 'SETUP' }>): Step {
  if (state.phase === 'playing') return { state, status: 455 }
  if (request.trackIndex === undefined) return { state, status: 459 }
  const tracks = new Map(state.phase === 'ready' ? state.tracks : [])
  tracks.set(request.trackIndex, request.destination)
  return { state: { phase: 'ready', tracks }, status: 200 }
}
