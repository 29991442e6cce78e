import { expect, test } from 'vitest'
import { LiveWindow, type WindowOptions } from './live-window.ts'

const options: WindowOptions = {
  extension: 'm4s',
  targetDurationSeconds: 1,
  windowSeconds: 6,
  maxBytes: 1e6,
  isIndependent: true,
  init: Uint8Array.of(1, 2, 3),
  partTargetSeconds: 0.5,
}

/** Segments of two parts of half a second, from a moment on. */
function add(window: LiveWindow, part: number, sizeBytes = 10): void {
  window.add({
    bytes: new Uint8Array(sizeBytes).fill(part),
    durationSeconds: 0.5,
    isIndependent: part % 2 === 0,
    unixMs: part * 500,
    isDiscontinuity: false,
    endsSegment: part % 2 === 1,
  })
}

function filled(parts: number, changes: Partial<WindowOptions> = {}): LiveWindow {
  const window = new LiveWindow({ ...options, ...changes })
  for (let part = 0; part < parts; part += 1) add(window, part)
  return window
}

const sequenceOf = (text: string): number => Number(/MEDIA-SEQUENCE:(\d+)/.exec(text)?.[1])
const listed = (text: string): string[] => [...text.matchAll(/^(\d+\.m4s)$/gm)].map(([, name = '']) => name)

test('LiveWindow slides: the playlist keeps six seconds, and its media sequence counts what has gone', () => {
  const text = filled(41).playlist()
  expect(sequenceOf(text)).toBe(14)
  expect(listed(text)).toEqual(['14.m4s', '15.m4s', '16.m4s', '17.m4s', '18.m4s', '19.m4s'])
})

test('LiveWindow keeps what has just left the playlist for three target durations, and no more', () => {
  const window = filled(40)
  expect(listed(window.playlist())[0]).toBe('14.m4s')
  expect(['10', '11', '12', '13'].map((name) => window.file(`${name}.m4s`)?.kind)).toEqual([
    undefined,
    'bytes',
    'bytes',
    'bytes',
  ])
  expect(window.heldBytes).toBe(9 * 2 * 10)
})

test('LiveWindow lets the window shrink rather than its memory grow, but not below three target durations', () => {
  const window = filled(40, { maxBytes: 100 })
  expect(listed(window.playlist())).toEqual(['17.m4s', '18.m4s', '19.m4s'])
})

test('LiveWindow gives segments, parts and the initialisation section by name, and nothing else', () => {
  const window = filled(5)
  const bytesOf = (name: string): number[] | undefined => {
    const file = window.file(name)
    return file?.kind === 'bytes' ? [...new Set(file.bytes)].slice(0, 2) : undefined
  }
  expect(bytesOf('init.mp4')).toEqual([1, 2])
  expect(bytesOf('1.m4s')).toEqual([2, 3])
  expect(bytesOf('1.1.m4s')).toEqual([3])
  expect(bytesOf('2.0.m4s')).toEqual([4])
  for (const name of [
    '2.m4s',
    '01.m4s',
    '1.01.m4s',
    '1.2.m4s',
    '1.ts',
    '3.0.m4s',
    '-1.m4s',
    '1.0.0.m4s',
    'index.html',
  ]) {
    expect(window.file(name), name).toBeUndefined()
  }
})

test('LiveWindow tells the hinted part from one that will never be', () => {
  const window = filled(5)
  expect(window.playlist()).toContain('#EXT-X-PRELOAD-HINT:TYPE=PART,URI="2.1.m4s"')
  expect(window.file('2.1.m4s')).toEqual({ kind: 'hinted' })
  add(window, 5)
  expect(window.file('2.1.m4s')).toMatchObject({ kind: 'bytes' })
  expect(window.file('3.0.m4s')).toEqual({ kind: 'hinted' })
  window.end()
  expect(window.file('3.0.m4s')).toBeUndefined()
})

// Segment 1 is finished, of segment 2 part 0 is there; half a second a part: at most six parts ahead.
test.each([
  [{ sequence: 1 }, 'ready'],
  [{ sequence: 1, part: 1 }, 'ready'],
  [{ sequence: 1, part: 2 }, 'ready'], // that is part 0 of segment 2
  [{ sequence: 2, part: 0 }, 'ready'],
  [{ sequence: 2, part: 1 }, 'later'],
  [{ sequence: 2 }, 'later'],
  [{ sequence: 3 }, 'later'],
  [{ sequence: 3, part: 0 }, 'later'],
  [{ sequence: 4 }, 'too-far'],
  [{ sequence: 2, part: 6 }, 'later'],
  [{ sequence: 2, part: 7 }, 'too-far'],
  [{ sequence: 0 }, 'ready'],
] as const)('LiveWindow answers a reload of %j: %s', (wish, expected) => {
  expect(filled(5).reload(wish)).toBe(expected)
})

test('LiveWindow lets a part beyond the last of a finished segment wait for the first of the next', () => {
  expect(filled(4).reload({ sequence: 1, part: 2 })).toBe('later')
})

test('LiveWindow has everything that is asked for once it has ended', () => {
  const window = filled(4)
  window.end()
  expect(window.reload({ sequence: 99 })).toBe('ready')
  expect(window.playlist()).toContain('#EXT-X-ENDLIST')
})

test('LiveWindow makes what is open its last segment when it ends', () => {
  const window = filled(5)
  expect(window.end()).toMatchObject({ sequence: 2 })
  expect(listed(window.playlist())).toEqual(['0.m4s', '1.m4s', '2.m4s'])
  expect(filled(4).end()).toBeUndefined()
})

test('LiveWindow counts the discontinuities that have left the playlist', () => {
  const window = new LiveWindow({ ...options, windowSeconds: 3, partTargetSeconds: 1 })
  for (let segment = 0; segment < 8; segment += 1) {
    window.add({
      ...{ bytes: new Uint8Array(1), durationSeconds: 1, isIndependent: true, unixMs: 0, endsSegment: true },
      isDiscontinuity: segment % 2 === 1,
    })
  }
  // Segments 5 to 7 are listed; 1 and 3 began after a discontinuity.
  expect(window.playlist()).toContain('#EXT-X-DISCONTINUITY-SEQUENCE:2')
})
