import express from 'express'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import pino from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { problemHandler, Refusal, refusalFor } from './refusal.ts'

const logLines: Record<string, unknown>[] = []
const logger = pino({}, { write: (line: string) => logLines.push(JSON.parse(line)) })
const app = express()
  .use((_request, response, next) => {
    response.setHeader('X-Request-Id', 'r7')
    next()
  })
  .use(express.json())
  .post('/json', (request, response) => void response.json(request.body))
  .get('/refused', () => {
    throw new Refusal('too-many-requests', 'at most 3', { 'Retry-After': '9' })
  })
  .get('/mistake', () => {
    throw new Error('expected a folder, got a file', { cause: new Error('the cause') })
  })
  .get('/half', (_request, response) => {
    response.setHeader('Content-Length', '10').write('half')
    throw new Error('too late')
  })
  .use(problemHandler(logger))
const server = app.listen(0, '127.0.0.1')
let url = ''
beforeAll(async () => {
  if (!server.listening) await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => void server.close())

test('problemHandler answers a refusal with its status, code, headers and application/problem+json', async () => {
  const response = await fetch(`${url}/refused`)
  expect(response.status).toBe(429)
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  expect(response.headers.get('retry-after')).toBe('9')
  expect(await response.json()).toEqual({
    type: 'urn:weir:error:too-many-requests',
    title: 'Too many requests from this address.',
    status: 429,
    detail: 'at most 3',
    code: 'too-many-requests',
  })
})

test('problemHandler answers 400 to a body that is no JSON, as http-errors says', async () => {
  const response = await fetch(`${url}/json`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: '{',
  })
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({ code: 'bad-request' })
})

test('problemHandler answers 500 with the request id to our own mistake and logs its cause', async () => {
  const response = await fetch(`${url}/mistake`)
  expect(response.status).toBe(500)
  expect(await response.json()).toMatchObject({ code: 'internal', detail: 'see the log for request r7' })
  const line = logLines.find(({ requestId }) => requestId === 'r7')
  expect(JSON.stringify(line)).toContain('the cause')
})

test('problemHandler breaks off an answer that had begun', async () => {
  const whole = fetch(`${url}/half`).then((response) => response.text())
  await expect(whole).rejects.toThrow()
})

test('refusalFor calls a full disk disk-full', () => {
  expect(refusalFor(Object.assign(new Error('write'), { code: 'ENOSPC' }))?.code).toBe('disk-full')
})
