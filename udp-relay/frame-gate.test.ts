import { expect, test } from 'vitest'
import { beginsKeyframe } from '../protocol/rtp-video.ts'
import { encodeRtp } from '../protocol/rtp.ts'
import { FrameGate } from './frame-gate.ts'

const LIMIT = 1000
const [IDR, SLICE] = [0x65, 0x41]

function packet(nalHeader: number, marker: boolean): Uint8Array {
  const payload = Uint8Array.of(nalHeader, 1)
  return encodeRtp({ marker, payloadType: 96, sequenceNumber: 1, timestampTicks: 1, ssrc: 1, payload })
}

test('FrameGate sends a picture to its end though the way has filled up meanwhile', () => {
  const gate = new FrameGate(LIMIT, beginsKeyframe)
  expect(gate.admits(packet(SLICE, false), 1000)).toBe(true)
  expect(gate.admits(packet(SLICE, true), 5000)).toBe(true)
  expect(gate.admits(packet(SLICE, true), 5000)).toBe(false)
  expect(gate.droppedUnits).toBe(1)
})

test('FrameGate drops whole pictures up to a keyframe that finds the way half empty', () => {
  const gate = new FrameGate(LIMIT, beginsKeyframe)
  const sent = [
    { nal: SLICE, marker: true, waiting: 1001 },
    { nal: SLICE, marker: true, waiting: 0 }, // refers to the dropped one
    { nal: IDR, marker: false, waiting: 501 },
    { nal: IDR, marker: true, waiting: 0 }, // the rest of a picture whose start was dropped
    { nal: IDR, marker: true, waiting: 500 },
    { nal: SLICE, marker: true, waiting: 1000 },
  ].map(({ nal, marker, waiting }) => gate.admits(packet(nal, marker), waiting))
  expect(sent).toEqual([false, false, false, false, true, true])
  expect(gate.droppedUnits).toBe(3)
})

test('FrameGate goes on with any unit of a sound', () => {
  const gate = new FrameGate(LIMIT, () => true)
  const sent = [1001, 501, 500].map((waiting) => gate.admits(packet(SLICE, true), waiting))
  expect(sent).toEqual([false, false, true])
})
