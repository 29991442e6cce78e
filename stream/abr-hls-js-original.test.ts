import { afterEach, expect, test, vi } from 'vitest'
import { exp } from '../link/exact-math.ts'
import { seededRandom } from '../link/random.ts'
import { HlsJsAbr } from './abr-hls-js.ts'
import { HlsJsController, type Fragment, type Stats } from './test-support/hls-js-controller.ts'

const SEGMENT_SECONDS = 4
const megabits = [0.4, 1.2, 2.5, 4, 6]
const ladder = megabits.map((rate) => ({
  name: `${rate}M`,
  bandwidthBitsPerSecond: rate * 1_000_000,
  averageBitsPerSecond: rate * 850_000,
}))

afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

/** Sixty segments over a network that changes with each; what both do is told. */
function watch(seed: number) {
  const random = seededRandom(seed)
  const firstListed = Math.floor(random() * ladder.length)
  const original = new HlsJsController(ladder, firstListed, SEGMENT_SECONDS)
  const ours = new HlsJsAbr(ladder, { exp, firstListed })
  const known = new Set<number>()
  const now = vi.spyOn(performance, 'now')
  const [told, theirs]: [string[], string[]] = [[], []]
  let [atMs, bufferSeconds] = [0, 0]
  const view = () => ({
    bufferSeconds,
    segmentSeconds: SEGMENT_SECONDS,
    isLive: false,
    isPlaylistKnown: (index: number) => known.has(index),
  })
  const pass = (ms: number) => {
    atMs += ms
    bufferSeconds = Math.max(0, bufferSeconds - ms / 1000)
    now.mockReturnValue(atMs)
  }
  for (let segment = 0; segment < 60; segment += 1) {
    const { variantIndex } = ours.choose(view())
    theirs.push(`${original.choose(bufferSeconds, told.length === 0)}`)
    const isAfterGivingUp = told.at(-1)?.startsWith('given up') // hls.js looks at that segment again then
    if (!known.has(variantIndex) && isAfterGivingUp !== true) {
      const firstMs = atMs + 100 * random()
      pass(firstMs - atMs + 3000 * random())
      ours.playlistReceived(firstMs, atMs)
      original.receivePlaylist(firstMs, atMs)
    }
    known.add(variantIndex)
    told.push(`${variantIndex}`)
    const askedMs = atMs
    const waitMs = 20 + random() * 300
    const firstByteMs = askedMs + waitMs
    const bitsPerMs = (random() < 0.2 ? 300 : 2000) + 12_000 * random() * random()
    const totalBytes = Math.round(((ladder[variantIndex]?.averageBitsPerSecond ?? 0) * SEGMENT_SECONDS) / 8)
    const stats: Stats = {
      aborted: false,
      loaded: 0,
      total: totalBytes,
      loading: { start: askedMs, first: 0, end: 0 },
      parsing: { end: 0 },
    }
    const what = {
      type: 'main',
      sn: segment,
      level: variantIndex,
      duration: SEGMENT_SECONDS,
      bitrate: (totalBytes * 8) / SEGMENT_SECONDS,
    } as const
    const frag: Fragment = { ...what, stats, abortRequests: () => {} }
    original.ask(frag)
    const receivedMs = firstByteMs + (totalBytes * 8) / bitsPerMs
    let isGivenUp = false
    while (atMs + 100 < receivedMs && !isGivenUp) {
      pass(100)
      const receivedBytes = Math.max(0, Math.round(((atMs - firstByteMs) * bitsPerMs) / 8))
      if (receivedBytes > 0) stats.loading.first = firstByteMs
      stats.loaded = receivedBytes
      const came = receivedBytes > 0 ? { firstByteMs } : {}
      const progress = {
        variantIndex,
        durationSeconds: SEGMENT_SECONDS,
        nowMs: atMs,
        askedMs,
        receivedBytes,
        totalBytes,
        ...came,
      }
      isGivenUp = ours.abandons(progress, view())
      if (isGivenUp) told.push(`given up after ${Math.round(atMs - askedMs)}`)
      if (original.abandons(bufferSeconds)) theirs.push(`given up after ${Math.round(atMs - askedMs)}`)
    }
    if (isGivenUp) continue
    pass(receivedMs - atMs)
    Object.assign(stats, {
      loaded: totalBytes,
      loading: { start: askedMs, first: firstByteMs, end: atMs },
      parsing: { end: atMs },
    })
    original.receive(frag)
    const sizeBytes = totalBytes
    ours.received({ variantIndex, durationSeconds: SEGMENT_SECONDS, sizeBytes, askedMs, firstByteMs, receivedMs: atMs })
    bufferSeconds = Math.min(30, bufferSeconds + SEGMENT_SECONDS)
  }
  expect(told).toEqual(theirs)
  return told
}

test('hls.js’s own controller chooses the same variants, and gives up the same segments at the same moments', () => {
  const told = Array.from({ length: 24 }, (_, seed) => watch(seed + 1)).flat()
  const times = (what: string) => told.filter((one) => one.startsWith(what)).length
  expect(['0', '1', '2', '3', '4', 'given up'].map(times)).toEqual([218, 485, 657, 77, 3, 9])
})
