import { Router, text } from 'express'
import { z } from 'zod'
import type { UpgradeHandler } from '../http-upgrades.ts'
import { Refusal } from '../refusal.ts'
import type { UdpSessions } from '../udp-sessions.ts'
import { readQuery, sessionFields, videoName } from './session-query.ts'

const wishFields = z.strictObject({
  video: videoName,
  ...sessionFields,
  lane: z.literal('own', 'must be own').exactOptional(),
  over: z.enum(['udp', 'tcp'], 'must be udp or tcp').exactOptional(),
  repair: z.enum(['rtx', 'fec'], 'must be rtx or fec').exactOptional(),
})

const wishSchema = wishFields.refine(({ over, repair }) => over !== 'tcp' || repair === undefined, {
  path: ['repair'],
  message: 'is for over=udp: TCP loses nothing',
})

/** UDP to the browser: an SDP offer is answered with 201, its session looked at and removed by its id. */
export function udpSessionRoutes(sessions: UdpSessions): Router {
  const readOffer = text({ type: 'application/sdp', limit: '64kb' })
  return Router()
    .post('/api/udp-sessions', readOffer, async (request, response) => {
      if (typeof request.body !== 'string') throw new Refusal('unsupported-media-type', 'expected application/sdp')
      const wish = readQuery(request.originalUrl, wishSchema)
      if (wish.over === 'tcp') throw new Refusal('bad-request', 'in the query: over=tcp goes over the WebSocket alone')
      const { id, sdp } = await sessions.openDataChannels(wish, request.socket.remoteAddress ?? '', request.body)
      response.status(201).location(`/api/udp-sessions/${id}`).type('application/sdp').send(sdp)
    })
    .get('/api/udp-sessions/:id', (request, response) => {
      response.json(sessions.status(request.params.id))
    })
    .delete('/api/udp-sessions/:id', (request, response) => {
      sessions.remove(request.params.id)
      response.status(204).end()
    })
}

/** The WebSocket twin, at /api/udp-sessions/ws with the same query. */
export function udpSessionUpgrade(sessions: UdpSessions): UpgradeHandler {
  return (request, socket, head) => {
    sessions.openWebSocket(readQuery(request.url ?? '/', wishSchema), request, socket, head)
  }
}
