import { Router } from 'express'
import type { Metrics } from '../metrics.ts'

/** GET /metrics: the figures of the process and of all links together, for Prometheus. */
export function metricsRoutes(metrics: Metrics): Router {
  return Router().get('/metrics', async (_request, response) => {
    response.type(metrics.contentType).send(await metrics.text())
  })
}
