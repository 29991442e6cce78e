import { expect, test } from 'vitest'
import { IngestClock } from './ingest-clock.ts'

const picture = (dtsTicks: number) => ({ kind: 'picture', dtsTicks, ptsTicks: dtsTicks + 7200, nals: [] }) as const
const sound = (ptsTicks: number) => ({ kind: 'sound', ptsTicks, data: new Uint8Array(0) }) as const
const decodeTicks = (clock: IngestClock, ticks: readonly number[]) =>
  ticks.map((each) => {
    const placed = clock.place(picture(each))
    return placed?.kind === 'picture' ? placed.dtsTicks : undefined
  })

test('IngestClock leaves times as they are while they go on', () => {
  expect(decodeTicks(new IngestClock(), [5000, 8000, 11_000, 20_000])).toEqual([5000, 8000, 11_000, 20_000])
})

test('IngestClock goes on after the last picture where the sender begins anew, forward or back', () => {
  const clock = new IngestClock()
  expect(decodeTicks(clock, [5000, 8000, 0, 3000, 9_000_000, 9_003_000])).toEqual([
    5000, 8000, 11_000, 14_000, 17_000, 20_000,
  ])
  expect(clock.place(picture(9_006_000))).toMatchObject({ dtsTicks: 23_000, ptsTicks: 30_200 })
  expect(clock.place(sound(9_007_000))).toMatchObject({ ptsTicks: 24_000 })
})

test('IngestClock leaves out sound that is far from every picture', () => {
  const clock = new IngestClock()
  decodeTicks(clock, [5000, 8000])
  expect(clock.place(sound(2_000_000))).toBeUndefined()
})
