import { Router } from 'express'
import type { RtspSessionStatus } from '../../protocol/weir-api.ts'

/** What these routes need of the relay. */
export type RtspViewers = { list(): readonly RtspSessionStatus[] }

/** GET /api/rtsp-sessions: what each viewer of RTSP reports of itself, oldest first. */
export function rtspSessionRoutes(viewers: RtspViewers): Router {
  return Router().get('/api/rtsp-sessions', (_request, response) => {
    response.json(viewers.list())
  })
}
