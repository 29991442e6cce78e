import { expect, test } from 'vitest'
import type { TransportOffer } from './transport-offer.ts'
import { step, type Destinations, type SessionRequest, type SessionState } from './rtsp-session.ts'

const destination: TransportOffer = { kind: 'udp', clientPorts: [5000, 5001] }
const one: Destinations = new Map([[0, destination]])
const both: Destinations = new Map([
  [0, destination],
  [1, { kind: 'udp', clientPorts: [5002, 5003] }],
])
const init: SessionState = { phase: 'init' }
const ready: SessionState = { phase: 'ready', tracks: both }
const playing: SessionState = { phase: 'playing', tracks: both }
const setup = (trackIndex: number | undefined): SessionRequest => ({ method: 'SETUP', trackIndex, destination })
const play: SessionRequest = { method: 'PLAY', trackIndex: undefined, hasRange: true }
const pause: SessionRequest = { method: 'PAUSE', trackIndex: undefined }
const teardown: SessionRequest = { method: 'TEARDOWN', trackIndex: undefined }

const cases = [
  { name: 'SETUP in init with 200', from: init, request: setup(0), to: { phase: 'ready', tracks: one }, status: 200 },
  { name: 'SETUP of the presentation with 459', from: init, request: setup(undefined), to: init, status: 459 },
  { name: 'SETUP in playing with 455', from: playing, request: setup(0), to: playing, status: 455 },
  { name: 'PLAY in init with 454', from: init, request: play, to: init, status: 454 },
  { name: 'PLAY in ready by starting', from: ready, request: play, to: playing, status: 200, send: 'start' },
  {
    name: 'PLAY with a Range in playing by seeking',
    from: playing,
    request: play,
    to: playing,
    status: 200,
    send: 'start',
  },
  {
    name: 'PLAY without a Range in playing by going on',
    from: playing,
    request: { ...play, hasRange: false },
    to: playing,
    status: 200,
  },
  {
    name: 'PLAY of one track of two with 460',
    from: ready,
    request: { ...play, trackIndex: 1 },
    to: ready,
    status: 460,
  },
  {
    name: 'PLAY of the only track by starting',
    from: { phase: 'ready', tracks: one },
    request: { ...play, trackIndex: 0 },
    to: { phase: 'playing', tracks: one },
    status: 200,
    send: 'start',
  },
  { name: 'PAUSE in init with 454', from: init, request: pause, to: init, status: 454 },
  { name: 'PAUSE in ready with 455', from: ready, request: pause, to: ready, status: 455 },
  { name: 'PAUSE in playing by stopping', from: playing, request: pause, to: ready, status: 200, send: 'stop' },
  { name: 'TEARDOWN in init with 454', from: init, request: teardown, to: init, status: 454 },
  { name: 'TEARDOWN in playing by stopping', from: playing, request: teardown, to: init, status: 200, send: 'stop' },
  { name: 'TEARDOWN in ready by stopping', from: ready, request: teardown, to: init, status: 200, send: 'stop' },
] satisfies {
  name: string
  from: SessionState
  request: SessionRequest
  to: SessionState
  status: number
  send?: string
}[]

for (const { name, from, request, to, ...answer } of cases) {
  test(`step answers ${name}`, () => expect(step(from, request)).toEqual({ state: to, ...answer }))
}

test('step sets up a second track beside the first, and the first again elsewhere', () => {
  const again: SessionRequest = {
    method: 'SETUP',
    trackIndex: 0,
    destination: { kind: 'udp', clientPorts: [6000, 6001] },
  }
  const { state } = step(step(step(init, setup(0)).state, setup(1)).state, again)
  expect(state).toEqual({
    phase: 'ready',
    tracks: new Map([
      [0, { kind: 'udp', clientPorts: [6000, 6001] }],
      [1, destination],
    ]),
  })
})
