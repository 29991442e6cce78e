import { Router } from 'express'
import type { QualityJobs } from '../quality-jobs.ts'

/** The displayed quality of a run: measured when it is asked for, told while and after it is. An unknown id is 404
 *  `unknown-run` everywhere. */
export function runQualityRoutes(jobs: QualityJobs): Router {
  return Router()
    .post('/api/runs/:id/quality', async (request, response) => {
      response.status(202).json(await jobs.start(request.params.id))
    })
    .get('/api/runs/:id/quality', async (request, response) => {
      response.json(await jobs.of(request.params.id))
    })
    .delete('/api/runs/:id/quality', async (request, response) => {
      const { id } = request.params
      await jobs.of(id)
      await jobs.cancel(id)
      response.status(204).end()
    })
}
