import { Router, text, type Request, type Response } from 'express'
import { z } from 'zod'
import { Refusal } from '../refusal.ts'
import type { UdpSessions } from '../udp-sessions.ts'
import { readQuery, sessionFields } from './session-query.ts'

const ENDPOINTS = ['/api/videos/:id/whep', '/api/channels/:id/whep']
const SESSION = '/api/udp-sessions/:id'

const wishSchema = z.strictObject({
  ...sessionFields,
  nack: z.enum(['on', 'off'], 'must be on or off').default('on'),
})

/** WebRTC media by WHEP (draft-ietf-wish-whep): an SDP offer to receive is answered with 201 and the session's Location, where
 *  DELETE ends it. There is no trickle ICE and no restart: all candidates are in the answer. */
export function whepRoutes(sessions: UdpSessions): Router {
  const readOffer = text({ type: 'application/sdp', limit: '64kb' })
  return Router()
    .post(ENDPOINTS, readOffer, async (request: Request<{ id: string }>, response: Response) => {
      if (typeof request.body !== 'string') throw new Refusal('unsupported-media-type', 'expected application/sdp')
      const { nack, ...wish } = readQuery(request.originalUrl, wishSchema)
      const video = request.params.id
      const address = request.socket.remoteAddress ?? ''
      const { id, sdp } = await sessions.openMedia({ video, ...wish, nack: nack === 'on' }, address, request.body)
      response.status(201).location(`/api/udp-sessions/${id}`).type('application/sdp').send(sdp)
    })
    .patch(SESSION, () => {
      throw new Refusal('method-not-allowed', 'expected GET or DELETE: there is no trickle ICE', {
        Allow: 'GET, DELETE',
      })
    })
}
