import { Router } from 'express'
import type { LinkViewers, RtspSessionStatus } from '../../protocol/weir-api.ts'
import type { HttpAudience } from '../http-audience.ts'
import type { Links } from '../links.ts'
import type { ProcessCost } from '../process-cost.ts'

export type LinkViewersRooms = {
  readonly links: Pick<Links, 'find'>
  readonly audience: HttpAudience
  readonly rtspSessions: { readonly count: number; behind(linkId: string, limit: number): readonly RtspSessionStatus[] }
  readonly udpSessions: { readonly count: number }
  readonly cost: ProcessCost
}

const LISTED_SESSIONS = 100

/** GET /api/links/:id/viewers: what the server sees of those who play through a link. Throws `unknown-link`. */
export function linkViewersRoutes({ links, audience, rtspSessions, udpSessions, cost }: LinkViewersRooms): Router {
  return Router().get('/api/links/:id/viewers', (request, response) => {
    const { id } = links.find(request.params.id)
    const counts = { http: audience.openConnections, page: udpSessions.count, rtsp: rtspSessions.count }
    const spent = cost.read(counts)
    const viewers: LinkViewers = {
      requests: audience.of(id),
      sessions: rtspSessions.behind(id, LISTED_SESSIONS),
      ...(spent === undefined ? {} : { cost: spent }),
    }
    response.json(viewers)
  })
}
