import { expect, test } from 'vitest'
import { inLongRun } from '../lab/test-support/long-run.ts'
import type { Traffic } from './link-packet.ts'
import { Loss, type LossOptions } from './loss.ts'

type Offer = { readonly packets: number; readonly everyMs: number; readonly traffic?: Traffic }
type Change = { readonly atPacket: number; readonly to: LossOptions }

/** The numbers of the packets that are lost of so many that leave the queue one after the other. */
function lostOf(options: LossOptions, { packets, everyMs, traffic = 'rtp' }: Offer, change?: Change): number[] {
  const lost: number[] = []
  const loss = new Loss(options, { deliver: () => {}, lost: ({ id }) => lost.push(id) })
  if (change !== undefined) loss.change(change.to, change.atPacket * everyMs)
  for (let id = 0; id < packets; id += 1) loss.accept({ id, flow: 0, sizeBytes: 1128, traffic }, id * everyMs, 0)
  return lost
}

/** Runs of neighbours: [first, length]. */
function burstsOf(lost: readonly number[]): [number, number][] {
  const bursts: [number, number][] = []
  for (const id of lost) {
    const last = bursts.at(-1)
    if (last !== undefined && last[0] + last[1] === id) last[1] += 1
    else bursts.push([id, 1])
  }
  return bursts
}

const random = (lossRatio: number, seed = 7): LossOptions => ({ seed, loss: { kind: 'random', lossRatio } })
const gilbertElliott: LossOptions = {
  seed: 7,
  loss: { kind: 'gilbert-elliott', lossRatio: 0.05, meanBurstPackets: 4 },
}
const badMoments: LossOptions = { seed: 7, loss: { kind: 'bad-moments', lossRatio: 0.05, meanBurstMs: 50 } }
const thousand: Offer = { packets: 1000, everyMs: 4 }

test('Loss by Gilbert-Elliott loses exactly these bursts of 1000 packets at 5 % with seed 7', () => {
  expect(burstsOf(lostOf(gilbertElliott, thousand))).toEqual([
    [12, 1],
    [25, 4],
    [446, 12],
    [487, 5],
    [495, 2],
    [587, 6],
    [622, 1],
    [632, 1],
    [842, 4],
    [861, 2],
  ])
})

test('Loss in bad moments loses exactly these bursts of 1000 packets, 4 ms apart, at 5 % with seed 7', () => {
  expect(burstsOf(lostOf(badMoments, thousand))).toEqual([
    [88, 4],
    [117, 13],
    [759, 3],
    [857, 46],
  ])
})

test('Loss in bad moments hits the same moments, whatever is sent and how often', () => {
  const rare = lostOf(badMoments, { packets: 400, everyMs: 40, traffic: 'tcp' }).map((id) => id * 40)
  const often = new Set(lostOf(badMoments, { packets: 16_000, everyMs: 1 }))
  expect(rare).toEqual(Array.from({ length: 400 }, (_, id) => id * 40).filter((ms) => often.has(ms)))
  expect(rare.length).toBe(21)
})

for (const [name, options] of Object.entries({ random: random(0.05), gilbertElliott })) {
  test(`Loss of RTP (${name}) is the same, whatever RTCP and TCP send between`, () => {
    const lost: number[] = []
    const loss = new Loss(options, {
      deliver: () => {},
      lost: ({ id, traffic }) => (traffic === 'rtp' ? lost.push(id) : undefined),
    })
    for (let id = 0; id < 1000; id += 1) {
      for (const traffic of ['rtcp', 'tcp', 'rtp', 'tcp'] as const) {
        loss.accept({ id, flow: 0, sizeBytes: 100, traffic }, id * 4, 0)
      }
    }
    expect(lost).toEqual(lostOf(options, thousand))
  })
}

test('Loss of TCP is another sequence than that of RTP', () => {
  expect(lostOf(random(0.05), { ...thousand, traffic: 'tcp' }).slice(0, 5)).toEqual([28, 34, 59, 82, 117])
})

test('change goes on in the sequence, also from no loss and in another ratio', () => {
  const all = lostOf(random(0.05), thousand)
  const change = { atPacket: 500, to: random(0.05) }
  expect(lostOf({ seed: 7 }, thousand, change)).toEqual(all.filter((id) => id >= 500))
})

test('change of something else leaves a burst as it is', () => {
  const all = lostOf(gilbertElliott, thousand)
  const [first] = burstsOf(all)[0] as [number, number]
  expect(lostOf(gilbertElliott, thousand, { atPacket: first + 1, to: { ...gilbertElliott } })).toEqual(all)
})

test('change to bad moments begins them at the moment of the change', () => {
  const begun = lostOf(badMoments, { packets: 500, everyMs: 4 })
  const told = lostOf(random(0), thousand, { atPacket: 500, to: badMoments })
  expect(told).toEqual(begun.map((id) => id + 500))
})

for (const [lossRatio, lost] of [
  [0, 0],
  [1, 1000],
] as const) {
  test(`Loss in bad moments of ${lossRatio} loses ${lost} of 1000 packets`, () => {
    const options: LossOptions = { seed: 7, loss: { kind: 'bad-moments', lossRatio, meanBurstMs: 50 } }
    expect(lostOf(options, thousand).length).toBe(lost)
  })
}

/** Mean loss and mean burst over a long run, within 4 standard errors: bursts are independent, their lengths geometric
 *  or exponential, so that n bursts of mean b give the sum n b ± b sqrt(2 n). */
const packets = inLongRun ? 20_000_000 : 300_000
for (const [lossRatio, burst] of [
  [0.01, 4],
  [0.05, 2],
  [0.2, 10],
] as const) {
  const bursts = (packets * lossRatio) / burst

  test(`Loss by Gilbert-Elliott of ${lossRatio} in bursts of ${burst} packets has these means`, () => {
    const options: LossOptions = { seed: 3, loss: { kind: 'gilbert-elliott', lossRatio, meanBurstPackets: burst } }
    const lost = lostOf(options, { packets, everyMs: 1 })
    expect(Math.abs(lost.length / packets / lossRatio - 1)).toBeLessThan(4 * Math.sqrt(2 / bursts))
    expect(Math.abs(lost.length / burstsOf(lost).length / burst - 1)).toBeLessThan(4 * Math.sqrt(1 / bursts))
  })

  test(`Loss in bad moments of ${lossRatio}, ${burst} s each, has these means in time`, () => {
    const meanBurstMs = burst * 1000 // looked at every 100 ms, so that few moments are shorter than a look
    const options: LossOptions = { seed: 3, loss: { kind: 'bad-moments', lossRatio, meanBurstMs } }
    const lost = lostOf(options, { packets, everyMs: 100 })
    const moments = (packets * 100 * lossRatio) / meanBurstMs
    expect(Math.abs(lost.length / packets / lossRatio - 1)).toBeLessThan(4 * Math.sqrt(2 / moments))
    expect(Math.abs((lost.length * 100) / burstsOf(lost).length / meanBurstMs - 1)).toBeLessThan(
      4 * Math.sqrt(1 / moments) + 100 / meanBurstMs,
    )
  })
}
