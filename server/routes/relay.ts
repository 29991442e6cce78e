import { Router } from 'express'
import { latenessQuantileMs, type DeparturesSummary } from '../../udp-relay/departures.ts'

/** What this route needs of the relay, and no more. */
export type RelayFigures = {
  readonly sessions: { readonly count: number }
  departures(): DeparturesSummary
}

/** GET /api/relay answers 200 with the RTSP sessions and how the RTP packets of all left: dropped, in bursts, how late. */
export function relayRoutes(relay: RelayFigures): Router {
  return Router().get('/api/relay', (_request, response) => {
    const departures = relay.departures()
    const quantileMs = (ratio: number): number | null => {
      const boundMs = latenessQuantileMs(departures, ratio)
      return boundMs === Infinity ? null : boundMs // later than the last bound
    }
    const latenessMs = { p50: quantileMs(0.5), p99: quantileMs(0.99) }
    response.json({ sessions: relay.sessions.count, departures: { ...departures, latenessMs } })
  })
}
