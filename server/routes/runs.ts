import { json, Router, text, type Request } from 'express'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { z } from 'zod'
import { writeResultsCsv } from '../../stream/results-csv.ts'
import { Refusal } from '../refusal.ts'
import type { RunWish, Runs } from '../runs.ts'
import { MOST_EVENT_BYTES, readViewerEvents } from '../viewer-events.ts'

const name = z.string().min(1).max(100)
const wishSchema = z.strictObject({
  video: name,
  link: name,
  scenario: z.record(z.string(), z.unknown()).default({}),
  versions: z.record(name, name).default({}),
})

const WISH_LIMIT = '64kb'
const BROWSER_CHARACTERS = 100 // of a version in a record's head

/** Runs: begun, told of by their viewers, ended, read, removed. An unknown id is 404 `unknown-run` everywhere. */
export function runRoutes(runs: Runs): Router {
  const readLines = text({ type: () => true, limit: MOST_EVENT_BYTES }) // sendBeacon names types of its own
  return Router()
    .post('/api/runs', json({ limit: WISH_LIMIT }), async (request, response) => {
      const run = await runs.create(readWish(request), request.socket.remoteAddress ?? '')
      response
        .status(201)
        .location(`/api/runs/${run.id}`)
        .json({ ...run, serverUnixMs: Date.now() })
    })
    .get('/api/runs', (_request, response) => {
      response.json(runs.list())
    })
    .get('/api/runs/:id', async (request, response) => {
      const { id } = request.params
      response.json({ ...runs.find(id), head: await runs.head(id), measures: await runs.measures(id) })
    })
    .post('/api/runs/:id/events', readLines, (request, response) => {
      runs.append(request.params.id, eventsOf(request))
      response.json({ serverUnixMs: Date.now() })
    })
    .post('/api/runs/:id/end', readLines, async (request, response) => {
      const { id } = request.params
      const events = eventsOf(request)
      if (events.length > 0) runs.append(id, events)
      response.json(await runs.end(id))
    })
    .get('/api/runs/:id/record.jsonl', async (request, response) => {
      const { id } = request.params
      const isWhole = runs.find(id).state === 'ended'
      response.type('application/jsonl')
      if (!isWhole || request.acceptsEncodings(['gzip', 'identity']) !== 'gzip') {
        return pipeline(await runs.text(id), response)
      }
      response.setHeader('Content-Encoding', 'gzip')
      return pipeline(createReadStream(await runs.recordPath(id)), response)
    })
    .get('/api/runs/:id/capture.pcapng', async (request, response) => {
      const { path, readableBytes } = runs.capture(request.params.id)
      response.type('application/x-pcapng').attachment(`${request.params.id}.pcapng`)
      if (readableBytes === 0) return void response.end()
      return pipeline(createReadStream(path, { end: readableBytes - 1 }), response)
    })
    .get('/api/runs/:id/results.csv', async (request, response) => {
      const { id } = request.params
      const text = writeResultsCsv(await runs.measures(id))
      response.attachment(`weir-run-${id}.csv`).type('text/csv; header=present').send(text)
    })
    .delete('/api/runs/:id', async (request, response) => {
      await runs.remove(request.params.id)
      response.status(204).end()
    })
}

function readWish({ body, headers }: Request): RunWish {
  const read = wishSchema.safeParse(body)
  if (!read.success) {
    const problems = read.error.issues.map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(' '))
    throw new Refusal('bad-request', `expected {"video", "link", "scenario"} as JSON: ${problems.join('; ')}`)
  }
  const browser = headers['user-agent']?.slice(0, BROWSER_CHARACTERS)
  return { ...read.data, versions: { ...read.data.versions, ...(browser === undefined ? {} : { browser }) } }
}

function eventsOf({ body }: Request): ReturnType<typeof readViewerEvents> {
  return typeof body === 'string' ? readViewerEvents(body) : []
}
