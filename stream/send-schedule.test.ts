import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { OutlineSegment } from '../protocol/outline.ts'
import { planRtpAac } from '../protocol/rtp-aac.ts'
import { planRtpH264 } from '../protocol/rtp-h264.ts'
import { packetsFrom, scheduleSegment, type PlannedPacket } from './send-schedule.ts'

const audio = { sampleRateHz: 48_000, samplesPerFrame: 1024 }
const options = { maxRtpBytes: 1100, frameIntervalTicks: 3000, audio }

/** 30 Hz; the second frame shown is decoded third. */
const reordered: OutlineSegment = {
  uri: '00000.ts',
  sizeBytes: 9000,
  startSeconds: 0,
  durationSeconds: 0.1,
  frames: [
    { kind: 'idr', ptsTicks: 0, dtsTicks: -3000, nalSizesBytes: [25, 4, 3000] },
    { kind: 'reference', ptsTicks: 6000, dtsTicks: 0, nalSizesBytes: [500] },
    { kind: 'disposable', ptsTicks: 3000, dtsTicks: 3000, nalSizesBytes: [90] },
  ],
  audio: { firstPtsTicks: -1920, sizesBytes: [20, 200, 1500] },
}

const line = ({ trackIndex, unitIndex, packetOfUnit, sizeBytes, marker, ptsTicks, sendMs }: PlannedPacket) =>
  `${sendMs.toFixed(2)} ms: ${trackIndex ? 'audio' : 'video'} ${unitIndex}.${packetOfUnit} ${sizeBytes} B pts ${ptsTicks}${marker ? ' M' : ''}`

test('scheduleSegment paces video by decode time over the frame interval, audio by presentation time', () => {
  expect(scheduleSegment(reordered, options).map(line)).toEqual([
    '-33.33 ms: video 0.0 46 B pts 0',
    '-25.00 ms: video 0.1 1013 B pts 0',
    '-21.33 ms: audio 0.0 36 B pts -1920 M',
    '-16.67 ms: video 0.2 1014 B pts 0',
    '-8.33 ms: video 0.3 1014 B pts 0 M',
    '0.00 ms: video 1.0 512 B pts 6000 M',
    '0.00 ms: audio 1.0 216 B pts 0 M',
    '21.33 ms: audio 2.0 766 B pts 1920',
    '21.33 ms: audio 2.1 766 B pts 1920 M',
    '33.33 ms: video 2.0 102 B pts 3000 M',
  ])
})

test('scheduleSegment rounds audio times of 44.1 kHz one by one, without a growing error', () => {
  const sound = { ...reordered, frames: [], audio: { firstPtsTicks: 0, sizesBytes: [9, 9, 9, 9] } }
  const sent = scheduleSegment(sound, { ...options, audio: { sampleRateHz: 44_100, samplesPerFrame: 1024 } })
  expect(sent.map(({ ptsTicks }) => ptsTicks)).toEqual([0, 2090, 4180, 6269])
})

test('scheduleSegment leaves the sound out when the viewer takes none', () => {
  const { audio: _, ...videoOnly } = options
  expect(scheduleSegment(reordered, videoOnly).every((packet) => packet.trackIndex === 0)).toBe(true)
})

test('scheduleSegment lets no packet of a frame wait for the next frame when that comes early', () => {
  const frames = [0, 1000].map((dtsTicks) => ({
    kind: 'idr' as const,
    ptsTicks: dtsTicks,
    dtsTicks,
    nalSizesBytes: [4000],
  }))
  const sent = scheduleSegment({ ...reordered, frames }, { maxRtpBytes: 1100, frameIntervalTicks: 3000 })
  expect(sent.map(({ unitIndex }) => unitIndex)).toEqual([0, 0, 0, 0, 1, 1, 1, 1])
  expect(sent[3]?.sendMs).toBeCloseTo(750 / 90, 9)
})

const segments = fc
  .record({
    frames: fc.array(
      fc.record({
        gapTicks: fc.integer({ min: 0, max: 6000 }),
        delayTicks: fc.integer({ min: 0, max: 9000 }),
        nalSizesBytes: fc.array(fc.integer({ min: 1, max: 9000 }), { minLength: 1, maxLength: 4 }),
      }),
    ),
    audio: fc.record({
      firstPtsTicks: fc.integer({ min: -2000, max: 2000 }),
      sizesBytes: fc.array(fc.integer({ min: 1, max: 3000 })),
    }),
  })
  .map((segment) => {
    let dtsTicks = -6000
    const frames = segment.frames.map(({ gapTicks, delayTicks, nalSizesBytes }) => {
      dtsTicks += gapTicks
      return { kind: 'reference' as const, dtsTicks, ptsTicks: dtsTicks + delayTicks, nalSizesBytes }
    })
    return { ...reordered, frames, audio: segment.audio }
  })

test('scheduleSegment sends exactly the planned packets, in order, none later than its frame interval', () => {
  fc.assert(
    fc.property(segments, (segment) => {
      const packets = scheduleSegment(segment, options)
      expect(packets.map((packet) => packet.sendMs)).toEqual(
        packets.map((packet) => packet.sendMs).sort((a, b) => a - b),
      )
      segment.frames.forEach(({ nalSizesBytes, dtsTicks }, unitIndex) => {
        const ofFrame = packets.filter((packet) => packet.trackIndex === 0 && packet.unitIndex === unitIndex)
        expectWhole(
          ofFrame,
          planRtpH264(nalSizesBytes, 1088).parts.map((part) => part.sizeBytes),
        )
        for (const { sendMs } of ofFrame) {
          expect(sendMs).toBeGreaterThanOrEqual(dtsTicks / 90)
          expect(sendMs).toBeLessThan((dtsTicks + 3000) / 90)
        }
      })
      segment.audio.sizesBytes.forEach((sizeBytes, unitIndex) => {
        const ofUnit = packets.filter((packet) => packet.trackIndex === 1 && packet.unitIndex === unitIndex)
        expectWhole(ofUnit, planRtpAac(sizeBytes, 1088).sizesBytes)
      })
      const video = packets.filter((packet) => packet.trackIndex === 0)
      expect(video.map((packet) => packet.unitIndex)).toEqual(
        video.map((packet) => packet.unitIndex).sort((a, b) => a - b),
      )
      expect(Math.max(0, ...packets.map((packet) => packet.sizeBytes))).toBeLessThanOrEqual(1100)
    }),
    { seed: 2026 },
  )
})

/** In order, each once, the last one marked. */
function expectWhole(packets: readonly PlannedPacket[], payloadSizesBytes: readonly number[]): void {
  const expected = payloadSizesBytes.map((sizeBytes, packetOfUnit) => ({
    packetOfUnit,
    sizeBytes: 12 + sizeBytes,
    marker: packetOfUnit === payloadSizesBytes.length - 1,
  }))
  expect(packets.map(({ packetOfUnit, sizeBytes, marker }) => ({ packetOfUnit, sizeBytes, marker }))).toEqual(expected)
}

test('packetsFrom begins sound with the keyframe, and keeps all of a segment that is played from its start', () => {
  const planned = (trackIndex: 0 | 1, unitIndex: number, ptsTicks: number): PlannedPacket => ({
    trackIndex,
    unitIndex,
    packetOfUnit: 0,
    sizeBytes: 100,
    marker: true,
    ptsTicks,
    sendMs: ptsTicks / 90,
  })
  const packets = [
    planned(1, 0, -1000),
    planned(0, 0, 0),
    planned(1, 1, 89_000),
    planned(0, 1, 90_000),
    planned(1, 2, 91_000),
  ]
  expect(packetsFrom(packets, { frameIndex: 1, startSeconds: 1 })).toEqual(packets.slice(3))
  expect(packetsFrom(packets, { frameIndex: 0, startSeconds: 0 })).toEqual(packets)
})
