import { json, Router, type Request } from 'express'
import { z } from 'zod'
import { httpBase, videoBases, type AddressOptions, type VideoBases } from '../addresses.ts'
import type { Channels, ChannelWish } from '../channels.ts'
import type { LiveChannel } from '../live-channel.ts'
import { Refusal } from '../refusal.ts'
import { cleanTitle } from '../video-names.ts'

export type ChannelRouteParts = { readonly channels: Channels; readonly addresses: AddressOptions }

const DEFAULT_WINDOW_SECONDS = 30
const options = {
  title: z.string().optional(),
  dvrSeconds: z.number().min(6).max(600).optional(),
  record: z.boolean().optional(),
}
const wishSchema = z.union([
  z.strictObject({ loop: z.string(), ...options }),
  z.strictObject({ ingest: z.enum(['ts', 'hls', 'rtsp', 'whip']), ...options }),
])

const picturesSchema = z.strictObject({
  way: z.enum(['rtp', 'live', 'low-latency']),
  afterTicks: z.coerce.number().default(-Infinity), // of reordered pictures some are shown before the first
})

/** Live channels: made of a library video or of what somebody sends, listed, ended. */
export function channelRoutes({ channels, addresses }: ChannelRouteParts): Router {
  const bases = (request: Request): VideoBases => videoBases(addresses, request.headers.host)

  return Router()
    .get('/api/channels', (request, response) => {
      response.json(channels.describeAll(bases(request)))
    })
    .post('/api/channels', json({ limit: '16kb' }), async (request, response) => {
      const channel = await channels.create(readWish(request.body))
      response
        .status(201)
        .location(`/api/channels/${channel.id}`)
        .json(channel.describeToMaker(httpBase(addresses, request.headers.host), bases(request)))
    })
    .get('/api/channels/:id', (request, response) => {
      response.json(channels.require(request.params.id).describe(bases(request)))
    })
    .get('/api/channels/:id/pictures', (request, response) => {
      const { way, afterTicks } = readPicturesQuery(request.query)
      response.json(channels.require(request.params.id).pictures(way, afterTicks))
    })
    .put('/api/channels/:id/ingest/:key/:file', async (request, response) => {
      const { id, key, file } = request.params
      const channel = channels.requireIngest(id, key)
      // Of a sender's own playlist nothing is needed: segments come in order.
      if (file.endsWith('.m3u8')) await drain(request)
      else if (file.endsWith('.ts')) await takeOrLeave(request, channel)
      else throw new Refusal('bad-stream', `expected a name that ends in .ts or .m3u8, got ${file.slice(0, 60)}`)
      response.status(204).end()
    })
    .delete('/api/channels/:id/ingest/:key/:file', (request, response) => {
      channels.requireIngest(request.params.id, request.params.key) // a sender may clean up what we never kept
      response.status(204).end()
    })
    .delete('/api/channels/:id', async (request, response) => {
      await channels.end(request.params.id)
      response.status(204).end()
    })
}

function readPicturesQuery(query: unknown): z.infer<typeof picturesSchema> {
  const read = picturesSchema.safeParse(query)
  if (read.success) return read.data
  throw new Refusal('bad-request', 'expected ?way=rtp, live or low-latency, and afterTicks, a number')
}

function readWish(body: unknown): ChannelWish {
  const read = wishSchema.safeParse(body)
  if (!read.success) {
    const expected =
      '{"loop": id} or {"ingest": "ts", "hls", "rtsp" or "whip"}, with "title", "dvrSeconds" (6 to 600), "record"'
    throw new Refusal('bad-request', `expected ${expected}, got ${JSON.stringify(body)?.slice(0, 200)}`)
  }
  const { title, dvrSeconds = DEFAULT_WINDOW_SECONDS, record = false } = read.data
  const cleaned = cleanTitle(title ?? '')
  const shared = { ...(cleaned === '' ? {} : { title: cleaned }), windowSeconds: dvrSeconds, isRecorded: record }
  if ('loop' in read.data) return { ...shared, kind: 'loop', videoId: read.data.loop }
  return { ...shared, kind: 'ingest', ingest: read.data.ingest }
}

/** Of what is refused the rest is thrown away for a moment, so that a sender can read why; then he is cut off. */
async function takeOrLeave(request: Request, channel: LiveChannel): Promise<void> {
  try {
    await channel.input.takeTransportStream(request)
  } catch (error) {
    request.resume()
    setTimeout(() => request.complete || request.destroy(), REFUSED_MS).unref()
    throw error
  }
}

const REFUSED_MS = 1000
const MAX_PLAYLIST_BYTES = 1_000_000

async function drain(request: Request): Promise<void> {
  let sizeBytes = 0
  for await (const bytes of request) {
    sizeBytes += (bytes as Uint8Array).length
    if (sizeBytes > MAX_PLAYLIST_BYTES)
      throw new Refusal('too-large', `expected a playlist of at most ${MAX_PLAYLIST_BYTES} bytes`)
  }
}
