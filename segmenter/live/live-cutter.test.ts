import { expect, test } from 'vitest'
import {
  LiveCutter,
  steadyPartTicks,
  unsteadyPartTicks,
  type CutterOptions,
  type LiveCut,
  type LivePicture,
} from './live-cutter.ts'

const SECOND = 90_000
const steady30: CutterOptions = {
  segmentTicks: 2 * SECOND,
  longestSegmentTicks: 2 * SECOND,
  partTicks: 18_000,
  steady: { frameTicks: 3000, groupFrames: 30 },
}

/** Picture `index` of 30 a second, with a keyframe each `groupFrames`. */
function picture(index: number, groupFrames = 30): LivePicture {
  const ticks = 1_000_000 + index * 3000
  return { ptsTicks: ticks, dtsTicks: ticks, nals: [], isKeyframe: index % groupFrames === 0, unixMs: index * 33 }
}

function cutsOf(cutter: LiveCutter, pictures: readonly LivePicture[]): LiveCut[] {
  return [...pictures.flatMap((each) => cutter.pushPicture(each)), ...cutter.end()]
}

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index)

test('LiveCutter gives a steady stream a part of 200 ms with its sixth picture, and a segment with its sixtieth', () => {
  const cutter = new LiveCutter(steady30)
  const given = range(60).map((index) => cutter.pushPicture(picture(index)))
  expect(given.flatMap((cuts, index) => (cuts.length > 0 ? [index] : []))).toEqual([
    5, 11, 17, 23, 29, 35, 41, 47, 53, 59,
  ])
  const cuts = given.flat()
  expect(cuts.map(({ durationTicks }) => durationTicks)).toEqual(range(10).map(() => 18_000))
  expect(cuts.map(({ isIndependent }) => isIndependent)).toEqual(range(10).map((part) => part % 5 === 0))
  expect(cuts.map(({ endsSegment }) => endsSegment)).toEqual(range(10).map((part) => part === 9))
})

test("LiveCutter lets other streams wait for the next picture, which tells durations and the segment's end", () => {
  const { steady: _, ...rest } = steady30
  const cutter = new LiveCutter({ ...rest, longestSegmentTicks: 6 * SECOND })
  const pictures = range(150).map((index) => picture(index, 75)) // keyframes 2.5 s apart
  const given = pictures.map((each) => cutter.pushPicture(each))
  expect(given.findIndex((cuts) => cuts.some(({ endsSegment }) => endsSegment))).toBe(75)
  const segments = given.flat().filter(({ endsSegment }) => endsSegment)
  expect(segments.length).toBe(1)
  expect(cutter.end().at(-1)).toMatchObject({ endsSegment: true })
})

test('LiveCutter cuts a segment where no keyframe comes in time', () => {
  const { steady: _, ...rest } = steady30
  const cuts = cutsOf(
    new LiveCutter({ ...rest, longestSegmentTicks: 3 * SECOND }),
    range(300).map((index) => picture(index, 1000)),
  )
  const lengths: number[] = []
  let ticks = 0
  for (const cut of cuts) {
    ticks += cut.durationTicks
    if (!cut.endsSegment) continue
    lengths.push(ticks)
    ticks = 0
  }
  expect(lengths.slice(0, 3)).toEqual([3 * SECOND, 3 * SECOND, 3 * SECOND])
})

test('LiveCutter ends a segment before a picture that stands for too long to be part of it', () => {
  const { steady: _, ...rest } = steady30
  const cutter = new LiveCutter({ ...rest, partTicks: SECOND, longestSegmentTicks: 6 * SECOND })
  const at = [0, 1, 2, 3, 3.5, 8, 8.5, 13] // seconds; the fifth stands for 4.5 s, the seventh too
  const pictures = at.map((seconds) => ({ ...picture(1), isKeyframe: seconds === 0, dtsTicks: seconds * SECOND }))
  const segments: number[] = []
  let ticks = 0
  for (const cut of cutsOf(cutter, pictures)) {
    ticks += cut.durationTicks
    if (!cut.endsSegment) continue
    segments.push(ticks / SECOND)
    ticks = 0
  }
  expect(segments).toEqual([3.5, 4.5, 5])
})

test('LiveCutter lets no part last longer than it may, but for a picture that does so alone', () => {
  const { steady: _, ...rest } = steady30
  const cutter = new LiveCutter({ ...rest, partTicks: SECOND / 2, longestSegmentTicks: 6 * SECOND })
  const at = [0, 0.1, 0.2, 0.6, 2.1, 2.2] // seconds; the third stands for 0.4 s, the fourth for 1.5 s
  const pictures = at.map((seconds) => ({
    ...picture(1),
    isKeyframe: seconds === 0,
    dtsTicks: Math.round(seconds * SECOND),
  }))
  const parts = cutsOf(cutter, pictures).map(({ pictures: shown, durationTicks }) => [
    shown.length,
    durationTicks / SECOND,
  ])
  expect(parts).toEqual([
    [2, 0.2],
    [1, 0.4],
    [1, 1.5],
    [2, 0.2],
  ])
})

test('LiveCutter lets a part of any stream wait for its sound, and for that no longer than a picture', () => {
  const { steady: _, ...rest } = steady30
  const cutter = new LiveCutter({ ...rest, longestSegmentTicks: 6 * SECOND })
  cutter.pushPicture(picture(0))
  cutter.pushSound({ ptsTicks: 1_000_000, data: Uint8Array.of(0) })
  cutter.pushSound({ ptsTicks: 1_009_000, data: Uint8Array.of(1) }) // up to 18,000 ticks
  expect(
    range(7)
      .slice(1)
      .flatMap((index) => cutter.pushPicture(picture(index))),
  ).toMatchObject([{ pictures: { length: 6 } }])
  expect(
    range(13)
      .slice(7)
      .flatMap((index) => cutter.pushPicture(picture(index))),
  ).toEqual([]) // no sound up to there
  const [part] = cutter.pushSound({ ptsTicks: 1_027_000, data: Uint8Array.of(2) })
  expect([part?.pictures.length, part?.sounds.length]).toEqual([6, 1])
})

test('LiveCutter begins with the first keyframe, and keeps every picture after it once', () => {
  const cuts = cutsOf(
    new LiveCutter(steady30),
    range(100)
      .slice(17)
      .map((index) => picture(index)),
  )
  const shown = cuts.flatMap(({ pictures }) => pictures.map(({ unixMs }) => Math.round(unixMs / 33)))
  expect(shown).toEqual(range(100).slice(30))
})

test('LiveCutter puts sound with the pictures that it belongs to, and loses none', () => {
  const cutter = new LiveCutter(steady30)
  const cuts = range(60).flatMap((index) => {
    const sound = { ptsTicks: 1_000_000 + index * 3000 + 500, data: Uint8Array.of(index) }
    return [...cutter.pushPicture(picture(index)), ...cutter.pushSound(sound)]
  })
  const heard = [...cuts, ...cutter.end()].flatMap(({ sounds }) => sounds.map(({ data }) => data[0]))
  expect(heard).toEqual(range(60))
  for (const { pictures, sounds } of cuts) {
    const endTicks = (pictures.at(-1)?.dtsTicks ?? 0) + 3000
    expect(sounds.every(({ ptsTicks }) => ptsTicks < endTicks)).toBe(true)
  }
})

test('LiveCutter lets a part of a steady stream wait for its sound, and for that no longer than a picture', () => {
  const cutter = new LiveCutter(steady30)
  /** 1,920 ticks each: the ninth reaches beyond the sixth picture. */
  const sound = (index: number) => ({ ptsTicks: 1_000_000 + index * 1920, data: Uint8Array.of(index) })
  const first = [...cutter.pushPicture(picture(0)), ...range(8).flatMap((index) => cutter.pushSound(sound(index)))]
  const pictures = range(6).slice(1)
  expect([first, ...pictures.map((index) => cutter.pushPicture(picture(index)))].flat()).toEqual([])
  expect(cutter.pushSound(sound(8))).toEqual([])
  const [part] = cutter.pushSound(sound(9)) // up to 19,200 ticks
  expect([part?.pictures.length, part?.sounds.length, part?.durationTicks]).toEqual([6, 10, 18_000])

  const second = range(12).slice(6)
  expect(second.flatMap((index) => cutter.pushPicture(picture(index)))).toEqual([])
  const [late] = cutter.pushPicture(picture(12))
  expect([late?.pictures.length, late?.sounds.length]).toEqual([6, 0])
})

test('LiveCutter gives a part of reordered pictures the sound up to where they are shown without a gap', () => {
  const { steady: _, ...rest } = steady30
  const cutter = new LiveCutter({ ...rest, longestSegmentTicks: 6 * SECOND })
  const reorderTicks = 6000 // two pictures
  const cuts = range(20).flatMap((index) => {
    const { dtsTicks, ...decoded } = picture(index)
    const sound = { ptsTicks: dtsTicks + reorderTicks + 500, data: Uint8Array.of(index) }
    const shown = { ...decoded, dtsTicks, ptsTicks: dtsTicks + (index % 2 === 0 ? reorderTicks : 2 * reorderTicks) }
    return [...cutter.pushPicture(shown), ...cutter.pushSound(sound)]
  })
  expect(cuts.map(({ pictures, sounds }) => [pictures.length, sounds.length])).toEqual([
    [6, 6],
    [6, 6],
    [6, 6],
  ])
  expect(cuts.flatMap(({ sounds }) => sounds.map(({ data }) => data[0]))).toEqual(range(18))
})

test('LiveCutter gives sound that comes after the last picture to the last segment', () => {
  const cutter = new LiveCutter(steady30)
  for (const index of range(30)) cutter.pushPicture(picture(index))
  cutter.pushSound({ ptsTicks: 1_000_000 + 40 * 3000, data: Uint8Array.of(1) })
  expect(cutter.end()).toMatchObject([
    { pictures: [], sounds: [{ data: Uint8Array.of(1) }], durationTicks: 0, endsSegment: true },
  ])
})

test('LiveCutter ends a part whose pictures claim to last no time', () => {
  const { steady: _, ...rest } = steady30
  const cutter = new LiveCutter({ ...rest, longestSegmentTicks: 6 * SECOND })
  const cuts = range(1300).flatMap((index) => cutter.pushPicture({ ...picture(0), isKeyframe: index === 0 }))
  expect(cuts.map(({ pictures }) => pictures.length)).toEqual([600, 600])
})

test('unsteadyPartTicks is as many pictures as fit 500 ms', () => {
  expect([25, 30, 30_000 / 1001, 24, 15, 2, 1].map((framesPerSecond) => unsteadyPartTicks(framesPerSecond))).toEqual([
    43_200, 45_000, 42_042, 45_000, 42_000, 45_000, 90_000,
  ])
})

test('steadyPartTicks is as many pictures as fit 200 ms', () => {
  expect([3000, 3600, 3750, 9000, 18_000, 30_000].map(steadyPartTicks)).toEqual([
    18_000, 18_000, 15_000, 18_000, 18_000, 30_000,
  ])
})
