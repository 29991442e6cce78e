import { expect, test } from 'vitest'
import { AccessLink } from './access-link.ts'
import { Conversation } from './conversation.ts'

const oneWayDelayMs = 50
const profile = { seed: 1, downlink: { oneWayDelayMs }, uplink: { oneWayDelayMs } }
const options = { congestionControl: 'cubic', tlsRoundTrips: 0 } as const
const exchange = (method: 'SETUP' | 'PLAY' | 'PAUSE') => ({ method, requestBytes: 200, responseBytes: 300 })

test('a conversation takes a round trip for the handshake and for each answered request', () => {
  const line = new AccessLink(profile)
  const conversation = new Conversation<string>(line, options)
  const reached: unknown[] = []
  conversation.ask([exchange('SETUP'), exchange('PLAY')], 0, (told) => reached.push(told))
  line.advance(1000)
  const steps = [
    { name: 'connect', ms: 100 },
    { name: 'SETUP', ms: 100 },
    { name: 'PLAY', ms: 50 },
  ]
  expect(reached).toEqual([{ atMs: 250, afterMs: 250, steps }])
})

test('what both say between the messages comes in order, and is no part of an answer', () => {
  const line = new AccessLink(profile)
  const conversation = new Conversation<string>(line, options)
  const told: string[] = []
  conversation.ask([exchange('PLAY')], 0, ({ atMs }) => told.push(`PLAY ${atMs}`))
  line.advance(150)
  conversation.write(1000, 150, (bytes, atMs) => told.push(`packet ${bytes} ${atMs}`))
  conversation.write(500, 150, (_bytes, atMs, isWhole) => void (isWhole && told.push(`another ${atMs}`)))
  line.advance(160)
  conversation.say(80, 160, (bytes, atMs) => told.push(`report ${bytes} ${atMs}`))
  conversation.ask([exchange('PAUSE')], 160, ({ atMs }) => told.push(`PAUSE ${atMs}`))
  line.advance(1000)
  expect(told).toEqual(['PLAY 150', 'packet 1000 200', 'another 200', 'report 80 210', 'PAUSE 250'])
})

test('a firewall that blocks RTSP lets no conversation begin, from its moment on, and no other connection suffer', () => {
  const changes = [{ atSeconds: 3, set: { rtspBlocked: false } }]
  const line = new AccessLink({ ...profile, rtspBlocked: true, changes })
  const conversation = new Conversation<string>(line, options)
  const reached: number[] = []
  conversation.ask([exchange('PLAY')], 0, ({ atMs }) => reached.push(atMs))
  line.advance(2999)
  expect(reached).toEqual([])
  line.advance(5000)
  expect(reached).toEqual([3150]) // its SYN left again at 1 and at 3 s: RFC 6298
})
