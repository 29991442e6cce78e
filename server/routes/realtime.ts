import { json, Router, text } from 'express'
import { z } from 'zod'
import { linkPresets } from '../../link/presets.ts'
import { readLinkProfile, type LinkProfile } from '../../link/profile.ts'
import type { RealtimeSettings } from '../../protocol/realtime-api.ts'
import { profileOf } from '../links.ts'
import type { OpenedSockets } from '../realtime/opened-sockets.ts'
import type { RealtimeRuns } from '../realtime/realtime-runs.ts'
import { Refusal } from '../refusal.ts'

const whole = (least: number, most: number) => {
  const expected = `must be a whole number from ${least} to ${most}`
  return z.int(expected).min(least, expected).max(most, expected)
}

const settings = {
  eventsPerSecond: whole(0, 200),
  eventBytes: whole(100, 4000),
}
const newRunSchema = z.strictObject({
  ...settings,
  seed: whole(0, 0xffff_ffff),
  preset: z.string().max(60).exactOptional(),
  profile: z.unknown().optional(),
})
const changeSchema = z.strictObject(settings).partial()
const awaySchema = z.strictObject({ seconds: whole(1, 30) })
const messageSchema = z.strictObject({ way: z.enum(['tcp', 'udp']), id: z.string(), text: z.string() })

const DEFAULTS: RealtimeSettings = { eventsPerSecond: 10, eventBytes: 200, seed: 7 }

const MOST_WAIT_SECONDS = 60

/** The runs of realtime pages: one stream of events by every way, and the extra origins on which they listen; and the
 *  WebSockets that are laid open. */
export function realtimeRoutes(runs: RealtimeRuns, opened: OpenedSockets): Router {
  return Router()
    .get('/api/origins', (_request, response) => {
      response.json(runs.origins())
    })
    .get('/api/opened-sockets/:id', (request, response) => {
      const { since = '0', wait } = request.query
      const waitMs = Math.min(Number(wait) || 0, MOST_WAIT_SECONDS) * 1000 // s to ms
      opened.answer(request.params.id, { since, waitMs }, response)
    })
    .post('/api/realtime', json(), async (request, response) => {
      const { preset, profile, ...given } = read(newRunSchema, { ...DEFAULTS, ...(request.body as object) })
      const pageHost = request.headers.host ?? 'localhost'
      const run = await runs.begin({ settings: given, profile: profileFor(preset, profile), pageHost })
      response.status(201).location(`/api/realtime/${run.id}`).json(run.summary())
    })
    .get('/api/realtime/:id', (request, response) => {
      response.json(runs.find(request.params.id).summary())
    })
    .patch('/api/realtime/:id', json({ type: ['json', '+json'] }), (request, response) => {
      const run = runs.find(request.params.id)
      run.change({ ...run.settings, ...defined(read(changeSchema, request.body)) })
      response.json(run.summary())
    })
    .delete('/api/realtime/:id', (request, response) => {
      runs.remove(request.params.id)
      response.status(204).end()
    })
    .post('/api/realtime/:id/away', json(), (request, response) => {
      const { seconds } = read(awaySchema, request.body)
      runs.find(request.params.id).goAway(seconds * 1000) // s to ms
      response.status(204).end()
    })
    .post('/api/realtime/:id/messages', json(), (request, response) => {
      const { way, ...message } = read(messageSchema, request.body)
      runs.find(request.params.id).sayByOwnClient(way, message)
      response.status(204).end()
    })
    .post(
      '/api/realtime/:id/data-channel',
      text({ type: 'application/sdp', limit: '64kb' }),
      async (request, response) => {
        const run = runs.find(request.params.id)
        if (typeof request.body !== 'string') throw new Refusal('unsupported-media-type', 'expected application/sdp')
        response
          .status(201)
          .type('application/sdp')
          .send(await run.answerOffer(request.body))
      },
    )
}

/** Throws `bad-request` with everything that is wrong. */
function read<Output>(schema: z.ZodType<Output>, given: unknown): Output {
  const found = schema.safeParse(given)
  if (found.success) return found.data
  const problems = found.error.issues.map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(' '))
  throw new Refusal('bad-request', problems.join('; '))
}

function defined(change: { eventsPerSecond?: number | undefined; eventBytes?: number | undefined }) {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
}

/** Of a preset or a profile; neither: no line at all. */
function profileFor(preset: string | undefined, profile: unknown): LinkProfile | undefined {
  if (profile !== undefined) return profileOf(readLinkProfile(profile))
  if (preset === undefined) return undefined
  const found = linkPresets.find(({ name }) => name === preset)
  if (found === undefined)
    throw new Refusal('unknown-preset', `expected a name of GET /api/link-presets, got "${preset}"`)
  return found.profile
}
