import { expect, test } from 'vitest'
import { playerStatus } from './player-status.ts'
import type { SidePhase } from './side.ts'

const side = (phase: SidePhase, positionSeconds = 1, durationSeconds = 10) => ({
  phase,
  positionSeconds,
  durationSeconds,
})

test('playerStatus plays while one of both does, at the position of HLS', () => {
  expect(playerStatus([side('ended', 10), side('playing', 9.8, 10.02)])).toEqual(side('playing', 10, 10.02))
  expect(playerStatus([side('stalled', 4), side('playing', 5)])).toEqual(side('playing', 4))
})

test('playerStatus stands where nothing plays any more', () => {
  expect(playerStatus([side('paused'), side('paused')])?.phase).toBe('paused')
  expect(playerStatus([side('ended'), side('ended')])?.phase).toBe('ended')
  expect(playerStatus([side('failed'), side('failed')])?.phase).toBe('failed')
})

test('playerStatus takes the position of UDP when HLS has failed', () => {
  expect(playerStatus([side('failed', 0), side('playing', 5)])).toEqual(side('playing', 5))
})

test('playerStatus is not there before a side is', () => expect(playerStatus([])).toBeUndefined())
