import { Router } from 'express'

/** GET /api/health answers 200 while the server works; while it shuts down, `http-listener.ts` answers 503 for it. */
export function healthRoutes(version: string): Router {
  return Router().get('/api/health', (_request, response) => {
    response.json({ status: 'ok', version })
  })
}
