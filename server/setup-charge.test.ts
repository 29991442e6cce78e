import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { makePackageClip, presentationOf } from '../udp-relay/test-support/package-clip.ts'
import { LiveLink } from './live-link.ts'
import { SetupCharge } from './setup-charge.ts'

const clip = makePackageClip()
const presentation = presentationOf(clip)
const another = presentationOf(clip, { packageKey: 'clip/twin', variant: 'twin' })

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function open() {
  const profile = { seed: 7, downlink: { oneWayDelayMs: 100 }, uplink: { oneWayDelayMs: 50 } }
  const link = new LiveLink('a', profile, { nowMs: () => performance.now(), unixMs: () => Date.now() })
  const charge = new SetupCharge(link, 'clip')
  const play = async (what = presentation) => {
    const playing = charge.play(what)
    await vi.advanceTimersByTimeAsync(2000)
    const { steps, modelledMs } = (await playing)?.setup ?? { steps: [], modelledMs: 0 }
    return [modelledMs, ...steps.map(({ name }) => name)]
  }
  return { link, charge, play }
}

const whole = ['DESCRIBE', 'SETUP', 'SETUP', 'PLAY']

test('the first play is charged the whole set-up, later ones a PLAY, another variant its own', async () => {
  const { play } = open()
  expect(await play()).toEqual([4 * 150 + 50, 'connect', ...whole])
  expect(await play()).toEqual([50, 'PLAY'])
  expect(await play(another)).toEqual([3 * 150 + 50, ...whole])
  expect(await play(another)).toEqual([50, 'PLAY'])
})

test('after a restart of the link the first play is charged as the first of all', async () => {
  const { link, play } = open()
  await play()
  link.restart()
  const startedMs = Date.now()
  expect(await play()).toEqual([650, 'connect', ...whole])
  expect(link.summary().startedUnixMs).toBe(startedMs) // the play is link time 0
})

test('a pause takes its way to the server, and without a link nothing is charged', async () => {
  const { charge, play } = open()
  await play()
  let isPaused = false
  void charge.pause(presentation).then(() => (isPaused = true))
  await vi.advanceTimersByTimeAsync(49)
  expect(isPaused).toBe(false)
  await vi.advanceTimersByTimeAsync(1)
  expect(isPaused).toBe(true)
  const free = new SetupCharge(undefined, 'clip')
  expect(await free.play(presentation)).toBeUndefined()
  await free.pause(presentation)
})

test('a charge that is closed refuses who waits and who comes, and leaves the link', async () => {
  const { link, charge } = open()
  const waiting = charge.play(presentation)
  charge.close()
  await expect(waiting).rejects.toThrow('closed')
  await expect(charge.play(presentation)).rejects.toThrow('closed')
  await vi.advanceTimersByTimeAsync(500)
  expect(link.unusedMs(performance.now())).toBe(500)
  expect(vi.getTimerCount()).toBe(0)
})
