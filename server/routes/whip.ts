import { Router, text, type Request } from 'express'
import { Refusal } from '../refusal.ts'
import type { WhipSessions } from '../whip-sessions.ts'

const SDP = 'application/sdp'

/** Publishing into a channel by WHIP, RFC 9725: an SDP offer is answered with 201; DELETE of its Location ends channel and connection.
 *  All candidates are in offer and answer: there is nothing to PATCH (section 4.3). */
export function whipRoutes(publishers: WhipSessions): Router {
  const readOffer = text({ type: SDP, limit: '64kb' })
  return Router()
    .options('/api/channels/:id/whip', (_request, response) => {
      response.setHeader('Accept-Post', SDP)
      response.setHeader('Allow', 'POST, OPTIONS')
      response.status(204).end()
    })
    .post('/api/channels/:id/whip', readOffer, async (request, response) => {
      if (typeof request.body !== 'string') throw new Refusal('unsupported-media-type', `expected ${SDP}`)
      const { id: channelId } = request.params
      const { id, sdp } = await publishers.open(channelId, bearerOf(request), request.body)
      response.status(201).location(`/api/channels/${channelId}/whip/${id}`).setHeader('Content-Type', SDP)
      response.send(Buffer.from(sdp)) // of a text Express would tell a charset
    })
    .delete('/api/channels/:id/whip/:publisher', async (request, response) => {
      const { id, publisher } = request.params
      await publishers.remove(id, publisher, bearerOf(request))
      response.status(200).end()
    })
    .use('/api/channels/:id/whip/:publisher', () => {
      throw new Refusal('method-not-allowed', 'expected DELETE: candidates do not trickle', { Allow: 'DELETE' })
    })
    .use('/api/channels/:id/whip', () => {
      throw new Refusal('method-not-allowed', 'expected POST', { Allow: 'POST, OPTIONS' })
    })
}

/** RFC 6750 section 2.1. */
function bearerOf({ headers }: Request): string | undefined {
  return /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1]
}
