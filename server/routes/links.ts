import { json, Router } from 'express'
import { z } from 'zod'
import { linkPresets } from '../../link/presets.ts'
import { readLinkProfile, type LinkProfile } from '../../link/profile.ts'
import { profileOf, type Links } from '../links.ts'
import { Refusal } from '../refusal.ts'

const newLinkSchema = z.union([z.strictObject({ preset: z.string() }), z.strictObject({ profile: z.unknown() })])

/** A trace has some hundred kilobytes. */
const BODY_LIMIT = '1mb'

/** Links: made of a preset or a profile, changed by a JSON merge patch, begun anew, removed. */
export function linkRoutes(links: Links): Router {
  return Router()
    .get('/api/link-presets', (_request, response) => {
      response.json(linkPresets)
    })
    .post('/api/links', json({ limit: BODY_LIMIT }), (request, response) => {
      const link = links.create(newProfile(request.body))
      response.status(201).location(`/api/links/${link.id}`).json(link)
    })
    .get('/api/links/:id', (request, response) => {
      response.json(links.get(request.params.id))
    })
    .patch('/api/links/:id', json({ limit: BODY_LIMIT, type: ['json', '+json'] }), (request, response) => {
      response.json(links.patch(request.params.id, request.body))
    })
    .delete('/api/links/:id', (request, response) => {
      links.remove(request.params.id)
      response.status(204).end()
    })
    .post('/api/links/:id/restart', (request, response) => {
      response.json(links.restart(request.params.id))
    })
}

function newProfile(body: unknown): LinkProfile {
  const wanted = newLinkSchema.safeParse(body)
  if (!wanted.success) throw new Refusal('bad-request', 'expected {"preset": name} or {"profile": {…}} as JSON')
  if ('profile' in wanted.data) return profileOf(readLinkProfile(wanted.data.profile))
  const { preset } = wanted.data
  const found = linkPresets.find(({ name }) => name === preset)
  if (found === undefined) {
    const names = linkPresets.map(({ name }) => name).join(', ')
    throw new Refusal('unknown-preset', `expected one of ${names}, got "${preset.slice(0, 60)}"`)
  }
  return found.profile
}
