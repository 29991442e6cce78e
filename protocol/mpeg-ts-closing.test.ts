import { expect, test } from 'vitest'
import { concatBytes } from './bytes.ts'
import { closingPacket } from './mpeg-ts-closing.ts'
import { demuxMpegTs } from './mpeg-ts-demuxer.ts'
import {
  AUDIO_PID,
  audioPes,
  hex,
  pesPackets,
  programPackets,
  VIDEO_PID,
  videoPes,
} from './test-support/transport-packets.ts'

const IDR = hex('00000001 09f0 00000001 65' + '88'.repeat(400)) // over three transport packets
const ADTS = hex('fff15080 0161fc 2104d180')

test('closingPacket begins an empty PES packet with the next counter, and adds nothing to the stream', () => {
  const video = pesPackets(VIDEO_PID, videoPes(IDR, 900), 14) // 14, 15, 0
  const clip = concatBytes([programPackets(), video, pesPackets(AUDIO_PID, audioPes(ADTS, 900), 5)])
  const packet = closingPacket(clip)!
  expect(packet).toHaveLength(188)
  expect(Buffer.from(packet.subarray(0, 6)).toString('hex')).toBe('47410031ae00')
  expect(Buffer.from(packet.subarray(-9)).toString('hex')).toBe('000001e00000800000')
  expect(demuxMpegTs(concatBytes([clip, packet]))).toEqual(demuxMpegTs(clip))
})

test('closingPacket has nothing to close where there is no video', () => {
  expect(closingPacket(new Uint8Array(1880))).toBeUndefined()
})
