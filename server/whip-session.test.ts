import { expect, test } from 'vitest'
import { ntpTimeOf } from '../protocol/ntp-time.ts'
import { decodeGenericNack } from '../protocol/rtcp-feedback.ts'
import { decodeRtcp, encodeRtcp, type OtherRtcp } from '../protocol/rtcp.ts'
import { encodeRtp } from '../protocol/rtp.ts'
import type { TsUnit } from '../protocol/mpeg-ts-stream.ts'
import { WhipSession } from './whip-session.ts'

const UNIX_MS = 1_700_000_000_000
const track = (payloadType: number) => ({ mid: `${payloadType}`, payloadType, formatParameters: '' })
const KEYFRAME = Uint8Array.of(0x65, 0x80)
const PICTURE = Uint8Array.of(0x41, 0x80)

/** A session that is sent a picture every 40 ms, and what comes of it. */
function setUp({ hasSound = false } = {}) {
  const units: { unit: TsUnit; unixMs: number }[] = []
  const sounds: { ptsTicks: number; data: Uint8Array }[] = []
  const asked: OtherRtcp[] = []
  const session = new WhipSession(
    {
      offer: { video: track(108), ...(hasSound ? { audio: track(111) } : {}) },
      sender: { push: (unit, _, unixMs) => void units.push({ unit, unixMs }), close() {} },
      sound: hasSound ? { push: (data, ptsTicks) => void sounds.push({ data, ptsTicks }) } : undefined,
      sendRtcp: (datagram) => {
        const packets = decodeRtcp(datagram)
        if (packets.ok) asked.push(...packets.value.filter((packet) => packet.kind === 'other'))
      },
      random: () => 0.5,
    },
    0,
  )
  const picture = (index: number, payload: Uint8Array, atMs = index * 40): void => {
    const packet = {
      marker: true,
      payloadType: 108,
      sequenceNumber: index,
      timestampTicks: index * 3600,
      ssrc: 5,
      payload,
    }
    session.take('video', encodeRtp(packet), atMs, UNIX_MS + atMs)
    session.advance(atMs)
  }
  const report = (kind: 'video' | 'audio', timestampTicks: number, unixMs: number): void => {
    const counts = { sentPackets: 0, sentPayloadBytes: 0, reports: [] }
    const packet = { kind: 'sender-report', ssrc: 5, ntpTime: ntpTimeOf(unixMs), timestampTicks, ...counts } as const
    session.take(kind, encodeRtcp([packet]), 0, UNIX_MS)
  }
  return { session, units, sounds, asked, picture, report }
}

const isPli = ({ packetType, count }: OtherRtcp): boolean => packetType === 206 && count === 1

test('WhipSession asks for a keyframe whenever the last is two seconds old', () => {
  const { asked, picture, report } = setUp()
  report('video', 0, UNIX_MS)
  for (let index = 0; index < 130; index += 1) picture(index, index % 60 === 0 ? KEYFRAME : PICTURE)
  // Keyframes at 0, 2.4 and 4.8 s: asked for at 2.0 and 4.4 s.
  expect(asked.filter(isPli).map(({ body }) => Buffer.from(body).readUInt32BE(4))).toEqual([5, 5])
})

test('WhipSession asks for a lost packet again, and for a keyframe when it does not come', () => {
  const { asked, picture, report } = setUp()
  report('video', 0, UNIX_MS)
  for (let index = 0; index < 20; index += 1) if (index !== 3) picture(index, index === 0 ? KEYFRAME : PICTURE)
  const nacks = asked.filter(({ packetType }) => packetType === 205).map(decodeGenericNack)
  expect(nacks[0]).toMatchObject({ ok: true, value: { mediaSsrc: 5, lostSequenceNumbers: [3] } })
  expect(asked.filter(isPli)).toHaveLength(1)
})

test('WhipSession gives a packet that was sent again in its place', () => {
  const { units, picture, report, session } = setUp()
  report('video', 0, UNIX_MS)
  for (const index of [0, 1, 2, 4, 5]) picture(index, index === 0 ? KEYFRAME : PICTURE)
  picture(3, PICTURE, 220)
  picture(6, PICTURE)
  expect(units.map(({ unit }) => unit.ptsTicks / 3600)).toEqual([0, 1, 2, 3, 4, 5, 6])
  expect(session.figures).toMatchObject({ pictures: 7, lostPackets: 0 })
})

test('WhipSession puts pictures and sound on one clock by the reports of both', () => {
  const { session, units, sounds, picture, report } = setUp({ hasSound: true })
  picture(0, KEYFRAME)
  const payload = Uint8Array.of(0xfc, 1)
  const sound = { marker: false, payloadType: 111, sequenceNumber: 9, timestampTicks: 70_000, ssrc: 6, payload }
  session.take('audio', encodeRtp(sound), 5, UNIX_MS + 5)
  report('video', 0, UNIX_MS)
  expect(units).toEqual([]) // that of the sound is still to come
  report('audio', 70_000 + 960, UNIX_MS + 120) // 20 ms later than that sound
  picture(1, PICTURE)
  expect(units.map(({ unit, unixMs }) => [unit.ptsTicks, unixMs])).toEqual([
    [0, UNIX_MS],
    [3600, UNIX_MS + 40],
  ])
  expect(sounds).toEqual([{ ptsTicks: 9000, data: payload }]) // 100 ms
})

test('WhipSession leaves alone what it was not offered', () => {
  const { session, units } = setUp()
  session.take('video', Uint8Array.of(1, 2, 3), 0, UNIX_MS)
  session.take(
    'audio',
    encodeRtp({ marker: true, payloadType: 111, sequenceNumber: 1, timestampTicks: 1, ssrc: 6, payload: PICTURE }),
    0,
    UNIX_MS,
  )
  session.advance(100)
  expect(units).toEqual([])
})
