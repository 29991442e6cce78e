import { Router } from 'express'
import type { HlsSessionStatus } from '../../protocol/weir-api.ts'

/** What these routes need of those who play over HLS. */
export type HlsViewers = { list(): readonly HlsSessionStatus[] }

/** GET /api/hls-sessions: what the players of HLS say of themselves, whoever asked last at the end. */
export function hlsSessionRoutes(viewers: HlsViewers): Router {
  return Router().get('/api/hls-sessions', (_request, response) => {
    response.json(viewers.list())
  })
}
