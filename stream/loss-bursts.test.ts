import { expect, test } from 'vitest'
import { LossBursts } from './loss-bursts.ts'

/** `.` is received, `x` is lost. */
function figuresOf(packets: string) {
  const bursts = new LossBursts()
  for (const packet of packets) {
    if (packet === 'x') bursts.lose(1)
    else bursts.receive()
  }
  return bursts.figures()
}

const gap = '.'.repeat(16)
const none = {
  bursts: 0,
  burstPackets: 0,
  burstLostPackets: 0,
  gapPackets: 0,
  gapLostPackets: 0,
  longestLossPackets: 0,
}

const cases = [
  { name: 'nothing', packets: '', figures: {} },
  { name: 'no loss', packets: gap, figures: { gapPackets: 16 } },
  {
    name: 'a loss alone as part of the gap',
    packets: `${gap}x${gap}`,
    figures: { gapPackets: 33, gapLostPackets: 1, longestLossPackets: 1 },
  },
  {
    name: 'two losses that 15 packets part as one burst',
    packets: `${gap}x${'.'.repeat(15)}x${gap}`,
    figures: { bursts: 1, burstPackets: 17, burstLostPackets: 2, gapPackets: 32, longestLossPackets: 1 },
  },
  {
    name: 'two losses that 16 packets part as none',
    packets: `x${gap}x${gap}`,
    figures: { gapPackets: 34, gapLostPackets: 2, longestLossPackets: 1 },
  },
  {
    name: 'two bursts, the second still open',
    packets: `xx${gap}xx..xxx`,
    figures: { bursts: 2, burstPackets: 9, burstLostPackets: 7, gapPackets: 16, longestLossPackets: 3 },
  },
]
for (const { name, packets, figures } of cases) {
  test(`LossBursts counts ${name}`, () => expect(figuresOf(packets)).toEqual({ ...none, ...figures }))
}

test('LossBursts counts several lost at once as one after the other', () => {
  const bursts = new LossBursts()
  bursts.lose(3)
  expect(bursts.figures()).toEqual(figuresOf('xxx'))
})
