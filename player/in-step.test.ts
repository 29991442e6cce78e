import { expect, test } from 'vitest'
import { stepAct, type StepAct, type StepState } from './in-step.ts'

const playing = { hls: 'playing', udp: 'playing' } as const

const cases: readonly { readonly title: string; readonly state: StepState; readonly act: StepAct }[] = [
  { title: 'leaves two alike as they are', state: { aheadMs: 5, ...playing }, act: { kind: 'go', speedRatio: 1 } },
  {
    title: 'slows HLS by 2 % when it is 10 ms ahead',
    state: { aheadMs: 10, ...playing },
    act: { kind: 'go', speedRatio: 0.98 },
  },
  {
    title: 'hurries HLS by no more than 5 %',
    state: { aheadMs: -90, ...playing },
    act: { kind: 'go', speedRatio: 1.05 },
  },
  {
    title: 'hurries it twice as much while the two are not one moment',
    state: { aheadMs: -190, ...playing },
    act: { kind: 'go', speedRatio: 1.1 },
  },
  { title: 'holds HLS that is 100 ms ahead', state: { aheadMs: 100, ...playing }, act: { kind: 'hold' } },
  {
    title: 'holds on until UDP is nearly there',
    state: { aheadMs: 50, hls: 'held', udp: 'playing' },
    act: { kind: 'hold' },
  },
  { title: 'lets go then', state: { aheadMs: 0, hls: 'held', udp: 'playing' }, act: { kind: 'go', speedRatio: 1 } },
  {
    title: 'leaves out what a stall of half a second cost',
    state: { aheadMs: -500, ...playing },
    act: { kind: 'jump' },
  },
  { title: 'goes back to a keyframe that UDP began at', state: { aheadMs: 1800, ...playing }, act: { kind: 'jump' } },
  { title: 'waits for UDP to begin', state: { aheadMs: 0, hls: 'playing', udp: 'starting' }, act: { kind: 'hold' } },
  { title: 'waits for UDP to resume', state: { aheadMs: 0, hls: 'held', udp: 'paused' }, act: { kind: 'hold' } },
  {
    title: 'does nothing to HLS that stalls',
    state: { aheadMs: -900, hls: 'stalled', udp: 'playing' },
    act: { kind: 'as-it-was' },
  },
  {
    title: 'does nothing to HLS that starts',
    state: { aheadMs: -900, hls: 'starting', udp: 'playing' },
    act: { kind: 'as-it-was' },
  },
  {
    title: 'does not start HLS that a viewer paused',
    state: { aheadMs: 0, hls: 'paused', udp: 'playing' },
    act: { kind: 'as-it-was' },
  },
  {
    title: 'lets HLS play on when UDP has ended',
    state: { aheadMs: -900, hls: 'held', udp: 'ended' },
    act: { kind: 'go', speedRatio: 1 },
  },
  {
    title: 'lets HLS play on when UDP has failed',
    state: { aheadMs: 900, hls: 'held', udp: 'failed' },
    act: { kind: 'go', speedRatio: 1 },
  },
]

for (const { title, state, act } of cases) {
  test(`stepAct ${title}`, () => expect(stepAct(state)).toEqual(act))
}
