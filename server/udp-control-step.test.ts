import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fuzzRuns } from '../lab/test-support/long-run.ts'
import type { ControlRequest } from '../protocol/udp-control.ts'
import { readControlRequest, step, type ControlEffect, type ControlState } from './udp-control-step.ts'

const idle = { phase: 'idle', resumeSeconds: 3 } as const
const playing = { phase: 'playing' } as const
const paused = { phase: 'paused' } as const
const ended = { phase: 'ended' } as const
const notPlaying = { kind: 'refuse', code: 'not-playing' } as const

type Case = [
  rule: string,
  from: ControlState,
  request: ControlRequest,
  to: ControlState,
  effect: Partial<ControlEffect>,
]

/** Every request in every phase that makes a difference; 7 s is being sent. */
const cases: Case[] = [
  [
    'the first play begins where the session was opened',
    idle,
    { id: 1, method: 'play' },
    playing,
    { kind: 'play', startSeconds: 3 },
  ],
  [
    'play with a start begins there',
    idle,
    { id: 1, method: 'play', startSeconds: 9 },
    playing,
    { kind: 'play', startSeconds: 9 },
  ],
  ['play goes on at the pause point', paused, { id: 1, method: 'play' }, playing, { kind: 'play' }],
  ['play after the end leaves the start to the playout', ended, { id: 1, method: 'play' }, playing, { kind: 'play' }],
  ['pause pauses', playing, { id: 1, method: 'pause' }, paused, { kind: 'pause' }],
  ['pause is refused before the first play', idle, { id: 1, method: 'pause' }, idle, notPlaying],
  ['pause is refused twice', paused, { id: 1, method: 'pause' }, paused, notPlaying],
  ['pause is refused after the end', ended, { id: 1, method: 'pause' }, ended, notPlaying],
  [
    'seek plays from there',
    paused,
    { id: 1, method: 'seek', startSeconds: 5 },
    playing,
    { kind: 'play', startSeconds: 5 },
  ],
  [
    'variant goes on where it plays',
    playing,
    { id: 1, method: 'variant', variant: 'a' },
    playing,
    { kind: 'switch', variant: 'a', positionSeconds: 7, thenPlay: true },
  ],
  [
    'variant keeps the pause point for the next play',
    paused,
    { id: 1, method: 'variant', variant: 'a' },
    { phase: 'paused', resumeSeconds: 7 },
    { kind: 'switch', variant: 'a', positionSeconds: 7, thenPlay: false },
  ],
  [
    'variant before the first play keeps the wanted start',
    idle,
    { id: 1, method: 'variant', variant: 'a' },
    idle,
    { kind: 'switch', variant: 'a', positionSeconds: 3, thenPlay: false },
  ],
  [
    'variant after the end lets the next play begin anew',
    ended,
    { id: 1, method: 'variant', variant: 'a' },
    { phase: 'ended', resumeSeconds: 0 },
    { kind: 'switch', variant: 'a', positionSeconds: 0, thenPlay: false },
  ],
]
for (const [rule, from, request, to, effect] of cases) {
  test(`step: ${rule}`, () => {
    const next = step(from, request, 7)
    expect(next.state).toEqual(to)
    expect(next.effect).toMatchObject(effect)
    if (effect.kind === 'play' && !('startSeconds' in effect)) expect(next.effect).toEqual({ kind: 'play' })
  })
}

const requests: ControlRequest[] = [
  { id: 1, method: 'play' },
  { id: 2, method: 'play', startSeconds: 1.5 },
  { id: 3, method: 'pause' },
  { id: 4, method: 'seek', startSeconds: 0 },
  { id: 5, method: 'variant', variant: '720p' },
]
for (const request of requests) {
  test(`readControlRequest reads ${JSON.stringify(request)}`, () => {
    expect(readControlRequest(JSON.stringify(request))).toEqual({ ok: true, request })
  })
}

const malformed: [text: string, id: number][] = [
  ['', -1],
  ['null', -1],
  ['{"method":"play"}', -1],
  ['{"id":"1","method":"play"}', -1],
  ['{"id":7,"method":"play","startSeconds":"1"}', 7],
  ['{"id":8,"method":"play","speed":2}', 8],
  ['{"id":9,"method":"variant","variant":""}', 9],
  [JSON.stringify({ id: 10, method: 'variant', variant: 'x'.repeat(5000) }), -1],
]
for (const [text, id] of malformed) {
  test(`readControlRequest names the request that is malformed: ${text.slice(0, 60)}`, () => {
    expect(readControlRequest(text)).toMatchObject({ ok: false, id })
  })
}

test('readControlRequest answers to any text, and never throws', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      expect(typeof readControlRequest(text).ok).toBe('boolean')
    }),
    { seed: 5, numRuns: fuzzRuns(500) },
  )
})
