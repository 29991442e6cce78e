import { expect, test } from 'vitest'
import { packetiseRtpAac, planRtpAac } from './rtp-aac.ts'
import { OPUS, packetiseRtpAudio, planRtpAudio } from './rtp-audio.ts'

const unit = Uint8Array.from({ length: 300 }, (_, index) => index & 0xff)

test('planRtpAudio and packetiseRtpAudio send an Opus packet as it is', () => {
  expect(planRtpAudio(OPUS, 300, 1000)).toEqual([300])
  expect(packetiseRtpAudio(OPUS, unit, 300, 1000)).toEqual([unit])
})

test('planRtpAudio and packetiseRtpAudio send AAC as RFC 3640 has it', () => {
  const plan = planRtpAac(300, 200)
  expect(planRtpAudio('mp4a.40.2', 300, 200)).toEqual(plan.sizesBytes)
  expect(packetiseRtpAudio('mp4a.40.2', unit, 300, 200)).toEqual(packetiseRtpAac(unit, plan))
})

test('planRtpAudio and packetiseRtpAudio refuse Opus that fits into no packet, or is not what was planned', () => {
  expect(() => planRtpAudio(OPUS, 300, 299)).toThrow(RangeError)
  expect(() => packetiseRtpAudio(OPUS, unit, 299, 1000)).toThrow(RangeError)
})
