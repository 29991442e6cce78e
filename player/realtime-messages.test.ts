import { expect, test } from 'vitest'
import { RealtimeMessages } from './realtime-messages.ts'

test('a message is there once it came back by its own way; an older one, and a clock that is a little off, change nothing', () => {
  const messages = new RealtimeMessages()
  const { id: older } = messages.say('websocket', 'one', 1000)
  const { id } = messages.say('websocket', 'two', 2000)
  messages.hear({ way: 'websocket', id: older }, 1005, 2001)
  expect(messages.said.value.get('websocket')).toEqual({ id, saidUnixMs: 2000 })
  messages.hear({ way: 'websocket', id }, 1999.9, 2004)
  expect(messages.said.value.get('websocket')).toMatchObject({ upMs: 0, downMs: expect.closeTo(4.1) as number })
})

test('what the server’s own client has heard counts once', () => {
  const messages = new RealtimeMessages()
  const { id } = messages.say('udp', 'one', 1000)
  const heard = [{ id, saidUnixMs: 1003, loggedUnixMs: 1005, heardUnixMs: 1010 }]
  messages.noteHeard('udp', [])
  messages.noteHeard('udp', heard)
  expect(messages.said.value.get('udp')).toEqual({ id, saidUnixMs: 1003, upMs: 2, downMs: 5 })
})
