import { expect, test, type TestContext } from 'vitest'
import { seededRandom } from '../link/random.ts'
import { nalType } from '../protocol/h264.ts'
import { H264Depacketiser } from '../protocol/rtp-h264.ts'
import { FrameIntegrity, type FrameVerdict } from './frame-integrity.ts'
import { JitterBuffer, type Released } from './jitter-buffer.ts'
import { predictDamage } from './predict-damage.ts'
import { ReceptionStatistics } from './reception-statistics.ts'
import { makeClip, MAX_RTP_BYTES, rtpTimestamp, type Clip } from '../lab/test-support/h264-clip.ts'
import type { RtpPacket } from '../protocol/rtp.ts'

/** All that a viewer does with the packets that the network let through, in the order of their arrival. */
function view(
  { frames, packets }: Clip,
  lost: ReadonlySet<number>,
  knowsOutline: boolean,
  told = parameterSets(packets),
) {
  const first = packets[0] as RtpPacket
  const statistics = new ReceptionStatistics({ clockRateHz: 90000, firstSequenceNumber: first.sequenceNumber })
  const buffer = new JitterBuffer<RtpPacket>({ waitMs: 50, firstSequenceNumber: first.sequenceNumber })
  const depacketiser = new H264Depacketiser()
  const integrity = new FrameIntegrity({ parameterSets: told })
  if (knowsOutline) integrity.expect(frames.map((frame) => ({ kind: frame.kind, timestampTicks: rtpTimestamp(frame) })))

  const judge = (item: Released<RtpPacket>): FrameVerdict[] => {
    if (item.kind === 'packet') {
      return depacketiser.push(item.packet, item.lostBefore).flatMap((unit) => integrity.push(unit))
    }
    integrity.lose({ firstSequenceNumber: item.firstSequenceNumber & 0xffff, packets: item.packets })
    return []
  }
  const verdicts = packets.flatMap((packet, index) => {
    if (lost.has(index)) return []
    const arrival = statistics.add(packet.sequenceNumber, packet.timestampTicks, index)
    return arrival.kind === 'new' ? buffer.push(arrival.extendedSequenceNumber, packet, index).flatMap(judge) : []
  })
  verdicts.push(...buffer.finish(first.sequenceNumber + packets.length - 1).flatMap(judge))
  verdicts.push(...depacketiser.flush().flatMap((unit) => integrity.push(unit)))
  return knowsOutline ? [...verdicts, ...integrity.finish()] : verdicts
}

function parameterSets(packets: readonly RtpPacket[]): Uint8Array[] {
  const depacketiser = new H264Depacketiser()
  const unit = packets.slice(0, 50).flatMap((packet) => depacketiser.push(packet, false))[0]
  return (unit?.nals ?? []).filter((nal) => nalType(nal) === 7 || nalType(nal) === 8)
}

/** From a single packet to nearly all: single losses, and bursts that swallow keyframes. */
function randomMask(packetCount: number, random: () => number): ReadonlySet<number> {
  const lossRatio = random() * random() * 0.6
  const meanBurst = 1 + Math.floor(random() * random() * 40)
  const lost = new Set<number>()
  for (let index = 0; index < packetCount; index += 1) {
    if (random() >= lossRatio / meanBurst) continue
    const burst = 1 + Math.floor(random() * 2 * meanBurst)
    for (let offset = 0; offset < burst && index + offset < packetCount; offset += 1) lost.add(index + offset)
    index += burst - 1
  }
  return lost
}

const encodings = {
  'B-frames of which some are references': 'keyint=24:min-keyint=24:scenecut=0:bframes=3:b-adapt=0:b-pyramid=normal',
  'three slices a frame': 'keyint=16:min-keyint=16:scenecut=0:bframes=2:b-adapt=0:slices=3',
  'no B-frames, and a keyframe just where frame_num wraps': 'keyint=16:min-keyint=16:scenecut=0:bframes=0',
}

for (const [name, x264Params] of Object.entries(encodings)) {
  test(`FrameIntegrity judges as the outline predicts, over 1000 random losses: ${name}`, (context: TestContext) => {
    const clip = makeClip(context, x264Params)
    const random = seededRandom(11)
    const seen = { intact: 0, damaged: 0, frozen: 0 }
    for (let run = 0; run < 1000; run += 1) {
      const lost = randomMask(clip.packets.length, random)
      const predicted = predictDamage(clip.frames, MAX_RTP_BYTES, lost)
      const judged = view(clip, lost, true)
      expect(judged.map(({ timestampTicks, state }) => ({ timestampTicks, state }))).toEqual(
        predicted.map(({ frame, state }) => ({ timestampTicks: rtpTimestamp(frame), state })),
      )
      judged.forEach(({ state }) => (seen[state] += 1))
    }
    expect(Object.values(seen).every((frames) => frames > 1000)).toBe(true)
  })
}

test('FrameIntegrity blames the packets that were lost, as the outline does', (context) => {
  const clip = makeClip(context, encodings['B-frames of which some are references'])
  const random = seededRandom(12)
  for (let run = 0; run < 200; run += 1) {
    const lost = randomMask(clip.packets.length, random)
    const predicted = predictDamage(clip.frames, MAX_RTP_BYTES, lost)
    view(clip, lost, true).forEach(({ cause }, index) => {
      const packet = predicted[index]?.cause
      expect(cause === undefined).toBe(packet === undefined)
      if (cause === undefined || packet === undefined) return
      const distance = (((clip.packets[packet] as RtpPacket).sequenceNumber - cause.firstSequenceNumber) << 16) >> 16
      expect(distance).toBeGreaterThanOrEqual(0)
      expect(distance).toBeLessThan(cause.packets)
    })
  }
})

test('FrameIntegrity without an outline tells by frame_num whether a frame lost whole was a reference', (context) => {
  const clip = makeClip(context, encodings['B-frames of which some are references'])
  let firstPacket = 0
  for (const lostFrame of clip.frames) {
    const packets = clip.packets.filter(({ timestampTicks }) => timestampTicks === rtpTimestamp(lostFrame)).length
    const lost = new Set(Array.from({ length: packets }, (_, index) => firstPacket + index))
    firstPacket += packets
    if (lostFrame.kind === 'idr') continue
    const predicted = predictDamage(clip.frames, MAX_RTP_BYTES, lost).filter(({ frame }) => frame !== lostFrame)
    expect(view(clip, lost, false).map(({ state }) => state)).toEqual(predicted.map(({ state }) => state))
  }
})

test('FrameIntegrity gives a keyframe that lost its parameter sets those of the session', (context) => {
  const clip = makeClip(context, encodings['no B-frames, and a keyframe just where frame_num wraps'])
  const [first] = view(clip, new Set([0]), true) // SPS and PPS in one STAP-A
  expect([first?.state, first?.nals?.map(nalType)]).toEqual(['intact', [7, 8, 6, 5]])
})

test('FrameIntegrity freezes until the next keyframe when nobody knows the parameter sets', (context) => {
  const clip = makeClip(context, encodings['no B-frames, and a keyframe just where frame_num wraps'])
  const states = view(clip, new Set([0]), true, []).map(({ state }) => state)
  expect([states.slice(0, 16).every((state) => state === 'frozen'), states[16]]).toEqual([true, 'intact'])
})
